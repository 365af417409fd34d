-- Grain: city x indicator of the guide x year: rates of the whole city whose events are counted and whose
-- residents are not known.
select
    observations.city_id,
    lines.line as indicator_id,
    cast(year(observations.period_start) as integer) as year,
    any_value(indicators.short_title) as short_title,
    bool_or(indicators.core_flag) as core_flag
from {{ ref('observations') }} as observations
inner join
    {{ ref('indicator_catalogue') }} as indicators on observations.indicator_id = indicators.indicator_id
inner join {{ ref('measures') }} as bases on indicators.denominator = bases.measure_id
inner join {{ ref('indicator_lines') }} as lines on observations.indicator_id = lines.indicator_id
where
    bases.shape = 'population'
    and observations.reason_code = 'no_denominator'
    and observations.numerator is not null
    and observations.freq = 'A'
    and observations.area_level = 'city'
    and observations.sex = '_T'
    and observations.age = '_T'
    and observations.other_dim is null
group by observations.city_id, lines.line, year(observations.period_start)
