-- Grain: city x indicator (not other sources' own forms, which repeat it) x year, from six years: the
-- value of the city, what the years around it let expect, and how far it is out of line. Expected is the
-- median of up to three years before and three after. The score counts steps: the series' own spread
-- (1.4826 x median deviation), at least chance's own and at least a tenth of what was expected.
with
    yearly_values as (
        select
            observations.city_id,
            observations.indicator_id,
            cast(year(observations.period_start) as integer) as year,
            observations.numerator_source as feed_id,
            observations.value,
            observations.obs_status = 'B' as is_break,
            -- Chance's own step, where an interval says it.
            coalesce((observations.ci_high - observations.ci_low) / 3.919927969080108, 0) as chance
        from {{ ref('observations') }} as observations
        inner join
            {{ ref('indicator_catalogue') }} as indicators
            on observations.indicator_id = indicators.indicator_id
            and indicators.record_type <> 'own'
            and indicators.kind not in ('growth', 'presence', 'representation')
        where
            observations.freq = 'A'
            and observations.area_level = 'city'
            and observations.sex = '_T'
            and observations.age = '_T'
            and observations.other_dim is null
            and observations.value is not null
        qualify count(*) over (partition by observations.city_id, observations.indicator_id) >= 6
    ),

    neighbour_medians as (
        select
            one.city_id,
            one.indicator_id,
            one.year,
            one.feed_id,
            one.value,
            one.is_break,
            one.chance,
            median(others.value) as expected
        from yearly_values as one
        inner join
            yearly_values as others
            on one.city_id = others.city_id
            and one.indicator_id = others.indicator_id
            and abs(one.year - others.year) between 1 and 3
        group by all
        having count(*) >= 3
    ),

    steps as (
        select
            *,
            greatest(
                1.4826 * median(abs(value - expected)) over (partition by city_id, indicator_id),
                chance,
                0.1 * abs(expected)
            ) as step,
            count(*) over (partition by city_id, indicator_id) as length
        from neighbour_medians
    )

select
    city_id,
    indicator_id,
    year,
    feed_id,
    value,
    expected,
    chance,
    is_break,
    round((value - expected) / nullif(step, 0), 4) as score,
    length
from steps
