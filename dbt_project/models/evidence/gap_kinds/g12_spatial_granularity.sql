-- Grain: finding. Indicators known for the city as a whole only, or for districts with very many people
-- (G12).
with
    city_only as (
        select
            'city_only' as rule_id,
            city_id,
            indicator_id,
            districts_known as districts_n,
            case when crime_or_perception then 1 else 0 end as about_crime,
            1 as levels_short
        from {{ ref('granularity') }}
        where not neighbourhoods_known and districts_known = 0
    ),

    coarse_districts as (
        select
            'coarse_districts' as rule_id,
            city_id,
            indicator_id,
            median_people,
            districts_known as districts_n
        from {{ ref('granularity') }}
        where not neighbourhoods_known and districts_known > 0 and median_people > 50000
    )

select *
from city_only
union all by name
select *
from coarse_districts
