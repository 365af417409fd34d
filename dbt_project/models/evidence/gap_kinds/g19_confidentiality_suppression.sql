-- Grain: finding. Categories with figures suppressed because they rest on few cases (G19).
with
    much_suppressed as (
        select
            'much_suppressed' as rule_id,
            city_id,
            'category ' || left(category, 1) as dimension,
            cells_n as expected_n,
            cells_n - suppressed_n as available_n,
            cells_n,
            suppressed_n,
            round(100 * suppressed_n / cells_n, 1) as suppressed_pct,
            suppressed_n / cells_n as share_suppressed
        from {{ ref('suppressed_cells') }}
        where suppressed_n > 0
    )

select *
from much_suppressed
