-- Grain: measure x profile that belongs to it, or that may: `lacks` says what a row of the profile leaves
-- open.
-- A row without a code may be of any offence or cause; one of unknown weapon may be of any weapon.
{% set tags = filter_columns() | reject('in', ['iccs_code', 'icd10', 'topic', 'unit_counted']) | list %}
with
    profiles as (
        select profile, shape, {{ filter_columns() | join(', ') }}
        from {{ ref('cells') }}
        union
        select profile, shape, {{ filter_columns() | join(', ') }}
        from {{ ref('lost_rows') }}
    ),

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
    ),

    compared_profiles as (
        select
            measures.measure_id,
            profiles.profile,
            (measures.iccs_code is null or iccs.prefix is not null)
            and (measures.icd10 is null or icd.low is not null) as has_code,
            (measures.iccs_code is not null and {{ is_unknown('profiles', 'iccs_code') }})
            or (measures.icd10 is not null and {{ is_unknown('profiles', 'icd10') }}) as lacks_code,
            true
            {%- for tag in tags %}
                and (
                    measures.{{ tag }} is null
                    or coalesce(
                        {{ in_list('cast(profiles.' ~ tag ~ ' as varchar)', 'measures.' ~ tag) }}, false
                    )
                )
            {%- endfor %} as has_tags,
            true
            {%- for tag in tags %}
                and (
                    measures.{{ tag }} is null
                    or {{ is_unknown('profiles', tag) }}
                    or {{ in_list('cast(profiles.' ~ tag ~ ' as varchar)', 'measures.' ~ tag) }}
                )
            {%- endfor %} as may_have_tags
        from profiles
        inner join {{ ref('measures') }} as measures on profiles.shape = measures.shape
        left join
            iccs on measures.measure_id = iccs.measure_id and starts_with(profiles.iccs_code, iccs.prefix)
        left join
            icd
            on measures.measure_id = icd.measure_id
            and left(profiles.icd10, length(icd.low)) between icd.low and icd.high
        where
            true
            {%- for filter in ['topic', 'unit_counted'] %}
                and (
                    measures.{{ filter }} is null or {{ in_list('profiles.' ~ filter, 'measures.' ~ filter) }}
                )
            {%- endfor %}
    )

select distinct
    measure_id, profile, case when not has_code then 'code' when not has_tags then 'tag' end as lacks
from compared_profiles
where (has_code or lacks_code) and may_have_tags
