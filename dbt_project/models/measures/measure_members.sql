-- Grain: measure x profile that belongs to it.
with
    profiles as (select distinct profile, shape, {{ filter_columns() | join(', ') }} from {{ ref('cells') }}),

    iccs as (
        select measure_id, unnest(string_split(iccs_code, ';')) as prefix
        from {{ ref('measures') }}
        where iccs_code is not null
    ),

    icd as (
        select
            measure_id,
            split_part(part, '-', 1) as low,
            coalesce(nullif(split_part(part, '-', 2), ''), part) as high
        from
            (
                select measure_id, unnest(string_split(icd10, ';')) as part
                from {{ ref('measures') }}
                where icd10 is not null
            )
    )

select distinct measures.measure_id, profiles.profile
from profiles
inner join {{ ref('measures') }} as measures on profiles.shape = measures.shape
left join iccs on measures.measure_id = iccs.measure_id and starts_with(profiles.iccs_code, iccs.prefix)
left join
    icd
    on measures.measure_id = icd.measure_id
    and left(profiles.icd10, length(icd.low)) between icd.low and icd.high
where
    (measures.iccs_code is null or iccs.prefix is not null)
    and (measures.icd10 is null or icd.low is not null)
    {%- for filter in filter_columns() if filter not in ('iccs_code', 'icd10') %}
        and (
            measures.{{ filter }} is null
            or {{ in_list('cast(profiles.' ~ filter ~ ' as varchar)', 'measures.' ~ filter) }}
        )
    {%- endfor %}
