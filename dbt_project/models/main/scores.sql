-- Grain: city x feed or category: parts of its quality between 0 and 1. Readiness is the least of them, beside their mean, for a mean hides a
-- fatal gap. What cannot be worked out is null, unknown, and lowers nothing.
with by_feed as (
    select feeds.city_id, 'feed' as scope, feeds.feed_id as scope_id, submissions.coverage, submissions.timeliness,
        1 - least(1, greatest(coalesce(revised.mean_revision / 0.25, 0), coalesce(differing.log_ratio / 0.5, 0))) as reliability_known,
        revised.mean_revision is not null or differing.log_ratio is not null as reliability_tested,
        1 - least(1, feeds.rows_quarantined / nullif(feeds.rows_in, 0) / 0.05) as validity,
        areas.granularity
    from {{ ref('feed_states') }} as feeds
    left join (
        select city_id, feed_id, avg(case when accepted then 1.0 else 0.0 end) as coverage,
            avg(case when received_on is null then null when received_on <= due_on + interval 31 day then 1.0 else 0.0 end) filter (where due_on > first_received) as timeliness
        from (select *, min(received_on) over (partition by city_id, feed_id) as first_received from {{ ref('submissions') }})
        group by city_id, feed_id
    ) as submissions on feeds.city_id = submissions.city_id and feeds.feed_id = submissions.feed_id
    left join (
        select city_id, feed_id, avg(abs(change) order by abs(change)) as mean_revision from {{ ref('revisions') }} where first_reported > 0 group by city_id, feed_id having count(*) >= 6
    ) as revised on feeds.city_id = revised.city_id and feeds.feed_id = revised.feed_id
    left join (
        select city_id, feed_id, max(log_ratio) as log_ratio
        from (
            select city_id, feed_a as feed_id, log_ratio from {{ ref('source_pairs') }} where comparable and beyond_chance
            union all select city_id, feed_b, log_ratio from {{ ref('source_pairs') }} where comparable and beyond_chance
        ) group by city_id, feed_id
    ) as differing on feeds.city_id = differing.city_id and feeds.feed_id = differing.feed_id
    left join (
        select city_id, feed_id, avg(case when reported then 1.0 else 0.0 end) as granularity from {{ ref('area_coverage') }} group by city_id, feed_id
    ) as areas on feeds.city_id = areas.city_id and feeds.feed_id = areas.feed_id
),

cells as (
    select city_id, left(category, 1) as category_no,
        avg(case when state not in ('missing', 'partial') then 1.0 else 0.0 end) filter (where area_level = 'city') as coverage,
        avg(case when state not in ('missing', 'partial') then 1.0 else 0.0 end) filter (where area_level = 'district') as granularity
    from {{ ref('expected_cells') }} where state <> 'not_required' group by all
),

-- A category stands on its feeds: each part of its score is that of the weakest that speaks for one of its indicators.
speaking as (
    select distinct values_.city_id, cast(indicators.category_no as varchar) as category_no, values_.feed_id
    from {{ ref('source_values') }} as values_
    inner join {{ ref('indicator_catalogue') }} as indicators on values_.indicator_id = indicators.indicator_id
),

by_category as (
    select cells.city_id, 'category' as scope, cells.category_no as scope_id, cells.coverage, min(by_feed.timeliness) as timeliness,
        min(case when by_feed.reliability_tested then by_feed.reliability_known end) as reliability, min(by_feed.validity) as validity, cells.granularity
    from cells
    left join speaking on cells.city_id = speaking.city_id and cells.category_no = speaking.category_no
    left join by_feed on speaking.city_id = by_feed.city_id and speaking.feed_id = by_feed.scope_id
    group by all
),

together as (
    select city_id, scope, scope_id, coverage, timeliness, case when reliability_tested then reliability_known end as reliability, validity, granularity from by_feed
    union all
    select * from by_category
)

select city_id, scope, scope_id, round(coverage, 4) as coverage, round(timeliness, 4) as timeliness, round(reliability, 4) as reliability,
    round(validity, 4) as validity, round(granularity, 4) as granularity,
    round(least(coverage, timeliness, reliability, validity, granularity), 4) as readiness,
    round((coalesce(coverage, 0) + coalesce(timeliness, 0) + coalesce(reliability, 0) + coalesce(validity, 0) + coalesce(granularity, 0))
        / nullif(case when coverage is null then 0 else 1 end + case when timeliness is null then 0 else 1 end + case when reliability is null then 0 else 1 end
            + case when validity is null then 0 else 1 end + case when granularity is null then 0 else 1 end, 0), 4) as mean
from together
