-- Grain: finding. What the assessment needs and the data do not tell: indicators, years, groups, districts, the country, other cities,
-- what is never reported, and ways to report. Codes G01, G02, G03, G06, G11, G12, G14, G15, G17, G19, G21.
{% set there = "state not in ('missing', 'partial', 'not_required')" %}
{{ finding('missing_indicator', 'expected_cells', ['indicator_id'], {
    'needed_n': "count(*) filter (where state <> 'not_required')", 'there_n': 'count(*) filter (where ' ~ there ~ ')', 'first_year': 'min(year)', 'last_year': 'max(year)',
    'family': 'any_value(family)', 'core': 'max(case when core_flag then 1 else 0 end)'},
    {'missing_core': 'case when core = 1 then 1 end', 'missing_other': 'case when core = 0 then 1 end'},
    where="area_level = 'city'", having='needed_n > 0 and there_n = 0', indicator='indicator_id', expected='needed_n', available='there_n') }}
union all
{{ finding('category_holes', 'expected_cells', ['category'], {
    'category_no': 'any_value(category_no)',     'expected_n': "count(*) filter (where state <> 'not_required')", 'available_n': 'count(*) filter (where ' ~ there ~ ')',
    'available_pct': "round(100 * count(*) filter (where " ~ there ~ ") / nullif(count(*) filter (where state <> 'not_required'), 0), 1)",
    'missing': first_few('short_title', 'short_title', "state in ('missing', 'partial')")},
    {'share_available': 'available_n / expected_n'}, where="area_level = 'city'", having='expected_n > available_n', dimension="'category ' || left(category, 1)",
    expected='expected_n', available='available_n') }}
union all
{{ finding('rare', 'collection_rhythm', ['feed_id', 'indicator_id'], {
    'months_found': 'cast(max(months_found) as integer)', 'months_needed': 'max(months_needed)', 'periods_n': 'max(periods_n)',
    'first_period': 'max(first_year)', 'last_period': 'max(last_year)', 'ratio': 'round(max(months_found / months_needed), 4)', 'irregularity': 'round(max(irregularity), 4)'},
    {'interval_ratio': 'ratio', 'irregularity': 'irregularity'}, where='periods_n > 1', indicator='indicator_id', feed='feed_id', available='periods_n') }}
union all
{{ finding('once', 'collection_rhythm', ['feed_id', 'indicator_id'], {'year': 'max(last_year)', 'months_needed': 'max(months_needed)'},
    {'one_off': '1'}, where='periods_n = 1 and several_needed', indicator='indicator_id', feed='feed_id', available='1') }}
union all
{{ finding('reported_share', 'dark_figures', ['indicator_id'], {'reported_pct': 'round(max(reported_pct), 1)', 'year': 'max(survey_year)'},
    {'share_reported': 'reported_pct / 100'}, where='reported_pct is not null', indicator='indicator_id') }}
union all
{{ finding('reported_unknown', 'dark_figures', ['indicator_id'], {'surveys_n': 'count(reported_pct)'},
    {'share_unknown': '1'}, having='surveys_n = 0', indicator='indicator_id') }}
union all
{{ finding('not_told_apart', 'dimensions_available', ['indicator_id', 'dimension'], {'dimension_word': 'any_value(dimension_word)',
    'asked': 'max(case when asked then 1 else 0 end)', 'core': "max(case when core_flag and dimension in ('sex', 'area') then 1 else 0 end)"},
    {'core_sex_or_area_missing': 'core', 'asked_missing': 'asked', 'expected_missing': '1'}, where='not available', indicator='indicator_id', dimension='dimension') }}
union all
{{ finding('group_unknown', 'dimensions_available', ['indicator_id', 'dimension'], {'dimension_word': 'any_value(dimension_word)', 'year': 'max(year)',
    'unknown_n': 'max(unknown_n)', 'total_n': 'max(total_n)', 'unknown_pct': 'round(100 * max(unknown_n) / max(total_n), 1)'},
    {'unknown_share': 'unknown_n / total_n'}, where='available and unknown_n is not null', indicator='indicator_id', dimension='dimension', expected='total_n', available='total_n - unknown_n') }}
union all
{{ finding('city_only', 'granularity', ['indicator_id'], {'districts_n': 'max(districts_known)', 'about_crime': 'max(case when crime_or_perception then 1 else 0 end)'},
    {'levels_short': '1', 'crime_or_perception_city_only': 'about_crime'}, where='not neighbourhoods_known', having='districts_n = 0', indicator='indicator_id') }}
