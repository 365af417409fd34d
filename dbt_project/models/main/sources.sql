-- Grain: city x feed: the catalogue of data sources: who collects what, how often, how finely, by which way,
-- and how useful it is.
with
    worst_findings as (
        select city_id, feed_id, max(step) as worst
        from {{ ref('findings_with_status') }}
        where feed_id is not null and status in ('open', 'explained')
        group by city_id, feed_id
    ),

    given_indicators as (
        select city_id, feed_id, cast(count(distinct line) as integer) as indicators
        from {{ ref('source_values') }}
        group by all
    )

select
    feeds.city_id,
    feeds.feed_id,
    feeds.title,
    feeds.family,
    feeds.owner,
    feeds.contact,
    feeds.licence,
    feeds.citation,
    feeds.url,
    feeds.cadence,
    feeds.allowed_lag_days,
    feeds.disaggregations,
    feeds.spatial_levels,
    feeds.shapes,
    feeds.connector,
    feeds.form,
    feeds.manual_steps,
    cast(feeds.readability as double) as readability,
    feeds.concept_match,
    feeds.differs,
    feeds.place_basis,
    feeds.methods_unstated,
    feeds.deliveries_in_use,
    cast(feeds.rows_in_use as bigint) as rows_in_use,
    feeds.retrieved_at,
    feeds.covers_from,
    feeds.covers_to,
    given_indicators.indicators,
    -- A: nothing worse than low was found; B: medium; C: high or critical; D: there is nothing to use.
    case
        when feeds.deliveries_in_use = 0
        then 'D'
        when worst_findings.worst >= 3
        then 'C'
        when worst_findings.worst = 2
        then 'B'
        else 'A'
    end as usefulness_grade
from {{ ref('feed_states') }} as feeds
left join worst_findings on feeds.city_id = worst_findings.city_id and feeds.feed_id = worst_findings.feed_id
left join
    given_indicators on feeds.city_id = given_indicators.city_id and feeds.feed_id = given_indicators.feed_id
