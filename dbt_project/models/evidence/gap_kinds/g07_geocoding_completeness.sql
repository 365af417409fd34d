-- Grain: finding. Events that cannot be placed (G07): records without an area, under an area code that no
-- boundary knows, without usable coordinates, or with the coordinates of one and the same point.
{% set assessed = 'case when is_assessed then rows_by_year.records end' %}
with
    -- Where coordinates are given they say whether a record without an area lies in the city.
    places_without_area as (
        select
            city_id,
            feed_id,
            cast(sum(nowhere) as bigint) as nowhere,
            cast(sum(outside_without_area) as bigint) as outside
        from {{ ref('placed_events') }}
        group by city_id, feed_id
    ),

    places as (
        select
            city_id,
            feed_id,
            cast(sum(rows_by_year.records) as bigint) as records,
            cast(sum(without_area) as bigint) as without_area,
            {{ worst_year('year', 'without_area', assessed) }} as worst_without,
            {{ share_in_worst_year('without_area', assessed) }} as share_without,
            {{ worst_year('year', 'under_unknown_codes', assessed) }} as worst_unknown,
            {{ share_in_worst_year('under_unknown_codes', assessed) }} as share_unknown
        from {{ ref('rows_by_year') }} as rows_by_year
        where rows_by_year.records > 0
        group by city_id, feed_id
    ),

    -- In a table of the nation or of a state, what lies in no area of the city is out of scope, not
    -- unlocated.
    without_area as (
        select
            'without_area' as rule_id,
            places.city_id,
            places.feed_id,
            'area' as dimension,
            places.records as total_n,
            places.without_area as bad_n,
            coalesce(places_without_area.nowhere, 0) as nowhere_n,
            coalesce(places_without_area.outside, 0) as outside_n,
            greatest(0, places.without_area - nowhere_n - outside_n) as district_unknown_n,
            case
                when places.share_without > bad_n / total_n then places.worst_without else 'all years'
            end as worst,
            round(100 * greatest(bad_n / total_n, coalesce(places.share_without, 0)), 1) as worst_pct,
            1 - greatest(bad_n / total_n, coalesce(places.share_without, 0)) as share_known_area,
            total_n as expected_n,
            total_n - bad_n as available_n
        from places
        inner join
            {{ ref('feed_states') }} as feeds
            on places.city_id = feeds.city_id
            and places.feed_id = feeds.feed_id
        left join
            places_without_area
            on places.city_id = places_without_area.city_id
            and places.feed_id = places_without_area.feed_id
        where
            feeds.by_area
            and places.without_area > 0
            and coalesce(feeds.extent_level, 'city') not in ('country', 'county')
    ),

    unknown_areas as (
        select
            'unknown_areas' as rule_id,
            codes.city_id,
            codes.feed_id,
            'area codes' as dimension,
            cast(sum(codes.records) as bigint) as bad_n,
            max(codes.records_in_all) as total_n,
            {{ first_few('codes.code', 'codes.code') }} as missing,
            -- A code with the records of an area is an area of which the boundaries know nothing.
            count(*) filter (
                where codes.code <> 'rare ones' and codes.records > codes.records_of_an_area / 2
            ) as unmatched_n,
            case
                when any_value(places.share_unknown) > bad_n / total_n
                then any_value(places.worst_unknown)
                else 'all years'
            end as worst,
            round(
                100 * greatest(bad_n / total_n, coalesce(any_value(places.share_unknown), 0)), 1
            ) as worst_pct,
            1 - greatest(bad_n / total_n, coalesce(any_value(places.share_unknown), 0)) as share_known_area,
            total_n as expected_n,
            total_n - bad_n as available_n
        from {{ ref('area_codes') }} as codes
        left join places on codes.city_id = places.city_id and codes.feed_id = places.feed_id
        where codes.shape <> 'population'
        group by codes.city_id, codes.feed_id
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
