-- Grain: finding. Validity: records and figures that cannot be right, definitions that differ, places and people that do not fit. Codes G07, G10a, G10b, G18, G20.
{{ finding('quarantined', 'deliveries', ['feed_id'], {
    'total_n': 'sum(rows_in)', 'bad_n': 'sum(rows_quarantined)', 'rules': "coalesce(any_value(rules), 'see the quarantine')"},
    {'share_failing': 'bad_n / total_n'}, where='in_use', having='bad_n > 0', feed='feed_id', expected='total_n', available='total_n - bad_n') }}
union all
{{ finding('doubled', 'deliveries', ['feed_id'], {'total_n': 'sum(rows_in)', 'bad_n': 'sum(rows_duplicate)'},
    {'share_doubled': 'bad_n / total_n'}, where='in_use', having='bad_n > 0', feed='feed_id', expected='total_n', available='total_n - bad_n') }}
union all
{{ finding('refused', 'deliveries', ['feed_id'], {
    'refused_n': 'count(*)', 'reason': first_few("rtrim(coalesce(period || ': ', '') || coalesce(reason, 'no reason'), '.')", "rtrim(coalesce(period || ': ', '') || coalesce(reason, 'no reason'), '.')"),
    'fallback': "case when bool_or(has_fallback) then 'The last good delivery stays in use.' else 'There is no earlier delivery to fall back on.' end"},
    {'refused_deliveries': 'refused_n'}, where='not accepted and not superseded', feed='feed_id') }}
union all
{{ finding('correction_failed', 'corrections', ['feed_id'], {
    'failed_n': "count(*) filter (where status = 'expectation_failed')", 'not_found_n': "count(*) filter (where status = 'not_found')",
    'corrections': first_few('correction_id', 'correction_id')},
    {'corrections_failed': 'failed_n', 'corrections_without_rows': 'not_found_n'}, where="status <> 'applied'", feed='feed_id') }}
union all
{{ finding('without_area', 'feed_states', ['feed_id'], {'total_n': 'max(rows_in_use)', 'bad_n': 'max(rows_without_area)'},
    {'share_known_area': '1 - bad_n / total_n'}, where='by_area', having='bad_n > 0 and total_n > 0', feed='feed_id', dimension="'area'", expected='total_n', available='total_n - bad_n') }}
union all
{{ finding('unknown_areas', 'area_codes', ['feed_id'], {
    'bad_n': 'sum(records)', 'total_n': 'max(records_in_all)', 'missing': first_few('code', 'code'),
    'astray_n': "count(*) filter (where code <> 'rare ones' and records > records_of_an_area / 2)"},
    {'share_known_area': '1 - bad_n / total_n', 'areas_astray': 'astray_n'}, where="shape <> 'population'", feed='feed_id', dimension="'area codes'", expected='total_n', available='total_n - bad_n') }}
union all
{{ finding('not_located', 'placed_events', ['feed_id'], {
    'year': 'arg_min(year, (located / events, year))', 'events_n': 'arg_min(events, (located / events, year))', 'located_n': 'arg_min(located, (located / events, year))',
    'located_pct': 'round(100 * min(located / events), 1)', 'without_n': 'arg_min(without_coordinates, (located / events, year))', 'null_island_n': 'arg_min(at_null_island, (located / events, year))',
    'swapped_n': 'arg_min(swapped, (located / events, year))', 'outside_n': 'arg_min(outside, (located / events, year))', 'located_share': 'min(located / events)'},
    {'share_located': 'located_share'}, where='events >= 100', having='located_n < events_n', feed='feed_id', dimension="'located'",
    in_year=true, expected='events_n', available='located_n') }}
union all
{{ finding('one_point', 'placed_events', ['feed_id'], {
    'year': 'arg_max(year, (largest_pile / located, year))', 'pile_n': 'arg_max(largest_pile, (largest_pile / located, year))', 'located_n': 'arg_max(located, (largest_pile / located, year))',
    'pile_pct': 'round(100 * max(largest_pile / located), 1)', 'pile_share': 'max(largest_pile / located)'},
    {'share_on_one_point': 'pile_share'}, where='largest_pile is not null and located >= 100', feed='feed_id', dimension="'pile'",
    in_year=true, expected='located_n', available='located_n - pile_n') }}
union all
{{ finding('definition', 'definitions', ['feed_id', 'indicator_id'], {'match': 'any_value(concept_match)', 'differs': "coalesce(any_value(differs), 'not stated')"},
    {'near': "case when match = 'near' then 1 end", 'proxy': "case when match = 'proxy' then 1 end", 'unknown_definition': "case when match = 'unknown' then 1 end"},
    where="concept_match <> 'exact'", indicator='indicator_id', feed='feed_id') }}
