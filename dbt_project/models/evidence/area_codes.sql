-- Grain: city x feed x area code that no boundary knows: the records under it, and how many an area has
-- that is known. Rare codes stand together without their names.
with
    found as (
        select city_id, feed_id, unknown_area, sum(amount) as records
        from {{ ref('cells') }}
        where unknown_area is not null
        group by all
        union all
        select people.city_id, people.feed_id, people.area_id, cast(count(*) as double)
        from {{ ref('stg_population') }} as people
        anti join
            {{ ref('stg_areas') }} as areas
            on people.city_id = areas.city_id
            and people.area_id = areas.area_id
        where people.area_id is not null
        group by all
    ),

    totals as (
        select city_id, feed_id, sum(amount) as records
        from {{ ref('cells') }}
        group by all
        union all
        select city_id, feed_id, cast(count(*) as double)
        from {{ ref('stg_population') }}
        group by all
    ),

    told as (
        select city_id, feed_id, {{ unless_rare('unknown_area', 'records') }} as code, sum(records) as records
        from found
        group by all
    )

select
    told.city_id,
    told.feed_id,
    feeds.shape,
    told.code,
    cast(told.records as bigint) as records,
    cast(totals.records as bigint) as records_in_all,
    round(usual.records, 1) as records_of_an_area,
    cities.boundary_version
from told
inner join totals on told.city_id = totals.city_id and told.feed_id = totals.feed_id
left join {{ ref('area_records') }} as usual on told.city_id = usual.city_id and told.feed_id = usual.feed_id
inner join
    {{ source('run_records', 'feeds') }} as feeds
    on told.city_id = feeds.city_id
    and told.feed_id = feeds.feed_id
inner join {{ source('run_records', 'cities') }} as cities on told.city_id = cities.city_id
