-- Grain: city x indicator of the guide x area x year of the window: what the assessment needs for
-- everybody together (of representation, for any group), whether it came or not. A line that was split
-- has what its parts, or its usable form, have; other sources' own forms of it are other figures.
-- Districts are asked for where the city itself has the figure.
with
    needed_years as (
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
    ),

    observed_cells as (
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
                -- A figure is there, and the city has to say whether it is right.
                when observations.reason_code in ('unit_slip', 'above_whole')
                then 'unsure'
                else 'missing'
            end as state,
            observations.reason_code,
            observations.reason_detail,
            observations.reason,
            observations.sources
        from {{ ref('observations') }} as observations
        inner join {{ ref('indicator_lines') }} as lines on observations.indicator_id = lines.indicator_id
        inner join
            {{ ref('indicator_catalogue') }} as indicators
            on observations.indicator_id = indicators.indicator_id
        where
            observations.freq = 'A'
            and (
                (observations.sex = '_T' and observations.age = '_T' and observations.other_dim is null)
                -- How a group is represented is of groups alone: everybody together has no figure.
                or indicators.kind = 'representation'
            )
            and observations.area_level in ('city', 'district')
    ),

    best_observed as (
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
        from observed_cells
        qualify
            row_number() over (
                partition by city_id, indicator_id, area_id, year
                order by rank, reason_code, reason_detail, sources
            )
            = 1
    ),

    required_cells as (
        select
            needed_years.city_id,
            needed_years.indicator_id,
            needed_years.city_area as area_id,
            'city' as area_level,
            needed_years.year,
            needed_years.months_between
        from needed_years
        union all
        select
            needed_years.city_id,
            needed_years.indicator_id,
            areas.area_id,
            'district',
            needed_years.year,
            needed_years.months_between
        from needed_years
        inner join
            {{ ref('city_areas') }} as areas
            on needed_years.city_id = areas.city_id
            and areas.level = 'district'
        semi join
            (select city_id, indicator_id from best_observed where area_level = 'city' and rank <= 5) as known
            on needed_years.city_id = known.city_id
            and needed_years.indicator_id = known.indicator_id
        where needed_years.finest_level = 'district'
    ),

    -- What is asked for every few years only is not lacking in the years between.
    years_between as (
        select distinct
            required_cells.city_id, required_cells.indicator_id, required_cells.area_id, required_cells.year
        from required_cells
        inner join
            best_observed
            on required_cells.city_id = best_observed.city_id
            and required_cells.indicator_id = best_observed.indicator_id
            and required_cells.area_id = best_observed.area_id
            and best_observed.rank <= 5
            and abs(required_cells.year - best_observed.year) * 12 < required_cells.months_between
        where required_cells.months_between > 12
    ),

    -- Of a stretch of years without a figure, counted from its end, one in so many is lacking: what is
    -- needed every sixty months is lacking twice in ten years.
    years_without_figure as (
        select
            *,
            year
            + row_number() over (partition by city_id, indicator_id, area_id order by year desc) as stretch
        from required_cells
        anti join years_between using (city_id, indicator_id, area_id, year)
        where months_between > 12
    ),

    years_not_needed as (
        select city_id, indicator_id, area_id, year
        from years_between
        union all
        select city_id, indicator_id, area_id, year
        from years_without_figure
        qualify
            (row_number() over (partition by city_id, indicator_id, area_id, stretch order by year desc) - 1)
            % cast(ceil(months_between / 12) as integer)
            <> 0
    )

select
    required_cells.city_id,
    required_cells.indicator_id,
    required_cells.area_id,
    required_cells.area_level,
    required_cells.year,
    case
        when best_observed.rank <= 5
        then best_observed.state
        when city_decisions.indicator_id is not null or years_not_needed.year is not null
        then 'not_required'
        else coalesce(best_observed.state, 'missing')
    end as state,
    -- A city's own decision is in its own words; any other reason is a code.
    case when city_decisions.reason is null then best_observed.reason_code end as reason_code,
    case when city_decisions.reason is null then best_observed.reason_detail end as reason_detail,
    coalesce(city_decisions.reason, best_observed.reason) as reason,
    best_observed.sources,
    indicators.core_flag,
    -- The guide prints the eighth category and does not count it; a city may take a line of it into its
    -- core set.
    indicators.category_no = 8 and not indicators.core_flag as is_optional,
    indicators.category_no,
    cast(indicators.category_no as varchar) || ' ' || indicators.category as category,
    indicators.short_title,
    replace(indicators.feed_family, '_', ' ') as family
from required_cells
inner join
    {{ ref('indicators') }} as indicators
    on required_cells.city_id = indicators.city_id
    and required_cells.indicator_id = indicators.indicator_id
left join
    best_observed
    on required_cells.city_id = best_observed.city_id
    and required_cells.indicator_id = best_observed.indicator_id
    and required_cells.area_id = best_observed.area_id
    and required_cells.year = best_observed.year
left join
    years_not_needed
    on required_cells.city_id = years_not_needed.city_id
    and required_cells.indicator_id = years_not_needed.indicator_id
    and required_cells.area_id = years_not_needed.area_id
    and required_cells.year = years_not_needed.year
left join
    (
        select city_id, indicator_id, min(reason) as reason
        from {{ source('run_records', 'decisions') }}
        where decision = 'not_required'
        group by city_id, indicator_id
    ) as city_decisions
    on required_cells.city_id = city_decisions.city_id
    and required_cells.indicator_id = city_decisions.indicator_id
