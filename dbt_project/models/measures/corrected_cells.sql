-- Grain: city x area x frequency x period in which rows stand that the city corrected, with their feeds.
-- Kept out of releases: it may point at a person.
-- A row of an area that nobody knows counts to the feed's extent, and so does its correction.
with
    known as (
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

    placed as (
        select
            known.city_id,
            known.feed_id,
            above.ancestor_id as area_id,
            {{ start_of_text('known.period') }} as start,
            {{ freq_of_text('known.period') }} as told_freq
        from known
        inner join
            {{ ref('area_ancestors') }} as above
            on known.city_id = above.city_id
            and known.area_id = above.area_id
        where known.period <> ''
    ),

    frequencies as (
        select 'A' as freq, ['A', 'Q', 'M'] as told
        union all
        select 'Q', ['Q', 'M']
        union all
        select 'M', ['M']
    )

select
    placed.city_id,
    placed.area_id,
    frequencies.freq,
    {{ period_start('frequencies.freq', 'placed.start') }} as start,
    list(distinct placed.feed_id order by placed.feed_id) as feeds
from placed
inner join frequencies on list_contains(frequencies.told, placed.told_freq)
group by all
