-- Grain: figure of a table of counts: one that it gives, or the whole of figures of it that overlap.
with
    all_figures as (
        select *
        from {{ ref('delivered_counts') }}
        union all by name
        select *
        from {{ ref('overlapping_counts') }}
    )

select row_number() over () as row_id, *, {{ profile_of('all_figures') }} as profile
from all_figures
