-- Grain: city x indicator x city of the programme with a figure of its own: by which definition each
-- measures it.
with
    newest_values as (
        select
            observations.city_id,
            observations.indicator_id,
            observations.unit,
            observations.sources[1] as feed_id,
            regexp_replace(
                coalesce(observations.denominator_source, ''),
                '^.*$',
                case when observations.denominator_source is null then '' else 'residents' end
            ) as divided_by
        from {{ ref('observations') }} as observations
        inner join
            {{ ref('indicator_catalogue') }} as indicators
            on observations.indicator_id = indicators.indicator_id
            and indicators.record_type = 'printed'
        where
            observations.freq = 'A'
            and observations.area_level = 'city'
            and observations.sex = '_T'
            and observations.age = '_T'
            and observations.other_dim is null
            and observations.value is not null
        qualify
            row_number() over (
                partition by observations.city_id, observations.indicator_id
                order by observations.period_start desc
            )
            = 1
    ),

    city_measurements as (
        select
            newest_values.city_id,
            newest_values.indicator_id,
            cities.name,
            newest_values.unit
            || '|'
            || newest_values.divided_by
            || '|'
            || coalesce(feeds.place_basis, '')
            || '|'
            || feeds.concept_match
            || '|'
            || coalesce(feeds.differs, '') as definition
        from newest_values
        inner join
            {{ source('run_records', 'feeds') }} as feeds
            on newest_values.city_id = feeds.city_id
            and newest_values.feed_id = feeds.feed_id
        inner join {{ source('run_records', 'cities') }} as cities on newest_values.city_id = cities.city_id
    ),

    shared_definitions as (
        select
            *,
            count(*) over (partition by indicator_id, definition) as alike_n,
            count(*) over (partition by indicator_id) as cities_n
        from city_measurements
    )

-- The definition most cities share is the one the others differ from.
select
    own.city_id,
    own.indicator_id,
    others.city_id as other_city,
    others.name as other_name,
    others.cities_n,
    others.definition,
    others.alike_n = max(others.alike_n) over (partition by own.city_id, own.indicator_id)
    and others.definition = first_value(others.definition) over (
        partition by own.city_id, own.indicator_id order by others.alike_n desc, others.definition
    ) as alike
from shared_definitions as own
inner join shared_definitions as others on own.indicator_id = others.indicator_id
where own.cities_n > 1
