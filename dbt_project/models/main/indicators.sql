-- Grain: city x indicator: a line of the guide, a part of one, or the usable form of one that was printed
-- oddly.
-- The core set is the project's own proposal; a city may replace it by a file, and then its word stands
-- with its reason.
select
    cities.city_id,
    indicators.* exclude (core_flag, core_provenance) replace (
        replace(indicators.unit, 'local currency', coalesce(cities.currency, 'local currency')) as unit
    ),
    coalesce(decided.core, indicators.core_flag) as core_flag,
    case
        when decided.indicator_id is not null then 'city_override' else indicators.core_provenance
    end as core_provenance,
    decided.reason as core_reason,
    decided.decided_by as core_decided_by,
    cast(decided.decided_on as date) as core_decided_on,
    decided.evidence as core_evidence
from {{ ref('indicator_catalogue') }} as indicators
cross join {{ source('run_records', 'cities') }} as cities
left join
    {{ source('run_records', 'core_decisions') }} as decided
    on cities.city_id = decided.city_id
    and indicators.indicator_id = decided.indicator_id
