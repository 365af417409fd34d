-- Grain: city x indicator: the month about which its monthly counts seem to move to another level, the
-- twelve months before and after held
-- against each other. The score counts steps of the spread within the two years.
with
    sides as (
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

    spread as (
        select
            sides.*,
            1.4826 * median(
                abs(
                    others.counted
                    - case when others.month < sides.month then sides.before else sides.after end
                )
            ) as deviation
        from sides
        inner join
            {{ ref('monthly_series') }} as others
            on sides.city_id = others.city_id
            and sides.indicator_id = others.indicator_id
            and date_diff('month', sides.month, others.month) between -12 and 11
        group by all
    ),

    scored as (
        select
            *, round(abs(after - before) / greatest(deviation, sqrt(greatest(before, after, 1))), 4) as score
        from spread
    ),

    -- What moves as much a year earlier or later is a trend, not a break.
    judged as (
        select
            scored.*,
            coalesce(
                bool_or(
                    sign(others.after - others.before) = sign(scored.after - scored.before)
                    and abs(others.after - others.before) >= 0.5 * abs(scored.after - scored.before)
                ),
                false
            ) as trending
        from scored
        left join
            scored as others
            on scored.city_id = others.city_id
            and scored.indicator_id = others.indicator_id
            and abs(date_diff('month', scored.month, others.month)) = 12
        group by all
    )

select
    judged.city_id,
    judged.indicator_id,
    judged.month,
    {{ period_text("'M'", 'judged.month') }} as period,
    judged.before,
    judged.after,
    judged.score,
    judged.trending,
    exists (
        select 1
        from {{ source('run_records', 'breaks') }} as breaks
        where
            breaks.city_id = judged.city_id
            and abs(date_diff('month', cast(breaks."date" as date), judged.month)) <= 6
    ) as declared
from judged
qualify
    row_number() over (
        partition by judged.city_id, judged.indicator_id order by judged.score desc, judged.month
    )
    = 1
