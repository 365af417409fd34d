-- Grain: finding. Reliability: revisions, sources that contradict each other, few cases, figures out of line. Codes G09a to G09d, G16, G22.
{{ finding('revised', 'revisions', ['feed_id', 'series'], {
    'periods_n': 'count(*)', 'revision_pct': 'round(100 * avg(abs(change) order by abs(change)), 1)',
    'direction': "case when avg(change order by change) >= 0 then 'upwards' else 'downwards' end", 'mean_change': 'avg(abs(change) order by abs(change))', 'largest_change': 'max(abs(change)) filter (where beyond_chance)', 'usual_change': 'median(abs(change))',
    'largest_period': 'arg_max(period, (abs(change), period))', 'largest_first': 'arg_max(first_reported, (abs(change), period))', 'largest_latest': 'arg_max(latest_reported, (abs(change), period))'},
    {'mean_revision': 'mean_change', 'largest_to_usual': 'case when largest_change > 0.05 then largest_change / nullif(usual_change, 0) end'},
    where='first_reported > 0', having='periods_n >= 6 and mean_change > 0', feed='feed_id', dimension="nullif(series, '')") }}
union all
{{ finding('sources_differ', 'source_pairs', ['indicator_id'], {
    'year': 'arg_max(year, (log_ratio, year))', 'told': 'arg_max(stated_by_all, (log_ratio, year))', 'percent': 'round(100 * (exp(max(log_ratio)) - 1), 0)',
    'log_ratio': 'round(max(log_ratio), 4)', 'years_n': 'count(distinct year)'},
    {'log_ratio': 'log_ratio'}, where='comparable and beyond_chance', having='log_ratio > 0', indicator='indicator_id',
    in_year=true) }}
union all
{{ finding('few_cases', 'precision', ['indicator_id'], {
    'year': 'max(year)', 'events': "max(n) filter (where rule = 'S1')", 'cases': "max(case when n is null then 'a number of cases nobody states' when rule = 'S2' then cast(n as varchar) || ' answers' else cast(n as varchar) || ' cases' end)",
    'low': "coalesce(cast(round(max(ci_low), 2) as varchar), 'unknown')", 'high': "coalesce(cast(round(max(ci_high), 2) as varchar), 'unknown')",
    'relative_width': "round(max(relative_width) filter (where rule <> 'S2' or n is null), 4)", 'relative_error': "round(max(relative_width / 3.92) filter (where rule = 'S2' and n is not null), 4)"},
    {'events': 'events', 'relative_width': 'relative_width', 'relative_error': 'relative_error'},
    indicator='indicator_id', in_year=true, available='events') }}
union all
{{ finding('out_of_line', 'monthly_series', ['indicator_id'], {
    'extreme_n': 'count(*) filter (where beyond_chance and abs(score) >= 3)',
    'moderate_n': 'greatest(0, count(*) filter (where abs(score) >= 2 and abs(score) < 3) - cast(ceil(0.0428 * count(*) + 4 * sqrt(0.0428 * count(*)) + 1) as bigint))',
    'months_n': 'greatest(count(*) filter (where beyond_chance and abs(score) >= 3), 1)', 'month': 'arg_max(period, (abs(score), period))', 'found': 'arg_max(counted, (abs(score), period))', 'expected': 'round(arg_max(expected, (abs(score), period)), 1)'},
    {'moderate_outliers': 'moderate_n', 'extreme_outliers': 'extreme_n'}, having='extreme_n + moderate_n > 0', indicator='indicator_id') }}
union all
{{ finding('declared_break', 'breaks', ['feed_id', '"date"'], {
    'break_date': 'any_value("date")', 'cause': 'any_value(cause)', 'years': 'max(years_since)'},
    {'comparable_years': 'years'}, feed='feed_id', dimension="'declared'", first='cast("date" as date)') }}
union all
{{ finding('suspected_break', 'level_shifts', ['indicator_id'], {
    'month': 'any_value(period)', 'before': 'round(max(before), 1)', 'after': 'round(max(after), 1)', 'score': 'max(score)'},
    {'shift': 'score'}, where='not declared and not trending', having='score > 0', indicator='indicator_id', dimension="'suspected'") }}
union all
{{ finding('single_source', 'source_values', ['line'], {
    'sources_n': 'count(distinct feed_id)', 'sources': 'any_value(title)', 'failing_n': 'count(distinct feed_id) filter (where low_confidence)'},
    {'sources': 'sources_n', 'only_source_fails': 'failing_n'}, where='core_flag', having='sources_n = 1', indicator='line', available='sources_n') }}
union all
{{ finding('second_is_old', 'source_values', ['line'], {
    'sources_n': 'count(distinct feed_id)', 'older_year': 'min(newest_year)', 'newer_year': 'max(newest_year)'},
    {'second_is_old': 'newer_year - older_year - 2'}, where='core_flag', having='sources_n = 2', indicator='line') }}
