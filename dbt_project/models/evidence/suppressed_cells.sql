-- Grain: city x category: yearly figures for everybody of an area, and how many of them are suppressed
-- because they rest on few people.
select
    observations.city_id,
    cast(indicators.category_no as varchar) || ' ' || indicators.category as category,
    count(*) as cells_n,
    count(*) filter (where observations.obs_status = 'Q') as suppressed_n
from {{ ref('observations') }} as observations
inner join
    {{ ref('indicator_catalogue') }} as indicators on observations.indicator_id = indicators.indicator_id
where
    observations.freq = 'A'
    and observations.sex = '_T'
    and observations.age = '_T'
    and observations.other_dim is null
    and (observations.value is not null or observations.obs_status = 'Q')
group by all
