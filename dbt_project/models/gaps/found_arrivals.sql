-- Grain: finding. Frequency and coverage of collection: what never came, came in part, late, or from parts of the city only. Codes G04, G13, G08b.
{{ finding('no_delivery', 'feed_states', ['feed_id'], {'deliveries_n': 'max(deliveries_in_use)'}, {'never_delivered': '1'},
    having='deliveries_n = 0', feed='feed_id', expected='1', available='0') }}
union all
{{ finding('missing_periods', 'submissions', ['feed_id'], {
    'expected_n': 'count(*)', 'available_n': 'count(*) filter (where accepted)', 'longest_run': 'max(missing_run)',
    'missing': first_few('period', 'period', 'not accepted')},
    {'share_covered': 'available_n / expected_n', 'longest_run': 'longest_run'},
    having='available_n < expected_n', feed='feed_id', expected='expected_n', available='available_n') }}
union all
{{ finding('partial_year', 'submissions', ['feed_id'], {
    'year': 'max(year(period_start)) filter (where not accepted)', 'months_covered': 'coalesce(sum(months) filter (where accepted and year(period_start) = last_partial), 0)', 'due_n': 'sum(months) filter (where year(period_start) = last_partial)'},
    {'due_months_missing': 'due_n - months_covered'}, where="freq <> 'A' and last_partial is not null",
    having='months_covered < due_n', feed='feed_id', dimension="'partial_year'", in_year=true) }}
union all
{{ finding('running_year', 'submissions', ['feed_id'], {
    'year': 'max(year(period_start)) filter (where year_is_open)', 'months_covered': 'coalesce(sum(months) filter (where accepted and year_is_open), 0)'},
    {'months_not_yet_due': '12 - months_covered'}, where="freq <> 'A'",
    having='year is not null', feed='feed_id', dimension="'running_year'", in_year=true) }}
union all
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
