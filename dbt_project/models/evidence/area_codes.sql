-- Grain: city x feed x area code that no boundary knows: the records under it, and how many a known area
-- has. Rare codes are counted together, without their names.
with
    unknown_codes as (
        select city_id, feed_id, unknown_area, sum(amount) as records
        from {{ ref('cells') }}
        where unknown_area is not null and margin in ('', 'T')
        group by all
        union all
        select people.city_id, people.feed_id, people.area_id, cast(count(*) as double)
        from {{ ref('stg_population') }} as people
        anti join
            {{ ref('city_areas') }} as areas
            on people.city_id = areas.city_id
            and people.area_id = areas.area_id
        where people.area_id is not null
        group by all
    ),

    feed_totals as (
        select city_id, feed_id, sum(amount) as records
        from {{ ref('cells') }}
        where margin in ('', 'T')
        group by all
        union all
        select city_id, feed_id, cast(count(*) as double)
        from {{ ref('stg_population') }}
        group by all
    ),

    named_codes as (
        select city_id, feed_id, {{ unless_rare('unknown_area', 'records') }} as code, sum(records) as records
        from unknown_codes
        group by all
    )

select
    named_codes.city_id,
    named_codes.feed_id,
    feeds.shape,
    named_codes.code,
    cast(named_codes.records as bigint) as records,
    cast(feed_totals.records as bigint) as records_in_all,
    round(usual_areas.records, 1) as records_of_an_area,
    cities.boundary_version
from named_codes
inner join
    feed_totals on named_codes.city_id = feed_totals.city_id and named_codes.feed_id = feed_totals.feed_id
left join
    {{ ref('area_records') }} as usual_areas
    on named_codes.city_id = usual_areas.city_id
    and named_codes.feed_id = usual_areas.feed_id
inner join
    {{ source('run_records', 'feeds') }} as feeds
    on named_codes.city_id = feeds.city_id
    and named_codes.feed_id = feeds.feed_id
inner join {{ source('run_records', 'cities') }} as cities on named_codes.city_id = cities.city_id
