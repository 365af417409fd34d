-- Grain: city x feed: the catalogue of data sources.
with delivered as (
    select city_id, feed_id, count(*) filter (where in_use) as deliveries_in_use, sum(rows_kept) filter (where in_use) as rows_in_use,
        max(retrieved_at) as last_retrieved_at
    from {{ source('register', 'deliveries') }} group by city_id, feed_id
),

covered as (
    select city_id, feed_id, min(period_start) as covers_from, max(period_end) as covers_to
    from {{ source('register', 'coverage') }} group by city_id, feed_id
),

found as (
    select city_id, feed_id, max(case severity when 'critical' then 4 when 'high' then 3 when 'medium' then 2 else 1 end) as worst
    from {{ source('register', 'findings') }} group by city_id, feed_id
)

select
    feeds.city_id, feeds.feed_id, feeds.title, feeds.family, feeds.owner, feeds.contact, feeds.licence, feeds.citation, feeds.url,
    feeds.cadence, feeds.allowed_lag_days, string_split(feeds.disaggregations, ',') as disaggregations,
    string_split(feeds.spatial_levels, ',') as spatial_levels, [feeds.shape] as shapes, feeds.connector,
    coalesce(delivered.deliveries_in_use, 0) as deliveries_in_use, coalesce(delivered.rows_in_use, 0) as rows_in_use,
    delivered.last_retrieved_at as retrieved_at, covered.covers_from, covered.covers_to,
    -- A: nothing worse than low was found; B: medium; C: high or critical; D: there is nothing to use.
    case when coalesce(delivered.deliveries_in_use, 0) = 0 then 'D' when found.worst >= 3 then 'C' when found.worst = 2 then 'B' else 'A' end
        as usefulness_grade
from {{ source('register', 'feeds') }} as feeds
left join delivered on feeds.city_id = delivered.city_id and feeds.feed_id = delivered.feed_id
left join covered on feeds.city_id = covered.city_id and feeds.feed_id = covered.feed_id
left join found on feeds.city_id = found.city_id and feeds.feed_id = found.feed_id
