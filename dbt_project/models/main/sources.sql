-- Grain: city x feed: the catalogue of data sources: who collects what, how often, how finely, by which way, and how useful it is.
with found as (
    select city_id, feed_id, max(step) as worst from {{ ref('findings_with_status') }}
    where feed_id is not null and status in ('open', 'explained') group by city_id, feed_id
)

select states.city_id, states.feed_id, states.title, states.family, states.owner, states.contact, states.licence, states.citation, states.url, states.cadence,
    states.allowed_lag_days, states.disaggregations, states.spatial_levels, states.shapes, states.connector, states.form, states.manual_steps, states.readability,
    states.concept_match, states.differs, states.place_basis, states.methods_unstated, states.deliveries_in_use, states.rows_in_use, states.retrieved_at,
    states.covers_from, states.covers_to, given.indicators,
    -- A: nothing worse than low was found; B: medium; C: high or critical; D: there is nothing to use.
    case when states.deliveries_in_use = 0 then 'D' when found.worst >= 3 then 'C' when found.worst = 2 then 'B' else 'A' end as usefulness_grade
from {{ ref('feed_states') }} as states
left join found on states.city_id = found.city_id and states.feed_id = found.feed_id
left join (select city_id, feed_id, cast(count(distinct line) as integer) as indicators from {{ ref('source_values') }} group by all) as given
    on states.city_id = given.city_id and states.feed_id = given.feed_id
