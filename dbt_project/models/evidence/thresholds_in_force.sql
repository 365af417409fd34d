{{ config(alias='thresholds') }}
-- Grain: city x gap code x metric: the project's thresholds of a profile, with a city's own changes in their place, and why.
select cities.city_id, thresholds.gap_code, thresholds.metric, thresholds.bad, thresholds.profile,
    {% for severity in ['low', 'medium', 'high', 'critical'] %}
    coalesce(max(changes.value) filter (where changes.severity = '{{ severity }}'), any_value(thresholds.{{ severity }})) as {{ severity }}{{ ',' if not loop.last }}
    {% endfor %}
, string_agg(changes.severity || ' by ' || changes.decided_by || ': ' || changes.reason, '; ' order by changes.severity) as changed
from {{ ref('thresholds') }} as thresholds
cross join {{ source('run_records', 'cities') }} as cities
left join {{ source('run_records', 'threshold_changes') }} as changes
    on cities.city_id = changes.city_id and thresholds.gap_code = changes.gap_code and thresholds.metric = changes.metric
group by cities.city_id, thresholds.gap_code, thresholds.metric, thresholds.bad, thresholds.profile
