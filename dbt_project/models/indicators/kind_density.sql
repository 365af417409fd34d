-- Grain: city x indicator x area x frequency x period x sex x age x other dimension.
-- density: residents for each square kilometre.
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
    parts.amount / nullif(sizes.area_km2, 0) as value,
    indicators.unit,
    parts.amount as numerator,
    sizes.area_km2 as denominator,
    cast(null as double) as ci_low,
    cast(null as double) as ci_high,
    cast(parts.amount as bigint) as n,
    case when parts.amount is null or coalesce(sizes.area_km2, 0) = 0 then 'O' else 'A' end as obs_status,
    case
        when parts.amount is null
        then parts.reason_code
        when coalesce(sizes.area_km2, 0) = 0
        then coalesce(sizes.reason_code, 'no_boundary')
    end as reason_code,
    cast(null as varchar) as reason_detail,
    {{ list_of(['parts.feed_id']) }} as sources,
    parts.feed_id as numerator_source,
    parts.base as population_base,
    'boundaries ' || sizes.boundary_version as denominator_source
from {{ ref('indicator_parts') }} as parts
inner join {{ ref('indicator_catalogue') }} as indicators on parts.indicator_id = indicators.indicator_id
left join {{ ref('area_sizes') }} as sizes on parts.city_id = sizes.city_id and parts.area_id = sizes.area_id
where
    parts.kind = 'density'
    and parts.part = 'numerator'
    and parts.sex = '_T'
    and parts.age = '_T'
    and parts.other_dim = ''
