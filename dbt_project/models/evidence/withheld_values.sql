-- Grain: city x indicator x area x period x reason: values for everybody that are of another order than their
-- series, withheld until the city confirms them. Values of few people are suppressed as everywhere else.
select
    found.city_id,
    found.indicator_id,
    found.area_id,
    observations.area_level as level,
    found.freq,
    observations.period,
    found.reason_code,
    case when observations.obs_status <> 'Q' then found.value end as value,
    case when observations.obs_status <> 'Q' then found.expected end as expected,
    found.factor,
    found.is_confirmed
from {{ ref('out_of_scale') }} as found
inner join
    {{ ref('observations') }} as observations
    on found.city_id = observations.city_id
    and found.indicator_id = observations.indicator_id
    and found.area_id = observations.area_id
    and found.freq = observations.freq
    and found.start = observations.period_start
    and observations.sex = '_T'
    and observations.age = '_T'
    and observations.other_dim is null
where found.sex = '_T' and found.age = '_T' and found.other_dim = ''
