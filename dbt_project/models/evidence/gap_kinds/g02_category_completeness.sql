-- Grain: finding. Categories of the guide that lack figures for the city (G02).
with
    category_holes as (
        select
            'category_holes' as rule_id,
            city_id,
            'category ' || left(category, 1) as dimension,
            any_value(category_no) as category_no,
            count(*) filter (where state <> 'not_required') as expected_n,
            count(*) filter (where state not in ('missing', 'partial', 'not_required')) as available_n,
            round(100 * available_n / nullif(expected_n, 0), 1) as available_pct,
            {{ first_few('short_title', 'short_title', "state in ('missing', 'partial')") }} as missing,
            available_n / expected_n as share_available
        from {{ ref('expected_cells') }}
        where area_level = 'city' and not is_optional
        group by city_id, category
        having expected_n > available_n
    )

select *
from category_holes
