-- Grain: city with a release in force: what it has, how ready it is, and what is open.
with
    coverage_and_readiness as (
        select
            city_id,
            {{ steady_sum('coverage') }} / count(coverage) as coverage,
            min(readiness_at_most) as readiness_at_most,
            arg_min(category_no, (readiness_at_most, category_no)) as weakest_category_no
        from {{ source('releases', 'category_scores') }}
        group by city_id
    ),

    measured_indicators as (
        select city_id, count(distinct indicator_id) as indicators_n, max(period_start) as newest_period_start
        from {{ source('releases', 'figures') }}
        group by city_id
    ),

    open_findings as (
        select
            city_id,
            cast(sum(gaps_n) as bigint) as open_gaps_n,
            cast(coalesce(sum(gaps_n) filter (where severity = 'critical'), 0) as bigint) as critical_gaps_n,
            cast(coalesce(sum(gaps_n) filter (where severity = 'high'), 0) as bigint) as high_gaps_n
        from {{ source('releases', 'open_gaps') }}
        group by city_id
    )

select
    releases.city_id,
    places.name,
    places.country_iso3,
    places.population,
    places.population_year,
    releases.as_of,
    releases.release_id,
    releases.left_out,
    coverage_and_readiness.coverage,
    coverage_and_readiness.readiness_at_most,
    coverage_and_readiness.weakest_category_no,
    measured_indicators.indicators_n,
    year(measured_indicators.newest_period_start) as newest_year,
    open_findings.open_gaps_n,
    open_findings.critical_gaps_n,
    open_findings.high_gaps_n
from {{ source('releases', 'releases') }} as releases
left join {{ source('releases', 'places') }} as places on releases.city_id = places.city_id
left join coverage_and_readiness on releases.city_id = coverage_and_readiness.city_id
left join measured_indicators on releases.city_id = measured_indicators.city_id
left join open_findings on releases.city_id = open_findings.city_id
