-- Grain: finding. Indicators with months or years out of line with those around them, and with values of
-- another order than their series (G09d).
{% set withheld_text = "area_id || ' ' || period || coalesce(': ' || cast(round(value, 2) as varchar), '')" %}

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
    ),

    -- Of each indicator the year that is furthest apart.
    year_out_of_line as (
        select
            'year_out_of_line' as rule_id,
            city_id,
            indicator_id,
            'year' as dimension,
            count(*) as months_n,
            cast(arg_max(year, (abs(score), year)) as varchar) as month,
            round(arg_max(value, (abs(score), year)), 2) as found,
            round(arg_max(expected, (abs(score), year)), 2) as expected
        from {{ ref('annual_series') }}
        where abs(score) >= 3
        group by city_id, indicator_id
    ),

    unit_slip as (
        select
            'unit_slip' as rule_id,
            city_id,
            indicator_id,
            'unit' as dimension,
            count(*) as months_n,
            {{ first_few(withheld_text, withheld_text) }} as listed
        from {{ ref('withheld_values') }}
        where reason_code = 'unit_slip'
        group by city_id, indicator_id
    ),

    above_whole as (
        select
            'above_whole' as rule_id,
            city_id,
            indicator_id,
            'whole' as dimension,
            count(*) as months_n,
            {{ first_few(withheld_text, withheld_text) }} as listed
        from {{ ref('withheld_values') }}
        where reason_code = 'above_whole'
        group by city_id, indicator_id
    )

select *
from out_of_line
union all by name
select *
from year_out_of_line
union all by name
select *
from unit_slip
union all by name
select *
from above_whole
