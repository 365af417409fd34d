{# What a source of levels (residents, official counts) states for each cell: its own totals first, else the sum
   of its parts. The relation has the keys, sex, age_group, age_low, age_high, other_dim, other_code ('' for none)
   and amount. #}
{% macro resolved(relation, keys) %}
    with
        banded as (
            select *, min(nullif(other_dim, '')) over (partition by {{ keys }}) as first_dim
            from {{ relation }}
        ),

        totals as (
            select
                {{ keys }},
                '_T' as sex,
                '_T' as age,
                '' as other_dim,
                '' as other_code,
                coalesce(
                    {{ steady_sum('amount') }} filter (
                        where sex = '_T' and age_group = '_T' and other_dim = ''
                    ),
                    {{ steady_sum('amount') }} filter (
                        where sex <> '_T' and age_group = '_T' and other_dim = ''
                    ),
                    {{ steady_sum('amount') }} filter (
                        where sex = '_T' and age_group <> '_T' and other_dim = ''
                    ),
                    {{ steady_sum('amount') }} filter (
                        where sex <> '_T' and age_group <> '_T' and other_dim = ''
                    ),
                    {{ steady_sum('amount') }} filter (
                        where sex = '_T' and age_group = '_T' and other_dim = first_dim
                    )
                ) as amount
            from banded
            group by all
        ),

        by_sex as (
            select
                {{ keys }},
                sex,
                '_T' as age,
                '' as other_dim,
                '' as other_code,
                coalesce(
                    {{ steady_sum('amount') }} filter (where age_group = '_T'),
                    {{ steady_sum('amount') }} filter (where age_group <> '_T')
                ) as amount
            from banded
            where sex <> '_T' and other_dim = ''
            group by all
        ),

        -- A group is known where bands fill it and none reaches over its edge.
        grouped as (
            select
                {{ keys }},
                sex,
                groups.age_group as age,
                groups.scheme,
                {{ steady_sum('amount') }} filter (
                    where age_low >= groups.age_min and age_high <= groups.age_max
                ) as inside,
                coalesce(
                    sum(age_high - age_low + 1) filter (
                        where age_low >= groups.age_min and age_high <= groups.age_max
                    ),
                    0
                )
                = any_value(groups.age_max - groups.age_min + 1) as filled,
                sum(least(age_high, groups.age_max) - greatest(age_low, groups.age_min) + 1)
                >= any_value(groups.age_max - groups.age_min + 1) as touched
            from banded
            inner join
                {{ ref('age_groups') }} as groups
                on banded.age_low <= groups.age_max
                and banded.age_high >= groups.age_min
            where other_dim = ''
            group by {{ keys }}, sex, groups.age_group, groups.scheme
        ),

        known_or_refused as (
            select {{ keys }}, sex, age, case when filled then inside end as amount
            from grouped
            where filled or (touched and scheme in ('iccs', 'guide'))
        ),

        both_sexes as (
            select
                {{ keys }},
                '_T' as sex,
                age,
                case when bool_and(amount is not null) then {{ steady_sum('amount') }} end as amount
            from known_or_refused
            where sex <> '_T'
            group by all
        ),

        by_age as (
            select {{ keys }}, sex, age, amount
            from known_or_refused
            union all
            select {{ keys }}, sex, age, amount
            from both_sexes
            anti join (select * from known_or_refused where sex = '_T') as given using ({{ keys }}, age)
        ),

        by_other as (
            select
                {{ keys }},
                '_T' as sex,
                '_T' as age,
                other_dim,
                other_code,
                {{ steady_sum('amount') }} as amount
            from banded
            where other_dim <> '' and sex = '_T' and age_group = '_T'
            group by all
        )

    select *
    from totals
    union all
    select *
    from by_sex
    union all
    select {{ keys }}, sex, age, '' as other_dim, '' as other_code, amount
    from by_age
    union all
    select *
    from by_other
{% endmacro %}

{# Areas without a figure of their own are the sum of the areas below them, if not one of those is missing. #}
{% macro with_sums_of_areas(relation, keys, facts) %}
    with
        below as (
            select
                ancestors.city_id,
                ancestors.ancestor_id,
                ancestors.area_id,
                areas.level,
                count(*) over (partition by ancestors.city_id, ancestors.ancestor_id, areas.level) as siblings
            from {{ ref('area_ancestors') }} as ancestors
            inner join
                {{ ref('city_areas') }} as areas
                on ancestors.city_id = areas.city_id
                and ancestors.area_id = areas.area_id
            -- The areas of a city fill it; the cities of a programme do not fill their country.
            where ancestors.steps > 0 and ancestors.ancestor_level not in ('country', 'county')
        ),

        summed as (
            select
                {{ keys }},
                below.ancestor_id as area_id,
                below.level,
                own.sex,
                own.age,
                own.other_dim,
                own.other_code,
                {% for fact in facts %} max({{ fact }}) as {{ fact }}, {% endfor %}
                case when bool_and(own.amount is not null) then {{ steady_sum('own.amount') }} end as amount
            from {{ relation }} as own
            inner join below using (city_id, area_id)
            group by
                {{ keys }},
                below.ancestor_id,
                below.level,
                below.siblings,
                own.sex,
                own.age,
                own.other_dim,
                own.other_code
            having count(*) = below.siblings
        ),

        -- The nearest level that is whole.
        nearest as (
            select *
            from summed
            qualify
                dense_rank() over (
                    partition by {{ keys }}, area_id
                    order by
                        case
                            level when 'city' then 1 when 'district' then 2 when 'neighbourhood' then 3 else 0
                        end
                )
                = 1
        )

    select
        {{ keys }},
        area_id,
        sex,
        age,
        other_dim,
        other_code,
        {% for fact in facts %} {{ fact }}, {% endfor %} amount
    from {{ relation }}
    union all
    select
        {{ keys }},
        area_id,
        sex,
        age,
        other_dim,
        other_code,
        {% for fact in facts %} {{ fact }}, {% endfor %} amount
    from nearest
    anti join {{ relation }} as own using ({{ keys }}, area_id)
{% endmacro %}

{# How finely a row of counts is broken down: by both, by sex, by age, or not at all. #}
{% macro fineness(sex, age) -%}
    (case when {{ sex }} <> '_T' then 2 else 0 end + case when {{ age }} <> '_T' then 1 else 0 end)
{%- endmacro %}
