-- Grain: city x feed x column x local code without a mapping: its records, what a table counts under it, and
-- all records of the feed. Codes of few are counted together, without their names: a free text may hold
-- somebody's name.
with
    kept_records as (
        select city_id, feed_id, sum(rows_kept) as records_in_all
        from {{ source('run_records', 'deliveries') }}
        where in_use
        group by all
    ),

    named_codes as (
        select
            city_id,
            feed_id,
            "column",
            {{ unless_rare('code', 'coalesce(amount, records)') }} as code,
            records,
            amount
        from {{ source('run_records', 'unmapped_codes') }}
    )

select
    named_codes.city_id,
    named_codes.feed_id,
    named_codes."column",
    named_codes.code,
    cast(sum(named_codes.records) as bigint) as records,
    case when sum(named_codes.amount) >= 5 then cast(sum(named_codes.amount) as bigint) end as amount,
    count(*) as codes,
    cast(any_value(kept_records.records_in_all) as bigint) as records_in_all,
    case
        when named_codes."column" = 'area_id' then round(any_value(usual_areas.records), 1)
    end as records_of_an_area
from named_codes
inner join
    kept_records on named_codes.city_id = kept_records.city_id and named_codes.feed_id = kept_records.feed_id
left join
    {{ ref('area_records') }} as usual_areas
    on named_codes.city_id = usual_areas.city_id
    and named_codes.feed_id = usual_areas.feed_id
group by named_codes.city_id, named_codes.feed_id, named_codes."column", named_codes.code
