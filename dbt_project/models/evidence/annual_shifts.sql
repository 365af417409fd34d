-- Grain: city x indicator: the year about which its yearly values seem to move to another level: up to
-- five years before compared with up to five from it on, three at least on either side. The score counts
-- steps: the spread within the two sides, at least chance's own and at least a tenth of the level.
with
    years_either_side as (
        select
            one.city_id,
            one.indicator_id,
            one.year,
            median(others.value) filter (where others.year < one.year) as before,
            median(others.value) filter (where others.year >= one.year) as after,
            count(*) filter (where others.year < one.year) as n_before,
            count(*) filter (where others.year >= one.year) as n_after,
            max(others.chance) as chance,
            arg_max(others.value, others.year) filter (where others.year < one.year) as last_before,
            any_value(one.value) as first_after,
            bool_or(others.is_break and abs(others.year - one.year) <= 1) as has_break
        from {{ ref('annual_series') }} as one
        inner join
            {{ ref('annual_series') }} as others
            on one.city_id = others.city_id
            and one.indicator_id = others.indicator_id
            and others.year - one.year between -5 and 4
        group by all
        having n_before >= 3 and n_after >= 3
    ),

    deviations as (
        select
            sides.*,
            1.4826 * median(
                abs(others.value - case when others.year < sides.year then sides.before else sides.after end)
            ) as deviation
        from years_either_side as sides
        inner join
            {{ ref('annual_series') }} as others
            on sides.city_id = others.city_id
            and sides.indicator_id = others.indicator_id
            and others.year - sides.year between -5 and 4
        group by all
    )

select
    city_id,
    indicator_id,
    year,
    before,
    after,
    round(
        abs(after - before) / nullif(greatest(deviation, chance, 0.1 * greatest(abs(before), abs(after))), 0),
        4
    ) as score,
    -- A move that happens little by little is a trend, not a break.
    (first_after - last_before) * sign(after - before) < 0.5 * abs(after - before) as trending,
    has_break
    or exists (
        select 1
        from {{ source('run_records', 'breaks') }} as breaks
        where
            breaks.city_id = deviations.city_id
            and abs(year(cast(breaks."date" as date)) - deviations.year) <= 1
    ) as declared
from deviations
qualify
    row_number() over (
        partition by city_id, indicator_id
        order by
            abs(after - before)
            / nullif(greatest(deviation, chance, 0.1 * greatest(abs(before), abs(after))), 0)
            desc nulls last,
            year
    )
    = 1
