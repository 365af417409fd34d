-- Grain: finding that says what another one says already, by another rule or of another indicator: the graver
-- stays, and explains it.
with
    findings as (
        select
            *,
            cast(json_extract_string(figures, '$.due_n') as bigint)
            - cast(json_extract_string(figures, '$.months_covered') as bigint) as months_missing,
            case
                rule_id
                when 'levels_differ'
                then
                    concat_ws(
                        '|',
                        dimension,
                        json_extract_string(figures, '$.city_title'),
                        json_extract_string(figures, '$.other_title')
                    )
                when 'header_changed'
                then cast(figures as varchar)
            end as cause
        from {{ ref('graded_findings') }}
    ),

    pairs as (
        -- All missing periods are months of the one year of which some are missing.
        select years.gap_id, years.step, periods.gap_id as other_id, periods.step as other_step
        from findings as years
        inner join
            findings as periods
            on years.city_id = periods.city_id
            and years.feed_id = periods.feed_id
            and periods.rule_id = 'missing_periods'
            and periods.expected_n - periods.available_n = years.months_missing
        where years.rule_id = 'partial_year'
        union all
        -- A year that is not over, and of which due months are missing besides.
        select years.gap_id, years.step, running.gap_id, running.step
        from findings as years
        inner join
            findings as running
            on years.city_id = running.city_id
            and years.feed_id = running.feed_id
            and years.period_start = running.period_start
            and running.rule_id = 'running_year'
        where years.rule_id = 'partial_year'
        union all
        select city_only.gap_id, city_only.step, by_area.gap_id, by_area.step
        from findings as city_only
        inner join
            findings as by_area
            on city_only.city_id = by_area.city_id
            and city_only.indicator_id = by_area.indicator_id
            and by_area.rule_id = 'not_broken_down'
            and by_area.dimension = 'area'
        where city_only.rule_id = 'city_only'
        union all
        -- One file of several feeds, or two sources of several indicators.
        select first.gap_id, first.step, others.gap_id, others.step
        from findings as others
        inner join
            (
                select *
                from findings
                where cause is not null
                qualify
                    row_number() over (partition by city_id, rule_id, cause order by step desc, gap_id) = 1
            ) as first
            on others.city_id = first.city_id
            and others.rule_id = first.rule_id
            and others.cause = first.cause
            and others.gap_id <> first.gap_id
    )

select
    case when other_step > step then gap_id else other_id end as gap_id,
    min(case when other_step > step then other_id else gap_id end) as parent_id
from pairs
group by 1
