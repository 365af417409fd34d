-- Grain: city x area x frequency x period that holds rows corrected by the city, with their feeds.
-- Kept out of releases: it may point at a person.
-- A row of an unknown area counts to the feed's extent, and so does its correction.
with
    rows_with_area as (
        select
            corrected.city_id,
            corrected.feed_id,
            corrected.period,
            case when areas.area_id is null then feeds.extent_area else corrected.area_id end as area_id
        from {{ source('run_records', 'corrected') }} as corrected
        inner join
            {{ source('run_records', 'feeds') }} as feeds
            on corrected.city_id = feeds.city_id
            and corrected.feed_id = feeds.feed_id
        left join
            {{ ref('city_areas') }} as areas
            on corrected.city_id = areas.city_id
            and corrected.area_id = areas.area_id
    ),

    rows_with_ancestors as (
        select
            rows_with_area.city_id,
            rows_with_area.feed_id,
            ancestors.ancestor_id as area_id,
            {{ start_of_text('rows_with_area.period') }} as start,
            {{ freq_of_text('rows_with_area.period') }} as row_freq
        from rows_with_area
        inner join
            {{ ref('area_ancestors') }} as ancestors
            on rows_with_area.city_id = ancestors.city_id
            and rows_with_area.area_id = ancestors.area_id
        where rows_with_area.period <> ''
    ),

    frequencies as (
        select 'A' as freq, ['A', 'Q', 'M'] as row_freqs
        union all
        select 'Q', ['Q', 'M']
        union all
        select 'M', ['M']
    )

select
    rows_with_ancestors.city_id,
    rows_with_ancestors.area_id,
    frequencies.freq,
    {{ period_start('frequencies.freq', 'rows_with_ancestors.start') }} as start,
    list(distinct rows_with_ancestors.feed_id order by rows_with_ancestors.feed_id) as feeds
from rows_with_ancestors
inner join frequencies on list_contains(frequencies.row_freqs, rows_with_ancestors.row_freq)
group by all
