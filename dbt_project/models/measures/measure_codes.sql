-- Grain: measure x smallest code it needs. A feed covers a measure where it covers every one of these.
with
    codes as (
        select measure_id, shape, unnest(string_split(iccs_code, ';')) as code
        from {{ ref('measures') }}
        where iccs_code is not null
        union all
        select measure_id, shape, unnest(string_split(cause_group, ';'))
        from {{ ref('measures') }}
        where cause_group is not null
        union all
        select measure_id, shape, unnest(string_split(topic, ';'))
        from {{ ref('measures') }}
        where topic is not null
        union all
        -- Residents and official counts are levels, not counts of events: where no row says so, nothing is
        -- known.
        select measure_id, shape, ''
        from {{ ref('measures') }}
        where iccs_code is null and cause_group is null and topic is null and icd10 is null
    ),

    ranges as (
        select
            measure_id,
            shape,
            split_part(part, '-', 1) as low,
            coalesce(nullif(split_part(part, '-', 2), ''), part) as high
        from
            (
                select measure_id, shape, unnest(string_split(icd10, ';')) as part
                from {{ ref('measures') }}
                where icd10 is not null
            )
    ),

    -- Every ICD-10 category there could be, A00 to Z99.
    categories as (
        select
            chr(cast(65 + letters.range as integer)) || lpad(cast(numbers.range as varchar), 2, '0') as code
        from range(26) as letters
        cross join range(100) as numbers
    )

select *
from
    (
        select measure_id, shape, code
        from codes
        union all
        select ranges.measure_id, ranges.shape, categories.code
        from ranges
        inner join categories on length(ranges.low) = 3 and categories.code between ranges.low and ranges.high
        union all
        select measure_id, shape, low
        from ranges
        where length(low) > 3
    )
where shape not in ('population', 'official_counts')
