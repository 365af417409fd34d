-- Grain: finding: how many indicators of the guide depend on what it is about, itself or by what it
-- explains: its indicator, those its feed gives, those of its category, or those that lack residents.
with
    findings as (
        select city_id, gap_id, gap_id as top_id, rule_id, indicator_id, feed_id, dimension
        from {{ ref('findings_with_status') }}
        union all
        select city_id, gap_id, parent_id, rule_id, indicator_id, feed_id, dimension
        from {{ ref('findings_with_status') }}
        where parent_id is not null
    ),

    dependents as (
        select city_id, top_id, indicator_id
        from findings
        where indicator_id is not null
        union
        select findings.city_id, findings.top_id, given.line
        from findings
        inner join
            {{ ref('lines_of_feeds') }} as given
            on findings.city_id = given.city_id
            and findings.feed_id = given.feed_id
        where findings.indicator_id is null
        union
        select findings.city_id, findings.top_id, indicators.indicator_id
        from findings
        inner join
            {{ ref('indicators') }} as indicators
            on findings.city_id = indicators.city_id
            and findings.dimension = 'category ' || cast(indicators.category_no as varchar)
            and indicators.record_type = 'printed'
        union
        select findings.city_id, findings.top_id, rates.indicator_id
        from findings
        inner join {{ ref('rates_without_residents') }} as rates on findings.city_id = rates.city_id
        where findings.rule_id = 'rates_without_residents'
    )

select
    dependents.city_id,
    dependents.top_id as gap_id,
    count(distinct dependents.indicator_id) as indicators_n,
    count(distinct dependents.indicator_id) filter (where indicators.core_flag) as core_indicators_n
from dependents
inner join
    {{ ref('indicators') }} as indicators
    on dependents.city_id = indicators.city_id
    and dependents.indicator_id = indicators.indicator_id
group by dependents.city_id, dependents.top_id
