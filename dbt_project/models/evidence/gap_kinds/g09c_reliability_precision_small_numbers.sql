-- Grain: finding. Figures of the city that rest on few cases or answers, or have a wide interval (G09c).
-- Rates (rule S1) are graded by their events, surveys (S2) by their relative standard error, all else by the
-- width of the interval.
with
    few_cases as (
        select
            'few_cases' as rule_id,
            city_id,
            indicator_id,
            year,
            case when rule = 'S1' then n end as events,
            case
                when n is null
                then 'a number of cases nobody states'
                when rule = 'S2'
                then cast(n as varchar) || ' answers'
                else cast(n as varchar) || ' cases'
            end as cases,
            coalesce(cast(round(ci_low, 2) as varchar), 'unknown') as low,
            coalesce(cast(round(ci_high, 2) as varchar), 'unknown') as high,
            case when rule <> 'S2' or n is null then round(precision.relative_width, 4) end as relative_width,
            -- An interval of 95 % is 3.92 standard errors wide.
            case
                when rule = 'S2' and n is not null then round(precision.relative_width / 3.92, 4)
            end as relative_error,
            make_date(year, 1, 1) as period_start,
            make_date(year, 12, 31) as period_end,
            case when rule = 'S1' then n end as available_n
        from {{ ref('precision') }} as precision
    )

select *
from few_cases