union all
{{ finding('coarse_districts', 'granularity', ['indicator_id'], {'median_people': 'max(median_people)', 'districts_n': 'max(districts_known)'},
    {'median_people': 'median_people'}, where='not neighbourhoods_known', having='districts_n > 0 and median_people > 50000', indicator='indicator_id') }}
union all
{{ finding('no_national', 'national_comparators', ['indicator_id'], {'city_year': 'max(city_year)', 'figures_n': 'count(nearest_year)', 'core': 'max(case when core_flag then 1 else 0 end)'},
    {'none_other': 'case when core = 0 then 1 end', 'none_core': 'case when core = 1 then 1 end'}, where='nearest_year is null', indicator='indicator_id') }}
union all
{{ finding('national_other_year', 'national_comparators', ['indicator_id'], {'city_year': 'max(city_year)', 'nearest_year': 'max(nearest_year)', 'years_apart': 'max(years_apart)'},
    {'other_year': '1'}, where='years_apart > 1', indicator='indicator_id') }}
union all
{{ finding('cities_differ', 'city_definitions', ['indicator_id'], {'cities_n': 'count(*)', 'alike_n': 'count(*) filter (where alike)', 'missing': first_few('other_name', 'other_name', 'not alike')},
    {'share_alike': 'alike_n / cities_n'}, having='alike_n < cities_n', indicator='indicator_id', expected='cities_n', available='alike_n') }}
union all
{{ finding('improbable_zeros', 'zero_runs', ['feed_id', 'area_id'], {
    'area': 'any_value(name)', 'first_month': 'arg_min(first_month, (probability, first_month))', 'last_month': 'arg_min(last_month, (probability, first_month))', 'months_n': 'arg_min(months_n, (probability, first_month))', 'expected': 'arg_min(expected, (probability, first_month))'},
    {'improbable_zeros': '1'}, where='improbable and not within_larger', feed='feed_id', area='area_id') }}
union all
{{ finding('zeros_undeclared', 'undeclared_cells', ['feed_id'], {'cells_n': 'max(cells_n)', 'ambiguous_n': 'max(ambiguous_n)'},
    {'share_ambiguous': 'ambiguous_n / cells_n'}, having='ambiguous_n > 0', feed='feed_id', expected='cells_n', available='cells_n - ambiguous_n') }}
union all
{{ finding('codes_absent', 'absent_codes', ['feed_id', 'icd10'], {'deaths_n': 'max(deaths_n)', 'within': 'any_value(within)', 'title_of_code': 'any_value(title)', 'expected': 'max(expected)', 'code': 'any_value(icd10)'},
    {'codes_never_used': '1'}, where='improbable', feed='feed_id', dimension='icd10') }}
union all
{{ finding('much_hidden', 'suppressed_cells', ['category'], {'cells_n': 'max(cells_n)', 'hidden_n': 'max(suppressed_n)', 'hidden_pct': 'round(100 * max(suppressed_n) / max(cells_n), 1)'},
    {'share_suppressed': 'hidden_n / cells_n'}, having='hidden_n > 0', dimension="'category ' || left(category, 1)", expected='cells_n', available='cells_n - hidden_n') }}
union all
{{ finding('no_list', 'reporting_channels', [], {'themes_n': 'count(*)', 'listed_n': 'count(period)'},
    {'channels': '0'}, having='listed_n = 0', dimension="'all themes'", expected='themes_n', available='0') }}
union all
{{ finding('no_channel', 'reporting_channels', ['theme_code'], {'theme': 'any_value(theme)', 'channels_n': 'max(channels_n)'},
    {'channels': 'channels_n'}, where='channels_n = 0 and any_listed', dimension='theme_code') }}
union all
{{ finding('one_channel', 'reporting_channels', ['theme_code'], {'theme': 'any_value(theme)', 'channels_n': 'max(channels_n)', 'channels': 'any_value(channels)'},
    {'channels': 'channels_n'}, where='channels_n = 1', dimension='theme_code') }}
union all
{{ finding('areas_without_channel', 'reporting_channels', ['theme_code'], {'theme': 'any_value(theme)', 'areas_n': 'max(areas_without)', 'missing': 'any_value(areas)'},
    {'areas_without': 'areas_n'}, where='areas_without > 0', dimension='theme_code') }}
