-- Grain: city x feed x year: how many events have coordinates that can be in the city. The city is the box
-- around its areas, a little widened.
with
    area_boxes as (
        select
            city_id,
            list_min({{ wkt_numbers('geometry', 2) }}) as south,
            list_max({{ wkt_numbers('geometry', 2) }}) as north,
            list_min({{ wkt_numbers('geometry', 1) }}) as west,
            list_max({{ wkt_numbers('geometry', 1) }}) as east
        from {{ ref('city_areas') }}
        where geometry is not null and level in ('city', 'district', 'neighbourhood')
    ),

    city_boxes as (
        select
            city_id,
            min(south) - 0.01 as south,
            max(north) + 0.01 as north,
            min(west) - 0.01 as west,
            max(east) + 0.01 as east
        from area_boxes
        group by city_id
    ),

    -- Many events share a point; they are counted by point first.
    event_points as (
        select
            events.city_id,
            events.feed_id,
            cast(year(events.occurred_on) as integer) as year,
            events.latitude,
            events.longitude,
            coalesce(events.area_id = extents.extent_area, true) as without_area,
            count(*) as events
        from {{ ref('stg_crime_events') }} as events
        semi join
            (
                select *
                from {{ source('run_records', 'feeds') }}
                where {{ in_list("'latitude'", "replace(reported_columns, ',', ';')") }}
            ) as feeds_with_coordinates
            on events.city_id = feeds_with_coordinates.city_id
            and events.feed_id = feeds_with_coordinates.feed_id
        inner join
            {{ source('run_records', 'feeds') }} as extents
            on events.city_id = extents.city_id
            and events.feed_id = extents.feed_id
        group by all
    ),

    placed_points as (
        select
            event_points.*,
            event_points.latitude is null or event_points.longitude is null as without,
            coalesce(event_points.latitude = 0 and event_points.longitude = 0, false) as null_island,
            coalesce(
                city_boxes.city_id is null
                or (
                    event_points.latitude between city_boxes.south and city_boxes.north
                    and event_points.longitude between city_boxes.west and city_boxes.east
                ),
                false
            ) as inside,
            coalesce(
                event_points.longitude between city_boxes.south and city_boxes.north
                and event_points.latitude between city_boxes.west and city_boxes.east,
                false
            ) as exchanged
        from event_points
        left join city_boxes on event_points.city_id = city_boxes.city_id
    ),

    -- A point with few events is left out: it could show where somebody was.
    largest_points as (
        select city_id, feed_id, year, max(events) as pile
        from placed_points
        where inside and not without and not null_island
        group by all
    )

select
    placed_points.city_id,
    placed_points.feed_id,
    placed_points.year,
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
    cast(
        coalesce(sum(events) filter (where without_area and (without or null_island)), 0) as bigint
    ) as nowhere,
    cast(
        coalesce(
            sum(events) filter (where without_area and not without and not null_island and not inside), 0
        ) as bigint
    ) as outside_without_area,
    case
        when any_value(largest_points.pile) >= 20 then cast(any_value(largest_points.pile) as bigint)
    end as largest_pile
from placed_points
left join largest_points using (city_id, feed_id, year)
group by placed_points.city_id, placed_points.feed_id, placed_points.year