union all
{{ finding('other_basis', 'source_pairs', ['indicator_id'], {
    'a': 'arg_min(title_a, (year, feed_a, feed_b))', 'basis_a': 'arg_min(basis_a, (year, feed_a, feed_b))', 'b': 'arg_min(title_b, (year, feed_a, feed_b))', 'basis_b': 'arg_min(basis_b, (year, feed_a, feed_b))', 'pairs_n': 'count(*)'},
    {'other_basis': 'pairs_n'}, where='not comparable', indicator='indicator_id') }}
union all
{{ finding('old_census', 'population_vintages', ['feed_id'], {'census_year': 'max(source_year)', 'census_age': 'max(census_age)'},
    {'census_age': 'census_age'}, having='census_year is not null', feed='feed_id', dimension="'census'") }}
union all
{{ finding('other_vintage', 'population_vintages', ['feed_id'], {
    'year': 'arg_max(for_year, (years_off, for_year))', 'nearest_year': 'arg_max(nearest_year, (years_off, for_year))', 'years_off': 'max(years_off)'},
    {'vintage_off': 'years_off'}, having='years_off > 1', feed='feed_id', dimension="'vintage'") }}
union all
{{ finding('other_boundary', 'area_codes', ['feed_id'], {
    'bad_n': 'sum(records)', 'boundary_version': 'max(boundary_version)', 'missing': first_few('code', 'code')},
    {'boundary_mismatch': 'bad_n'}, where="shape = 'population'", feed='feed_id', dimension="'boundary'") }}
union all
{{ finding('parts_exceed_whole', 'population_sums', ['feed_id', 'level', 'whole_level'], {
    'year': 'arg_max(year, (parts / whole, year, area_id))', 'whole': 'arg_max(area_name, (parts / whole, year, area_id))', 'parts': 'arg_max(parts, (parts / whole, year, area_id))', 'total': 'arg_max(whole, (parts / whole, year, area_id))'},
    {'boundary_mismatch': 'parts - total'}, where='parts > 1.005 * whole', feed='feed_id', dimension="level || ' in ' || whole_level",
    in_year=true) }}
union all
{{ finding('areas_overlap', 'area_overlaps', ['feed_id', 'level'], {
    'doubled_km2': 'round(max(doubled_km2), 2)', 'ground_km2': 'round(max(ground_km2), 2)', 'doubled_pct': 'round(100 * max(share_in_two), 2)', 'doubled_share': 'max(share_in_two)',
    'within_n': 'count(distinct smaller_id) filter (where share_of_smaller > 0.5)',
    'pair': "arg_max(area_name || ' / ' || other_name, (shared_km2, area_id, other_id))", 'pair_km2': 'round(max(shared_km2), 2)'},
    {'share_in_two_areas': 'doubled_share', 'areas_within_another': 'within_n'}, feed='feed_id', dimension='level') }}
union all
{{ finding('areas_leave_holes', 'area_fits', ['feed_id', 'level', 'whole_level'], {
    'whole': 'arg_max(area_name, (share_left_out, area_id))', 'left_out_km2': 'round(arg_max(left_out_km2, (share_left_out, area_id)), 2)',
    'left_out_pct': 'round(100 * max(share_left_out), 2)', 'left_out_share': 'max(share_left_out)', 'wholes_n': 'count(*)'},
    {'share_left_out': 'left_out_share'}, where='left_out_km2 > 0', feed='feed_id', dimension="level || ' in ' || whole_level") }}
union all
{{ finding('areas_reach_beyond', 'area_fits', ['feed_id', 'level', 'whole_level'], {
    'whole': 'arg_max(area_name, (share_beyond, area_id))', 'beyond_km2': 'round(arg_max(beyond_km2, (share_beyond, area_id)), 2)',
    'beyond_pct': 'round(100 * max(share_beyond), 2)', 'beyond_share': 'max(share_beyond)', 'wholes_n': 'count(*)'},
    {'share_beyond': 'beyond_share'}, where='beyond_km2 > 0', feed='feed_id', dimension="level || ' in ' || whole_level") }}
union all
{{ finding('sentinel_told', 'sentinels', ['feed_id'], {'bad_n': 'sum(records)', 'numbers': first_few('code', 'code'), 'columns': first_few('"column"', '"column"')},
    {'sentinels_told': 'bad_n'}, where='declared', feed='feed_id') }}
union all
{{ finding('sentinel_untold', 'sentinels', ['feed_id'], {'bad_n': 'sum(records)', 'numbers': first_few('code', 'code'), 'columns': first_few('"column"', '"column"')},
    {'sentinels_untold': 'bad_n'}, where='not declared', feed='feed_id') }}
union all
{{ finding('empty_columns', 'column_fill', ['feed_id'], {'columns_n': 'count(*)', 'records_n': 'max(records)', 'missing': first_few('"column"', '"column"')},
    {'empty_columns': 'columns_n'}, where="filled = 0 and records > 0 and \"column\" not in ('other_dim', 'other_code', 'group_dim', 'group_code')", feed='feed_id') }}
