-- Grain: finding. Indicators with months out of line with the months around them (G09d).
with
    outliers as (
        select
            city_id,
            indicator_id,
            count(*) filter (where beyond_chance and abs(score) >= 3) as extreme_n,
            count(*) filter (where abs(score) >= 2 and abs(score) < 3) as apart_n,
            -- So many of the months lie between two and three steps apart by chance.
            0.0428 * count(*) as apart_by_chance,
            arg_max(period, (abs(score), period)) as month,
            arg_max(counted, (abs(score), period)) as found,
            round(arg_max(expected, (abs(score), period)), 1) as expected
        from {{ ref('monthly_series') }}
        group by city_id, indicator_id
    ),

    out_of_line as (
        select
            'out_of_line' as rule_id,
            city_id,
            indicator_id,
            extreme_n,
            greatest(
                0, apart_n - cast(ceil(apart_by_chance + 4 * sqrt(apart_by_chance) + 1) as bigint)
            ) as moderate_n,
            greatest(extreme_n, 1) as months_n,
            month,
            found,
            expected
        from outliers
        where extreme_n + moderate_n > 0
    )

select *
from out_of_line
