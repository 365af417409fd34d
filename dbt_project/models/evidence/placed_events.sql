-- Grain: city x feed x year: how many events have coordinates that can be in the city. The city is the box
-- around its areas, a little widened.
with
    box as (
        select
            city_id,
            {{ list_least(wkt_numbers('geometry', 2)) }} as south,
            {{ list_greatest(wkt_numbers('geometry', 2)) }} as north,
            {{ list_least(wkt_numbers('geometry', 1)) }} as west,
            {{ list_greatest(wkt_numbers('geometry', 1)) }} as east
        from {{ ref('stg_areas') }}
        where geometry is not null and level in ('city', 'district', 'neighbourhood')
    ),

    city_box as (
        select
            city_id,
            min(south) - 0.01 as south,
            max(north) + 0.01 as north,
            min(west) - 0.01 as west,
            max(east) + 0.01 as east
        from box
        group by city_id
    ),

    -- Many events share a point; they are counted by point first.
    points as (
        select
            events.city_id,
            events.feed_id,
            cast(year(events.occurred_on) as integer) as year,
            events.latitude,
            events.longitude,
            count(*) as events
        from {{ ref('stg_crime_events') }} as events
        semi join
            (
                select *
                from {{ source('run_records', 'feeds') }}
                where {{ in_list("'latitude'", "replace(reported_columns, ',', ';')") }}
            ) as telling
            on events.city_id = telling.city_id
            and events.feed_id = telling.feed_id
        group by all
    ),

    judged as (
        select
            points.*,
            points.latitude is null or points.longitude is null as without,
            coalesce(points.latitude = 0 and points.longitude = 0, false) as null_island,
            coalesce(
                box.city_id is null
                or (
                    points.latitude between box.south and box.north
                    and points.longitude between box.west and box.east
                ),
                false
            ) as inside,
            coalesce(
                points.longitude between box.south and box.north
                and points.latitude between box.west and box.east,
                false
            ) as exchanged
        from points
        left join city_box as box on points.city_id = box.city_id
    ),

    -- One event at a point is no pile, and says where somebody was.
    piles as (
        select city_id, feed_id, year, max(events) as pile
        from judged
        where inside and not without and not null_island
        group by all
    )

select
    judged.city_id,
    judged.feed_id,
    judged.year,
    cast(sum(events) as bigint) as events,
    cast(coalesce(sum(events) filter (where without), 0) as bigint) as without_coordinates,
    cast(coalesce(sum(events) filter (where null_island), 0) as bigint) as at_null_island,
    cast(
        coalesce(
            sum(events) filter (where not without and not null_island and not inside and exchanged), 0
        ) as bigint
    ) as swapped,
    cast(
        coalesce(
            sum(events) filter (where not without and not null_island and not inside and not exchanged), 0
        ) as bigint
    ) as outside,
    cast(
        coalesce(sum(events) filter (where not without and not null_island and inside), 0) as bigint
    ) as located,
    case when any_value(piles.pile) >= 20 then cast(any_value(piles.pile) as bigint) end as largest_pile
from judged
left join piles using (city_id, feed_id, year)
group by judged.city_id, judged.feed_id, judged.year
