-- Grain: city x indicator x year: how many cases or answers the city's figure rests on, and how wide its
-- interval is.
select
    observations.city_id,
    observations.indicator_id,
    cast(year(observations.period_start) as integer) as year,
    indicators.small_number_rule as rule,
    coalesce(observations.n, cast(observations.numerator as bigint)) as n,
    observations.ci_low,
    observations.ci_high,
    (observations.ci_high - observations.ci_low) / nullif(observations.value, 0) as relative_width
from {{ ref('observations') }} as observations
inner join
    {{ ref('indicator_catalogue') }} as indicators on observations.indicator_id = indicators.indicator_id
where
    observations.freq = 'A'
    and observations.area_level = 'city'
    and observations.sex = '_T'
    and observations.age = '_T'
    and observations.other_dim is null
    and indicators.record_type = 'printed'
    and (
        (
            indicators.small_number_rule in ('S1', 'S2')
            and coalesce(observations.n, observations.numerator) is not null
        )
        or observations.ci_high is not null
    )
    and (observations.value is not null or observations.reason_code = 'few_events')
qualify
    row_number() over (
        partition by observations.city_id, observations.indicator_id order by observations.period_start desc
    )
    = 1
