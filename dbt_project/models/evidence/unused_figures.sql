-- Grain: city x feed of events or counts x reason for which rows of it are used in no figure: they are of
-- areas outside the feed's extent, or the contract does not say that any period is complete.
with
    rows_of_feeds as (
        select cells.city_id, cells.feed_id, cells.area_id, cells.freq, cells.start
        from {{ ref('cells') }} as cells
        where cells.margin in ('', 'T')
    ),

    outside_extent as (
        select 'outside_extent' as reason, rows_of_feeds.*
        from rows_of_feeds
        anti join
            {{ ref('feed_scope') }} as scope
            on rows_of_feeds.city_id = scope.city_id
            and rows_of_feeds.feed_id = scope.feed_id
            and rows_of_feeds.area_id = scope.area_id
    ),

    feeds_never_complete as (
        select city_id, feed_id
        from {{ source('run_records', 'coverage') }}
        group by all
        having not bool_or(complete)
    ),

    not_complete as (
        select 'not_complete' as reason, rows_of_feeds.*
        from rows_of_feeds
        semi join feeds_never_complete using (city_id, feed_id)
    )

select
    found.city_id,
    found.feed_id,
    found.reason,
    feeds.extent_area,
    count(distinct(found.area_id, found.freq, found.start)) as cells_n,
    {{ first_few('areas.name', 'areas.name') }} as areas,
    strftime(min(found.start), '%Y-%m') as first_month,
    strftime(max({{ period_end('found.freq', 'found.start') }}), '%Y-%m') as last_month
from
    (
        select *
        from outside_extent
        union all
        select *
        from not_complete
    ) as found
inner join
    {{ source('run_records', 'feeds') }} as feeds
    on found.city_id = feeds.city_id
    and found.feed_id = feeds.feed_id
inner join {{ ref('city_areas') }} as areas on found.city_id = areas.city_id and found.area_id = areas.area_id
group by found.city_id, found.feed_id, found.reason, feeds.extent_area
