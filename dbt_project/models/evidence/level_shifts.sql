-- Grain: city x indicator: the month about which its monthly counts seem to move to another level, the
-- twelve months before compared with the twelve after. The score counts steps of the spread within the two
-- years.
with
    twelve_months_either_side as (
        select
            series.city_id,
            series.indicator_id,
            series.month,
            median(others.counted) filter (where others.month < series.month) as before,
            median(others.counted) filter (where others.month >= series.month) as after,
            count(*) filter (where others.month < series.month) as n_before,
            count(*) filter (where others.month >= series.month) as n_after
        from {{ ref('monthly_series') }} as series
        inner join
            {{ ref('monthly_series') }} as others
            on series.city_id = others.city_id
            and series.indicator_id = others.indicator_id
            and date_diff('month', series.month, others.month) between -12 and 11
        group by all
        having n_before = 12 and n_after = 12
    ),

    deviations as (
        select
            twelve_months_either_side.*,
            1.4826 * median(
                abs(
                    others.counted - case
                        when others.month < twelve_months_either_side.month
                        then twelve_months_either_side.before
                        else twelve_months_either_side.after
                    end
                )
            ) as deviation
        from twelve_months_either_side
        inner join
            {{ ref('monthly_series') }} as others
            on twelve_months_either_side.city_id = others.city_id
            and twelve_months_either_side.indicator_id = others.indicator_id
            and date_diff('month', twelve_months_either_side.month, others.month) between -12 and 11
        group by all
    ),

    scored_months as (
        select
            *, round(abs(after - before) / greatest(deviation, sqrt(greatest(before, after, 1))), 4) as score
        from deviations
    ),

    -- What moves as much a year earlier or later is a trend, not a break.
    months_with_trend as (
        select
            scored_months.*,
            coalesce(
                bool_or(
                    sign(others.after - others.before) = sign(scored_months.after - scored_months.before)
                    and abs(others.after - others.before)
                    >= 0.5 * abs(scored_months.after - scored_months.before)
                ),
                false
            ) as trending
        from scored_months
        left join
            scored_months as others
            on scored_months.city_id = others.city_id
            and scored_months.indicator_id = others.indicator_id
            and abs(date_diff('month', scored_months.month, others.month)) = 12
        group by all
    )

select
    months_with_trend.city_id,
    months_with_trend.indicator_id,
    months_with_trend.month,
    {{ period_text("'M'", 'months_with_trend.month') }} as period,
    months_with_trend.before,
    months_with_trend.after,
    months_with_trend.score,
    months_with_trend.trending,
    exists (
        select 1
        from {{ source('run_records', 'breaks') }} as breaks
        where
            breaks.city_id = months_with_trend.city_id
            and abs(date_diff('month', cast(breaks."date" as date), months_with_trend.month)) <= 6
    ) as declared
from months_with_trend
qualify
    row_number() over (
        partition by months_with_trend.city_id, months_with_trend.indicator_id
        order by months_with_trend.score desc, months_with_trend.month
    )
    = 1
