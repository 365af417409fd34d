-- Grain: city x indicator x city with a figure of its own, this one or another of the programme: by which
-- definition each measures it.
with
    figures as (
        select city_id, city_id as other_city, city as other_name, {{ parts_of_definition() }}
        from {{ ref('compared_figures') }}
        where is_city and freq = 'A' and sex = '_T' and age = '_T' and other_dim is null
        union all
        select city_id, peer_id as other_city, city as other_name, {{ parts_of_definition() }}
        from {{ source('run_records', 'peers') }}
        where freq = 'A'
    ),

    newest_figures as (
        select figures.*
        from figures
        inner join
            {{ ref('indicator_catalogue') }} as indicators
            on figures.indicator_id = indicators.indicator_id
            and indicators.record_type = 'printed'
        where figures.concept_match is not null
        qualify
            row_number() over (
                partition by figures.city_id, figures.other_city, figures.indicator_id
                order by figures.period_start desc
            )
            = 1
    ),

    shared_definitions as (
        select
            city_id,
            indicator_id,
            other_city,
            other_name,
            {{ definition() }} as definition,
            count(*) over (partition by city_id, indicator_id) as cities_n,
            count(*) over (partition by city_id, indicator_id, definition) as alike_n,
            bool_or(other_city = city_id) over (partition by city_id, indicator_id) as has_own
        from newest_figures
    )

-- The definition most cities share is the one the others differ from.
select
    city_id,
    indicator_id,
    other_city,
    other_name,
    cities_n,
    definition,
    {{ is_most_shared('city_id, indicator_id') }} as alike
from shared_definitions
where has_own and cities_n > 1
