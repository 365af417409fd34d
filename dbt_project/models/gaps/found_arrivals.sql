-- Grain: finding. Frequency and coverage of collection: what never came, came in part, late, or from parts of the city only. Codes G04, G13, G08b.
{{ finding('late', 'feed_states', ['feed_id'], {
    'last_day': 'max(covers_to)', 'days': 'max(days_overdue)', 'as_of': 'max(as_of)', 'finer': 'max(case when monthly then 1 else 0 end)', 'stale': 'max(case when stale then 1 else 0 end)'},
    {'days_overdue_monthly': 'case when finer = 1 then days end', 'days_overdue_yearly': 'case when finer = 0 then days end', 'stale': 'stale'},
    where='days_overdue is not null', having='days > 0', feed='feed_id', first='last_day', last='as_of') }}
union all
{{ finding('unreachable', 'pulls', ['feed_id'], {
    'failed_n': "count(*) filter (where status = 'failed')", 'reason': "coalesce(min(message) filter (where status = 'failed'), 'no reason given')",
    'fallback': "case when bool_or(has_fallback) then 'The last good delivery stays in use.' else 'There is no earlier delivery to fall back on.' end"},
    {'failed_pulls': 'failed_n'}, having='failed_n > 0', feed='feed_id') }}
union all
{{ finding('new_columns', 'new_columns', ['feed_id'], {'columns_n': 'count(distinct "column")', 'missing': first_few('"column"', '"column"')},
    {'new_columns': 'columns_n'}, feed='feed_id') }}
union all
{{ finding('areas_missing', 'area_coverage', ['feed_id', 'level'], {
    'year': 'max(year)', 'expected_n': 'count(*)', 'missing_n': 'count(*) filter (where not reported)', 'missing': first_few('name', 'name', 'not reported'),
    'people_pct': 'round(100 * sum(people) filter (where not reported) / sum(people), 1)',
    'told_share': 'coalesce(sum(people) filter (where reported) / sum(people), count(*) filter (where reported) / count(*))'},
    {'share_of_people': 'told_share'}, having='missing_n > 0 and missing_n < expected_n', feed='feed_id', dimension='level',
    in_year=true, expected='expected_n', available='expected_n - missing_n') }}
