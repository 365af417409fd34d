-- Grain: city x area (the whole city, or its country) x indicator x period x sex x age x other dimension:
-- each
-- figure that is compared with another's, with what its source says of what it measures.
with
    sources_of_figures as (
        select city_id, feed_id, place_basis, concept_match, coalesce(differs, '') as differs
        from {{ source('run_records', 'feeds') }}
    )

select
    observations.city_id,
    cities.name as city,
    cities.country_iso3,
    observations.area_id,
    areas.name as area_name,
    observations.area_level,
    observations.area_id = cities.city_area as is_city,
    observations.indicator_id,
    observations.freq,
    observations.period,
    observations.period_start,
    observations.sex,
    observations.age,
    observations.other_dim,
    observations.other_code,
    observations.value,
    observations.unit,
    observations.ci_low,
    observations.ci_high,
    observations.obs_status,
    observations.sources,
    observations.numerator_source,
    sources_of_figures.place_basis,
    sources_of_figures.concept_match,
    sources_of_figures.differs,
    -- A base that no source states is no base.
    nullif(
        regexp_extract(coalesce(observations.population_base, ''), '^(census|estimate|projection|register)'),
        ''
    ) as base_method,
    coalesce(observations.denominator_source, '') <> '' as is_divided
from {{ ref('observations') }} as observations
inner join {{ source('run_records', 'cities') }} as cities on observations.city_id = cities.city_id
inner join
    {{ ref('city_areas') }} as areas
    on observations.city_id = areas.city_id
    and observations.area_id = areas.area_id
left join
    sources_of_figures
    on observations.city_id = sources_of_figures.city_id
    and observations.numerator_source = sources_of_figures.feed_id
where
    observations.value is not null
    and (observations.area_id = cities.city_area or observations.area_level = 'country')
