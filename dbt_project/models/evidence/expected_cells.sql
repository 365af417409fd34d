-- Grain: city x indicator of the guide x area x year of the window: what the assessment needs for everybody
-- together, whether it came or not.
-- A line that was split has what its parts, or its usable form, have; other sources' own forms of it are
-- other figures. Districts are asked for where the city itself has the figure.
with
    needed as (
        select
            requirements.*,
            indicators.category_no,
            cities.city_id,
            cities.city_area,
            cast(cities.first_year + counted.range as integer) as year
        from {{ ref('requirements') }} as requirements
        inner join
            {{ ref('indicator_catalogue') }} as indicators
            on requirements.indicator_id = indicators.indicator_id
        cross join {{ source('run_records', 'cities') }} as cities
        inner join
            range(200) as counted
            on counted.range <= cities.last_year - cities.first_year
            and make_date(cast(cities.first_year + counted.range as integer), 12, 31) <= cities.as_of
        where indicators.category_no <= 7
    ),

    seen as (
        select
            observations.city_id,
            lines.line as indicator_id,
            observations.area_id,
            observations.area_level,
            cast(year(observations.period_start) as integer) as year,
            case
                when observations.value is not null
                then
                    case
                        observations.obs_status
                        when 'E'
                        then 'estimated'
                        when 'P'
                        then 'provisional'
                        when 'U'
                        then 'unsure'
                        else 'there'
                    end
                when observations.obs_status = 'Q'
                then 'suppressed'
                when observations.reason_code in ('months_covered', 'denominator_months_covered')
                then 'partial'
                when observations.numerator is not null and observations.reason_code = 'few_events'
                then 'unsure'
                else 'missing'
            end as state,
            observations.reason_code,
            observations.reason_detail,
            observations.reason,
            observations.sources
        from {{ ref('observations') }} as observations
        inner join {{ ref('indicator_lines') }} as lines on observations.indicator_id = lines.indicator_id
        where
            observations.freq = 'A'
            and observations.sex = '_T'
            and observations.age = '_T'
            and observations.other_dim is null
            and observations.area_level in ('city', 'district')
    ),

    ranked as (
        select
            *,
            case
                state
                when 'there'
                then 1
                when 'estimated'
                then 2
                when 'provisional'
                then 3
                when 'unsure'
                then 4
                when 'suppressed'
                then 5
                when 'partial'
                then 6
                else 7
            end as rank
        from seen
        qualify
            row_number() over (
                partition by city_id, indicator_id, area_id, year
                order by rank, reason_code, reason_detail, sources
            )
            = 1
    ),

    cells as (
        select
            needed.city_id,
            needed.indicator_id,
            needed.city_area as area_id,
            'city' as area_level,
            needed.year,
            needed.months_between
        from needed
        union all
        select
            needed.city_id, needed.indicator_id, areas.area_id, 'district', needed.year, needed.months_between
        from needed
        inner join
            {{ ref('stg_areas') }} as areas on needed.city_id = areas.city_id and areas.level = 'district'
        semi join
            (select city_id, indicator_id from ranked where area_level = 'city' and rank <= 5) as known
            on needed.city_id = known.city_id
            and needed.indicator_id = known.indicator_id
        where needed.finest_level = 'district'
    ),

    -- What is asked for every few years only is not lacking in the years between.
    spared as (
        select distinct cells.city_id, cells.indicator_id, cells.area_id, cells.year
        from cells
        inner join
            ranked
            on cells.city_id = ranked.city_id
            and cells.indicator_id = ranked.indicator_id
            and cells.area_id = ranked.area_id
            and ranked.rank <= 5
            and abs(cells.year - ranked.year) * 12 < cells.months_between
        where cells.months_between > 12
    )

select
    cells.city_id,
    cells.indicator_id,
    cells.area_id,
    cells.area_level,
    cells.year,
    case
        when ranked.rank <= 5
        then ranked.state
        when decided.indicator_id is not null or spared.year is not null
        then 'not_required'
        else coalesce(ranked.state, 'missing')
    end as state,
    coalesce(decided.reason, ranked.reason) as reason,
    ranked.sources,
    indicators.core_flag,
    indicators.category_no,
    cast(indicators.category_no as varchar) || ' ' || indicators.category as category,
    indicators.short_title,
    replace(indicators.feed_family, '_', ' ') as family
from cells
inner join
    {{ ref('indicators') }} as indicators
    on cells.city_id = indicators.city_id
    and cells.indicator_id = indicators.indicator_id
left join
    ranked
    on cells.city_id = ranked.city_id
    and cells.indicator_id = ranked.indicator_id
    and cells.area_id = ranked.area_id
    and cells.year = ranked.year
left join
    spared
    on cells.city_id = spared.city_id
    and cells.indicator_id = spared.indicator_id
    and cells.area_id = spared.area_id
    and cells.year = spared.year
left join
    (
        select city_id, indicator_id, min(reason) as reason
        from {{ source('run_records', 'decisions') }}
        where decision = 'not_required'
        group by city_id, indicator_id
    ) as decided
    on cells.city_id = decided.city_id
    and cells.indicator_id = decided.indicator_id
