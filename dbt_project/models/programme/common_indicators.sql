-- Grain: indicator that several cities measure: how many of them do so alike, and what lies between the
-- figures of those.
select
    category_no,
    category,
    indicator_id,
    indicator,
    max(cities_n) as cities_n,
    count(*) filter (where alike) as alike_n,
    count(*) filter (where alike) = max(cities_n) as comparable,
    min(definition) filter (where alike) as definition,
    string_agg(city, ', ' order by city, city_id) filter (where not alike) as not_alike,
    min(period) filter (where alike) as first_period,
    max(period) filter (where alike) as last_period,
    min(value) filter (where alike) as least,
    median(value) filter (where alike) as median,
    max(value) filter (where alike) as greatest
from {{ ref('comparability') }}
where cities_n > 1
group by category_no, category, indicator_id, indicator
