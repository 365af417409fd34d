-- Grain: finding. Methods, platforms and tools: what is not written down, comes in a fragile way, or in codes nobody has mapped. Codes G08a, G08b, G08c, G23.
{{ finding('methods_missing', 'feed_states', ['feed_id'], {
    'needed_n': '12', 'stated_n': '12 - coalesce(max(len(methods_unstated)), 0)', 'missing': "replace(array_to_string(any_value(methods_unstated), ', '), '_', ' ')"},
    {'share_stated': 'stated_n / needed_n'}, having='stated_n < needed_n', feed='feed_id', expected='needed_n', available='stated_n') }}
union all
{{ finding('fragile_way', 'feed_states', ['feed_id'], {
    'form': "any_value(replace(form, '_', ' with a '))", 'manual': "case when bool_or(manual_steps) then ', typed in again by hand' else '' end",
    'changes_n': 'max(schema_changes)', 'readability': 'max(readability)'},
    {'readability': 'readability'}, having='readability < 0.9', feed='feed_id') }}
union all
{{ finding('unmapped', 'unmapped_codes', ['feed_id', '"column"'], {
    'bad_n': 'sum(records)', 'total_n': 'max(records_in_all)', 'codes_n': 'sum(codes)', 'missing': first_few('code', 'code'),
    'unmatched_n': "count(*) filter (where code <> 'rare ones' and records > records_of_an_area / 2)"},
    {'share_mapped': '1 - bad_n / total_n', 'areas_unmatched': 'unmatched_n'}, having='bad_n > 0', feed='feed_id', dimension='"column"', expected='total_n', available='total_n - bad_n') }}
union all
{{ finding('provenance', 'feed_states', ['feed_id'], {
    'missing': "array_to_string(list_filter([case when max(has_licence) then null else 'the licence' end, case when max(has_checksums or deliveries_in_use = 0) then null else 'the checksum' end, case when max(url is not null or coalesce(contact, '') <> '') then null else 'address or contact' end, case when max(retrieved_at is not null or deliveries_in_use = 0) then null else 'the day of retrieval' end], lambda one: one is not null), ' and ')",
    'items_n': "max(case when has_licence then 0 else 1 end + case when has_checksums or deliveries_in_use = 0 then 0 else 1 end + case when url is not null or coalesce(contact, '') <> '' then 0 else 1 end + case when retrieved_at is not null or deliveries_in_use = 0 then 0 else 1 end)",
    'grave_n': 'max(case when has_licence and (has_checksums or deliveries_in_use = 0) then 0 else 1 end)'},
    {'items_missing': 'items_n', 'licence_or_checksum_missing': 'grave_n'}, having='items_n > 0', feed='feed_id') }}
union all
{{ finding('header_changed', 'header_changes', ['feed_id'], {
    'changes_n': 'count(distinct sha256)', 'period': "coalesce(max(period), 'the newest')", 'gained': "coalesce(nullif(arg_max(gained, (coalesce(period, ''), sha256)), ''), 'none')", 'lost': "coalesce(nullif(arg_max(lost, (coalesce(period, ''), sha256)), ''), 'none')"},
    {'header_changes': 'changes_n'}, feed='feed_id') }}
