-- Grain: city x feed x column x local code without a mapping: its records, beside all records of the feed.
-- Rare codes stand together without
-- their names: what stands in a free text may be somebody's name.
with
    kept as (
        select city_id, feed_id, sum(rows_kept) as records_in_all
        from {{ source('run_records', 'deliveries') }}
        where in_use
        group by all
    ),

    told as (
        select city_id, feed_id, "column", {{ unless_rare('code', 'records') }} as code, records
        from {{ source('run_records', 'unmapped_codes') }}
    )

select
    told.city_id,
    told.feed_id,
    told."column",
    told.code,
    cast(sum(told.records) as bigint) as records,
    count(*) as codes,
    cast(any_value(kept.records_in_all) as bigint) as records_in_all,
    case when told."column" = 'area_id' then round(any_value(usual.records), 1) end as records_of_an_area
from told
inner join kept on told.city_id = kept.city_id and told.feed_id = kept.feed_id
left join {{ ref('area_records') }} as usual on told.city_id = usual.city_id and told.feed_id = usual.feed_id
group by told.city_id, told.feed_id, told."column", told.code
