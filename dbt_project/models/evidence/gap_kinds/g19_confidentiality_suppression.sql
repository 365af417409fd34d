-- Grain: finding. Categories with figures suppressed because they rest on few cases (G19).
with
    much_suppressed as (
        select
            'much_suppressed' as rule_id,
            city_id,
            'category ' || left(category, 1) as dimension,
            cells_n as expected_n,
            cells_n - hidden_n as available_n,
            cells_n,
            hidden_n as suppressed_n,
            round(100 * hidden_n / cells_n, 1) as suppressed_pct,
            hidden_n / cells_n as share_suppressed
        from {{ ref('hidden_cells') }}
        where hidden_n > 0
    )

select *
from much_suppressed
