-- Grain: city x indicator x area x frequency x period x sex x age x other dimension.
-- presence: an attested yes (1), no (0) or partly (0.5). What nobody attested has no row; unknown is never
-- no.
select
    attested.city_id,
    attested.indicator_id,
    attested.area_id,
    {{ freq_of_text('attested.period') }} as freq,
    {{ start_of_text('attested.period') }} as start,
    '_T' as sex,
    '_T' as age,
    '' as other_dim,
    '' as other_code,
    case attested.answer when 'yes' then 1.0 when 'partly' then 0.5 when 'no' then 0.0 end as value,
    indicators.unit,
    cast(null as double) as numerator,
    cast(null as double) as denominator,
    cast(null as double) as ci_low,
    cast(null as double) as ci_high,
    cast(null as bigint) as n,
    'A' as obs_status,
    'attested' as reason_code,
    attested.attested_by || ': ' || attested.document as reason_detail,
    {{ list_of(['attested.feed_id']) }} as sources,
    attested.feed_id as numerator_source,
    cast(null as varchar) as population_base,
    cast(null as varchar) as denominator_source
from {{ ref('stg_attestations') }} as attested
inner join {{ ref('indicator_catalogue') }} as indicators on attested.indicator_id = indicators.indicator_id
where indicators.kind = 'presence'
qualify
    row_number() over (
        partition by attested.city_id, attested.indicator_id, attested.area_id, attested.period
        order by attested.attested_on desc nulls last, attested.feed_id
    )
    = 1
