-- Grain: city x feed or category: parts of its quality between 0 and 1. Readiness is the least of them,
-- beside their mean, for a mean hides a fatal gap. It is unknown while one of its parts is, and then at
-- most the least of the known ones.
with
    submissions as (
        select *, min(received_on) over (partition by city_id, feed_id) as first_received
        from {{ ref('submissions') }}
    ),

    feed_submissions as (
        select
            city_id,
            feed_id,
            avg(case when accepted then 1.0 else 0.0 end) as coverage,
            avg(
                case
                    when received_on is null
                    then null
                    when received_on <= due_on + interval 31 day
                    then 1.0
                    else 0.0
                end
            ) filter (where due_on > first_received) as timeliness
        from submissions
        group by city_id, feed_id
    ),

    feed_revisions as (
        select city_id, feed_id, avg(abs(change) order by abs(change)) as mean_revision
        from {{ ref('revisions') }}
        where first_reported > 0
        group by city_id, feed_id
        having count(*) >= 6
    ),

    differing_pairs as (select * from {{ ref('source_pairs') }} where comparable and beyond_chance),

    feed_differences as (
        select city_id, feed_id, max(log_ratio) as log_ratio
        from
            (
                select city_id, feed_a as feed_id, log_ratio
                from differing_pairs
                union all
                select city_id, feed_b, log_ratio
                from differing_pairs
            )
        group by city_id, feed_id
    ),

    feed_areas as (
        select city_id, feed_id, avg(case when reported then 1.0 else 0.0 end) as granularity
        from {{ ref('area_coverage') }}
        group by city_id, feed_id
    ),

    feed_scores as (
        select
            feeds.city_id,
            'feed' as scope,
            feeds.feed_id as scope_id,
            feed_submissions.coverage,
            feed_submissions.timeliness,
            case
                when feed_revisions.mean_revision is not null or feed_differences.log_ratio is not null
                then
                    1 - least(
                        1,
                        greatest(
                            coalesce(feed_revisions.mean_revision / 0.25, 0),
                            coalesce(feed_differences.log_ratio / 0.5, 0)
                        )
                    )
            end as reliability,
            1 - least(1, feeds.rows_quarantined / nullif(feeds.rows_in, 0) / 0.05) as validity,
            feed_areas.granularity
        from {{ ref('feed_states') }} as feeds
        left join
            feed_submissions
            on feeds.city_id = feed_submissions.city_id
            and feeds.feed_id = feed_submissions.feed_id
        left join
            feed_revisions
            on feeds.city_id = feed_revisions.city_id
            and feeds.feed_id = feed_revisions.feed_id
        left join
            feed_differences
            on feeds.city_id = feed_differences.city_id
            and feeds.feed_id = feed_differences.feed_id
        left join feed_areas on feeds.city_id = feed_areas.city_id and feeds.feed_id = feed_areas.feed_id
    ),

    category_cells as (
        select
            city_id,
            left(category, 1) as category_no,
            avg(case when state not in ('missing', 'partial') then 1.0 else 0.0 end) filter (
                where area_level = 'city'
            ) as coverage,
            avg(case when state not in ('missing', 'partial') then 1.0 else 0.0 end) filter (
                where area_level = 'district'
            ) as granularity
        from {{ ref('expected_cells') }}
        where state <> 'not_required' and not is_optional
        group by all
    ),

    category_feeds as (
        select distinct given.city_id, cast(indicators.category_no as varchar) as category_no, given.feed_id
        from {{ ref('source_values') }} as given
        inner join
            {{ ref('indicator_catalogue') }} as indicators on given.indicator_id = indicators.indicator_id
    ),

    -- A category rests on its feeds: each part of its score is that of the weakest that gives one of its
    -- indicators.
    category_scores as (
        select
            category_cells.city_id,
            'category' as scope,
            category_cells.category_no as scope_id,
            category_cells.coverage,
            min(feed_scores.timeliness) as timeliness,
            min(feed_scores.reliability) as reliability,
            min(feed_scores.validity) as validity,
            category_cells.granularity
        from category_cells
        left join
            category_feeds
            on category_cells.city_id = category_feeds.city_id
            and category_cells.category_no = category_feeds.category_no
        left join
            feed_scores
            on category_feeds.city_id = feed_scores.city_id
            and category_feeds.feed_id = feed_scores.scope_id
        group by all
    ),

    all_scores as (
        select *
        from feed_scores
        union all
        select *
        from category_scores
    ),

    known_parts as (
        select
            *,
            list_filter(
                [coverage, timeliness, reliability, validity, granularity], lambda part:part is not null
            ) as parts
        from all_scores
    )

select
    city_id,
    scope,
    scope_id,
    round(coverage, 4) as coverage,
    round(timeliness, 4) as timeliness,
    round(reliability, 4) as reliability,
    round(validity, 4) as validity,
    round(granularity, 4) as granularity,
    case when len(parts) = 5 then round(list_min(parts), 4) end as readiness,
    round(list_sum(parts) / nullif(len(parts), 0), 4) as mean,
    round(list_min(parts), 4) as readiness_at_most
from known_parts
