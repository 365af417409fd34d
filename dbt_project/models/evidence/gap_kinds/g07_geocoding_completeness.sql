-- Grain: finding. Events that cannot be placed (G07): records without an area, under an area code that no
-- boundary knows, without usable coordinates, or with the coordinates of one and the same point.
with
    without_area as (
        select
            'without_area' as rule_id,
            city_id,
            feed_id,
            'area' as dimension,
            rows_in_use as total_n,
            rows_without_area as bad_n,
            1 - rows_without_area / rows_in_use as share_known_area,
            rows_in_use as expected_n,
            rows_in_use - rows_without_area as available_n
        from {{ ref('feed_states') }}
        where by_area and rows_without_area > 0 and rows_in_use > 0
    ),

    unknown_areas as (
        select
            'unknown_areas' as rule_id,
            city_id,
            feed_id,
            'area codes' as dimension,
            cast(sum(records) as bigint) as bad_n,
            max(records_in_all) as total_n,
            {{ first_few('code', 'code') }} as missing,
            -- A code with the records of an area is an area of which the boundaries know nothing.
            count(*) filter (where code <> 'rare ones' and records > records_of_an_area / 2) as unmatched_n,
            1 - bad_n / total_n as share_known_area,
            total_n as expected_n,
            total_n - bad_n as available_n
        from {{ ref('area_codes') }}
        where shape <> 'population'
        group by city_id, feed_id
    ),

    -- Of each feed the year with the smallest share of events that can be placed.
    not_located as (
        select
            'not_located' as rule_id,
            city_id,
            feed_id,
            'located' as dimension,
            year,
            events as events_n,
            located as located_n,
            round(100 * located / events, 1) as located_pct,
            without_coordinates as without_n,
            at_null_island as null_island_n,
            swapped as swapped_n,
            outside as outside_n,
            located / events as located_share,
            make_date(year, 1, 1) as period_start,
            make_date(year, 12, 31) as period_end,
            events as expected_n,
            located as available_n
        from {{ ref('placed_events') }}
        where events >= 100 and located < events
        qualify row_number() over (partition by city_id, feed_id order by located / events, year) = 1
    ),

    -- Of each feed the year with the greatest share of located events at one point.
    one_point as (
        select
            'one_point' as rule_id,
            city_id,
            feed_id,
            'pile' as dimension,
            year,
            largest_pile as pile_n,
            located as located_n,
            round(100 * largest_pile / located, 1) as pile_pct,
            largest_pile / located as pile_share,
            make_date(year, 1, 1) as period_start,
            make_date(year, 12, 31) as period_end,
            located as expected_n,
            located - largest_pile as available_n
        from {{ ref('placed_events') }}
        where largest_pile is not null and located >= 100
        qualify
            row_number() over (partition by city_id, feed_id order by largest_pile / located desc, year desc)
            = 1
    )

select *
from without_area
union all by name
select *
from unknown_areas
union all by name
select *
from not_located
union all by name
select *
from one_point
