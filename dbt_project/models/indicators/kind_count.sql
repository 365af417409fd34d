-- Grain: city x indicator x area x frequency x period x sex x age x other dimension.
-- count: the measure itself.
select
    parts.city_id,
    parts.indicator_id,
    parts.area_id,
    parts.freq,
    parts.start,
    parts.sex,
    parts.age,
    parts.other_dim,
    parts.other_code,
    parts.amount as value,
    {{ unit_in_period('indicators.unit', 'parts.freq') }} as unit,
    parts.amount_seen as numerator,
    cast(null as double) as denominator,
    cast(null as double) as ci_low,
    cast(null as double) as ci_high,
    cast(parts.amount_seen as bigint) as n,
    case when parts.amount is null then 'O' else 'A' end as obs_status,
    parts.reason_code,
    parts.reason_detail,
    {{ list_of(['parts.feed_id']) }} as sources,
    parts.feed_id as numerator_source,
    parts.base as population_base,
    cast(null as varchar) as denominator_source
from {{ ref('indicator_parts') }} as parts
inner join {{ ref('indicator_catalogue') }} as indicators on parts.indicator_id = indicators.indicator_id
where parts.kind = 'count' and parts.part = 'numerator'
