-- Grain: city x indicator (not other sources' own forms, which repeat it) x month: what was counted for
-- the city, what its neighbours in time let expect, and how far it is out of line. Expected is the median
-- of the months next to it and of the same season in the years around it. The score counts steps of the
-- series' own spread (1.4826 x median deviation, at least chance's own). Of many months some are far out
-- by chance: `beyond_chance` says which are not.
with
    monthly_counts as (
        select city_id, indicator_id, period_start as month, numerator as counted, numerator_source as feed_id
        from {{ ref('observations') }}
        semi join
            (
                select indicator_id from {{ ref('indicator_catalogue') }} where record_type <> 'own'
            ) as watched_indicators using (indicator_id)
        where
            freq = 'M'
            and area_level = 'city'
            and sex = '_T'
            and age = '_T'
            and other_dim is null
            and numerator is not null
            and denominator is not null
            and obs_status <> 'Q'
            and coalesce(reason_code, '') not in ('months_covered', 'denominator_months_covered')
    ),

    neighbour_medians as (
        select
            monthly_counts.city_id,
            monthly_counts.indicator_id,
            monthly_counts.month,
            monthly_counts.counted,
            monthly_counts.feed_id,
            median(others.counted) as expected,
            count(*) as neighbours
        from monthly_counts
        inner join
            monthly_counts as others
            on monthly_counts.city_id = others.city_id
            and monthly_counts.indicator_id = others.indicator_id
            and abs(date_diff('month', monthly_counts.month, others.month)) in (1, 2, 11, 12, 13)
        group by all
        having count(*) >= 4
    ),

    deviations as (
        select
            *,
            counted - expected as apart,
            greatest(
                1.4826 * median(abs(counted - expected)) over (partition by city_id, indicator_id),
                sqrt(greatest(expected, 1))
            ) as step,
            count(*) over (partition by city_id) as looked_at,
            count(*) over (partition by city_id, indicator_id) as length
        from neighbour_medians
    )

select
    city_id,
    indicator_id,
    month,
    {{ period_text("'M'", 'month') }} as period,
    feed_id,
    counted,
    expected,
    round(apart / step, 4) as score,
    length,
    length >= 24
    and greatest(counted, expected) >= 10
    and looked_at * exp(- pow(apart / step, 2) / 2) < 0.0001 as beyond_chance
from deviations
