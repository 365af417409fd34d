-- Grain: finding. What Great Expectations found to be wrong with the world: figures that contradict each other or cannot be. Codes G10a, G09d, G16.
select
    checks.city_id, checks.rule_id, checks.indicator_id, checks.feed_id, cast(null as varchar) as area_id, cast(null as varchar) as dimension,
    cast(null as date) as period_start, cast(null as date) as period_end, checks.checked_rows as expected_n, checks.checked_rows - checks.failed_rows as available_n,
    [{'metric': case
        when checks.rule_id like '%fall_short' then 'parts_fall_short'
        when checks.rule_id in ('volume_fell', 'volume_rose') then 'volume_changed'
        when checks.rule_id = 'mix_moved' then 'mix_moved'
        else 'impossible_values' end, 'value': cast(checks.failed_rows as double)}] as metrics,
    list_concat(
        {{ json_pairs('checks.figures') }},
        [{'name': 'period', 'value': coalesce(checks.period, '')}, {'name': 'where', 'value': coalesce(areas.name, checks.area_id, '')},
         {'name': 'city_has', 'value': regexp_replace(json_extract_string(checks.figures, '$.city'), '[.]0+$', '')}]) as words,
    cast(checks.figures as json) as figures, checks.evidence_query
from {{ ref('expectations') }} as checks
left join {{ ref('stg_areas') }} as areas on checks.city_id = areas.city_id and checks.area_id = areas.area_id
where checks.about = 'world' and not checks.passed and checks.rule_id is not null
