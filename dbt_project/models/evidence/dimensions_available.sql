-- Grain: city x indicator of the guide x dimension it asks for or ought to have: whether figures of the
-- city are broken down by it, and for how many in the worst year it is unknown.
with
    needed_dimensions as (
        select
            cities.city_id,
            requirements.indicator_id,
            unnest(string_split(requirements.asked, ';')) as dimension,
            true as asked
        from {{ ref('requirements') }} as requirements
        cross join {{ source('run_records', 'cities') }} as cities
        where requirements.asked is not null
        union all
        select
            cities.city_id, requirements.indicator_id, unnest(string_split(requirements.expected, ';')), false
        from {{ ref('requirements') }} as requirements
        cross join {{ source('run_records', 'cities') }} as cities
        where requirements.expected is not null
    ),

    -- Whatever exists counts: of the city or of an area within it, by the year, the quarter or the month, in
    -- the line's figure or in another source's own.
    broken_down_values as (
        select
            observations.city_id,
            lines.line as indicator_id,
            observations.indicator_id as own_id,
            observations.freq,
            observations.area_level,
            observations.period_start,
            observations.numerator,
            observations.sex,
            observations.age,
            observations.other_dim,
            observations.other_code,
            observations.value is not null
            or observations.obs_status = 'Q'
            or observations.numerator is not null as is_available
        from {{ ref('observations') }} as observations
        inner join {{ ref('forms_of_lines') }} as lines on observations.indicator_id = lines.indicator_id
        where observations.area_level in ('city', 'district', 'neighbourhood')
    ),

    available_dimensions as (
        select distinct city_id, indicator_id, unnest(dimensions) as dimension
        from
            (
                select
                    city_id,
                    indicator_id,
                    list_filter(
                        [
                            case when area_level <> 'city' then 'area' end,
                            case when sex not in ('_T', '_U') then 'sex' end,
                            case when age not in ('_T', '_U') then 'age' end,
                            case when other_code <> '_U' then other_dim end
                        ],
                        lambda one:one is not null
                    ) as dimensions
                from broken_down_values
                where is_available
                group by all
            )
    ),

    -- Yearly figures of the whole city, each by one dimension alone.
    yearly_groups as (
        select
            *,
            case
                when other_dim is not null
                then other_dim
                when sex <> '_T' and age = '_T'
                then 'sex'
                when age <> '_T' and sex = '_T'
                then 'age'
                when sex = '_T' and age = '_T'
                then 'total'
            end as dimension
        from broken_down_values
        where freq = 'A' and area_level = 'city'
    ),

    -- Of all years the one with the greatest share of unknown.
    unknown_groups as (
        select
            parts.city_id,
            parts.indicator_id,
            parts.own_id,
            parts.dimension,
            year(parts.period_start) as year,
            sum(parts.numerator) as unknown_n,
            any_value(whole.numerator) as total_n
        from yearly_groups as parts
        inner join
            yearly_groups as whole
            on parts.city_id = whole.city_id
            and parts.indicator_id = whole.indicator_id
            and parts.own_id = whole.own_id
            and parts.period_start = whole.period_start
            and whole.dimension = 'total'
        where
            (parts.dimension = 'sex' and parts.sex = '_U')
            or (parts.dimension = 'age' and parts.age = '_U')
            or (parts.dimension not in ('sex', 'age', 'total') and parts.other_code = '_U')
        group by parts.city_id, parts.indicator_id, parts.own_id, parts.dimension, year(parts.period_start)
        having any_value(whole.numerator) > 0 and sum(parts.numerator) <= any_value(whole.numerator)
        qualify
            row_number() over (
                partition by parts.city_id, parts.indicator_id, parts.dimension
                order by sum(parts.numerator) / any_value(whole.numerator) desc, year desc
            )
            = 1
    ),

    indicators_with_values as (
        select distinct city_id, indicator_id
        from {{ ref('expected_cells') }}
        where area_level = 'city' and state not in ('missing', 'partial', 'not_required') and not is_optional
    )

select
    needed_dimensions.city_id,
    needed_dimensions.indicator_id,
    needed_dimensions.dimension,
    needed_dimensions.asked,
    available_dimensions.dimension is not null as available,
    indicators.core_flag,
    case
        needed_dimensions.dimension
        when 'area'
        then 'district'
        when 'location_type'
        then 'kind of place'
        when 'exploitation'
        then 'form of exploitation'
        when 'ethnicity'
        then 'ethnic group'
        else needed_dimensions.dimension
    end as dimension_word,
    cast(unknown_groups.year as integer) as year,
    unknown_groups.unknown_n,
    unknown_groups.total_n
from needed_dimensions
inner join
    {{ ref('indicators') }} as indicators
    on needed_dimensions.city_id = indicators.city_id
    and needed_dimensions.indicator_id = indicators.indicator_id
left join
    available_dimensions
    on needed_dimensions.city_id = available_dimensions.city_id
    and needed_dimensions.indicator_id = available_dimensions.indicator_id
    and needed_dimensions.dimension = available_dimensions.dimension
left join
    unknown_groups
    on needed_dimensions.city_id = unknown_groups.city_id
    and needed_dimensions.indicator_id = unknown_groups.indicator_id
    and needed_dimensions.dimension = unknown_groups.dimension
where
    exists (
        select 1
        from indicators_with_values
        where
            indicators_with_values.city_id = needed_dimensions.city_id
            and indicators_with_values.indicator_id = needed_dimensions.indicator_id
    )
