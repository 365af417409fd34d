-- Every value of an indicator belongs to exactly one of the eight categories.
with
    rows_counted as (
        {% for category in [
            'ind_1_sociodemographic', 'ind_2_socioeconomic', 'ind_3_essential_services', 'ind_4_crime',
            'ind_5_drugs', 'ind_6_governance', 'ind_7_social_cohesion', 'ind_8_hazard_exposure',
        ] %}
            select count(*) as rows_found
            from {{ ref(category) }}
            union all
        {% endfor %}
        select - count(*)
        from {{ ref('indicator_values') }}
    )

select sum(rows_found) as rows_too_many
from rows_counted
having sum(rows_found) <> 0
