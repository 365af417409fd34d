-- Grain: finding. What the expectations (Great Expectations) found to be wrong with the data of a city, such
-- as figures that contradict each other or cannot be. Codes G10a, G09d, G16.
-- These rules are no part of the gap kinds' views: a suite alone knows the worst row of its summary, so each
-- finding brings the suite's figures, and the suite's query that gives them again from the release.
with
    failed as (
        select * from {{ ref('expectations') }} where about = 'world' and not passed and rule_id is not null
    ),

    failed_in_places as (
        select failed.*, coalesce(areas.name, failed.area_id, '') as place
        from failed
        left join
            {{ ref('city_areas') }} as areas
            on failed.city_id = areas.city_id
            and failed.area_id = areas.area_id
    )

select
    city_id,
    rule_id,
    indicator_id,
    feed_id,
    checked_rows as expected_n,
    checked_rows - failed_rows as available_n,
    case
        when rule_id in ('sexes_fall_short', 'ages_fall_short', 'areas_fall_short')
        then 'parts_fall_short'
        when rule_id in ('volume_fell', 'volume_rose')
        then 'volume_changed'
        when rule_id = 'mix_moved'
        then 'mix_moved'
        else 'impossible_values'
    end as metric,
    [{'metric':metric, 'value':cast(failed_rows as double)}] as metrics,
    list_concat(
        {{ json_pairs('figures') }},
        [
            {'name':'period', 'value':coalesce(period, '')},
            {'name':'where', 'value':place},
            {'name':'city_has', 'value':{{ plain_text("json_extract_string(figures, '$.city')") }}}
        ]
    ) as words,
    cast(figures as json) as figures,
    evidence_query
from failed_in_places
