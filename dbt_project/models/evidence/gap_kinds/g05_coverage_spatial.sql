-- Grain: finding. Areas of a level that a feed covers in part: the newest year says nothing of some of them;
-- and areas that it has rows of though they lie outside its extent (G05).
with
    areas_missing as (
        select
            'areas_missing' as rule_id,
            city_id,
            feed_id,
            level as dimension,
            max(area_coverage.year) as year,
            make_date(max(area_coverage.year), 1, 1) as period_start,
            make_date(max(area_coverage.year), 12, 31) as period_end,
            count(*) as expected_n,
            count(*) filter (where reported) as available_n,
            expected_n - available_n as missing_n,
            {{ first_few('name', 'name', 'not reported') }} as missing,
            round(100 * sum(people) filter (where not reported) / sum(people), 1) as people_pct,
            coalesce(
                sum(people) filter (where reported) / sum(people), available_n / expected_n
            ) as reported_share
        from {{ ref('area_coverage') }} as area_coverage
        group by city_id, feed_id, level
        having missing_n > 0 and available_n > 0
    ),

    outside_extent as (
        select
            'outside_extent' as rule_id,
            city_id,
            feed_id,
            extent_area as extent,
            cells_n,
            areas as missing,
            first_month,
            last_month
        from {{ ref('unused_figures') }}
        where reason = 'outside_extent'
    )

select *
from areas_missing
union all by name
select *
from outside_extent
