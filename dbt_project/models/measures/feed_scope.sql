-- Grain: city x feed x area that the feed covers: its extent and everything below it.
-- `promised` marks the areas for which the absence of rows can mean zero. Where as many records as a whole
-- area has lie under a code of no boundary, an area without any record is not promised: they may be its own.
with
    feeds as (select city_id, feed_id, extent_area, spatial_levels from {{ source('run_records', 'feeds') }}),

    records_without_area as (
        select city_id, feed_id, unknown_area as code, sum(amount) as records
        from {{ ref('cells') }}
        where margin in ('', 'T') and unknown_area is not null
        group by all
        union all
        select city_id, feed_id, code, records
        from {{ source('run_records', 'unmapped_codes') }}
        where "column" = 'area_id'
    ),

    feeds_with_unmatched_area as (
        select distinct records_without_area.city_id, records_without_area.feed_id
        from records_without_area
        left join
            {{ ref('area_records') }} as usual
            on records_without_area.city_id = usual.city_id
            and records_without_area.feed_id = usual.feed_id
        where records_without_area.records > coalesce(usual.records, 0) / 2
    ),

    areas_with_records as (
        select distinct cells.city_id, cells.feed_id, ancestors.ancestor_id as area_id
        from {{ ref('cells') }} as cells
        inner join
            {{ ref('area_ancestors') }} as ancestors
            on cells.city_id = ancestors.city_id
            and cells.area_id = ancestors.area_id
    ),

    -- A feed with rows of a larger area than its extent has not counted zero where it has none.
    feeds_of_larger_areas as (
        select distinct feeds.city_id, feeds.feed_id
        from feeds
        inner join
            {{ ref('area_ancestors') }} as ancestors
            on feeds.city_id = ancestors.city_id
            and feeds.extent_area = ancestors.area_id
        inner join
            {{ ref('cells') }} as cells
            on feeds.city_id = cells.city_id
            and feeds.feed_id = cells.feed_id
            and ancestors.ancestor_id = cells.area_id
        where ancestors.ancestor_id <> feeds.extent_area
    )

select
    feeds.city_id,
    feeds.feed_id,
    ancestors.area_id,
    areas.level,
    (feeds_of_larger_areas.feed_id is null or areas_with_records.area_id is not null)
    and (
        ancestors.area_id = feeds.extent_area
        or (
            {{ in_list('areas.level', "replace(feeds.spatial_levels, ',', ';')") }}
            and (feeds_with_unmatched_area.feed_id is null or areas_with_records.area_id is not null)
        )
    ) as promised
from feeds
inner join
    {{ ref('area_ancestors') }} as ancestors
    on feeds.city_id = ancestors.city_id
    and feeds.extent_area = ancestors.ancestor_id
inner join
    {{ ref('city_areas') }} as areas
    on ancestors.city_id = areas.city_id
    and ancestors.area_id = areas.area_id
left join
    feeds_with_unmatched_area
    on feeds.city_id = feeds_with_unmatched_area.city_id
    and feeds.feed_id = feeds_with_unmatched_area.feed_id
left join
    areas_with_records
    on feeds.city_id = areas_with_records.city_id
    and feeds.feed_id = areas_with_records.feed_id
    and ancestors.area_id = areas_with_records.area_id
left join
    feeds_of_larger_areas
    on feeds.city_id = feeds_of_larger_areas.city_id
    and feeds.feed_id = feeds_of_larger_areas.feed_id
