-- Grain: city x feed x year: the rows that were delivered of the year, how many of them were set aside or
-- came
-- twice, and of those kept how many name no area, or one that no boundary knows.
-- Numbers of one to four rows stay in the warehouse. Where rows are added up their years are not known.
{% set counts = "('crime_counts', 'health_counts')" %}
with
    feeds_added_up as (
        select distinct city_id, feed_id from {{ ref('ledger_entries') }} where fate = 'added_up'
    ),

    fates_by_year as (
        select
            entries.city_id,
            entries.feed_id,
            cast(left(entries.period, 4) as integer) as year,
            sum(entries.rows) filter (
                where entries.fate not in ('out_of_scope', 'outside_period', 'superseded', 'refused')
            ) as delivered,
            coalesce(
                sum(entries.rows) filter (where entries.fate in ('quarantined', 'conflicting')), 0
            ) as set_aside,
            coalesce(sum(entries.rows) filter (where entries.fate = 'duplicate'), 0) as doubled
        from {{ ref('ledger_entries') }} as entries
        anti join
            feeds_added_up
            on entries.city_id = feeds_added_up.city_id
            and entries.feed_id = feeds_added_up.feed_id
        where entries.period is not null
        group by all
    ),

    places_by_year as (
        select
            cells.city_id,
            cells.feed_id,
            cast(year(cells.start) as integer) as year,
            cells.shape in {{ counts }} as is_counted,
            sum(cells.amount) as records,
            coalesce(
                sum(cells.amount) filter (where cells.unknown_area is not null), 0
            ) as under_unknown_codes,
            coalesce(
                sum(cells.amount) filter (
                    where cells.unknown_area is null and cells.area_id = feeds.extent_area
                ),
                0
            ) as of_extent
        from {{ ref('cells') }} as cells
        inner join
            {{ source('run_records', 'feeds') }} as feeds
            on cells.city_id = feeds.city_id
            and cells.feed_id = feeds.feed_id
        where feeds.by_area and cells.margin in ('', 'T') and cells.amount is not null
        group by all
    ),

    -- In a table of counts what the extent has is the whole of its areas, unless they have more.
    unplaced_by_year as (
        select
            city_id,
            feed_id,
            year,
            case
                when is_counted and 2 * of_extent >= records then records - of_extent else records
            end as records,
            under_unknown_codes,
            case when is_counted and 2 * of_extent >= records then 0 else of_extent end as without_area
        from places_by_year
    )

select
    city_id,
    feed_id,
    year,
    year between cities.first_year and cities.last_year as is_assessed,
    cast(fates_by_year.delivered as bigint) as delivered,
    case
        when fates_by_year.set_aside not between 1 and 4 then cast(fates_by_year.set_aside as bigint)
    end as set_aside,
    case
        when fates_by_year.doubled not between 1 and 4 then cast(fates_by_year.doubled as bigint)
    end as doubled,
    cast(unplaced_by_year.records as bigint) as records,
    cast(unplaced_by_year.without_area as bigint) as without_area,
    cast(unplaced_by_year.under_unknown_codes as bigint) as under_unknown_codes
from fates_by_year
full outer join unplaced_by_year using (city_id, feed_id, year)
inner join {{ source('run_records', 'cities') }} as cities using (city_id)
