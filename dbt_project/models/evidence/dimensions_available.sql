-- Grain: city x indicator of the guide x dimension it asks for or ought to have: whether figures of the
-- city are broken down by it, and for how many in the newest year it is unknown.
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

    broken_down_values as (
        select
            observations.city_id,
            lines.line as indicator_id,
            observations.indicator_id as own_id,
            observations.period_start,
            observations.numerator,
            observations.sex,
            observations.age,
            observations.other_code,
            case
                when observations.area_level = 'district'
                then 'area'
                when observations.other_dim is not null
                then observations.other_dim
                when observations.sex <> '_T' and observations.age = '_T'
                then 'sex'
                when observations.age <> '_T' and observations.sex = '_T'
                then 'age'
                when observations.sex = '_T' and observations.age = '_T'
                then 'total'
            end as dimension,
            observations.value is not null
            or observations.obs_status = 'Q'
            or observations.numerator is not null as is_available
        from {{ ref('observations') }} as observations
        inner join {{ ref('indicator_lines') }} as lines on observations.indicator_id = lines.indicator_id
        where observations.freq = 'A' and observations.area_level in ('city', 'district')
    ),

    available_dimensions as (
        select city_id, indicator_id, dimension
        from broken_down_values
        where
            is_available
            and dimension is not null
            and coalesce(nullif(sex, '_T'), nullif(age, '_T'), other_code, '') <> '_U'
        group by all
    ),

    unknown_groups as (
        select
            parts.city_id,
            parts.indicator_id,
            parts.own_id,
            parts.dimension,
            year(parts.period_start) as year,
            sum(parts.numerator) as unknown_n,
            any_value(whole.numerator) as total_n
        from broken_down_values as parts
        inner join
            broken_down_values as whole
            on parts.city_id = whole.city_id
            and parts.indicator_id = whole.indicator_id
            and parts.own_id = whole.own_id
            and parts.period_start = whole.period_start
            and whole.dimension = 'total'
        where
            (parts.dimension = 'sex' and parts.sex = '_U')
            or (parts.dimension = 'age' and parts.age = '_U')
            or (parts.dimension not in ('sex', 'age', 'area', 'total') and parts.other_code = '_U')
        group by parts.city_id, parts.indicator_id, parts.own_id, parts.dimension, year(parts.period_start)
        having any_value(whole.numerator) > 0 and sum(parts.numerator) <= any_value(whole.numerator)
        qualify
            row_number() over (
                partition by parts.city_id, parts.indicator_id, parts.dimension
                order by year desc, sum(parts.numerator) / any_value(whole.numerator) desc
            )
            = 1
    ),

    indicators_with_values as (
        select distinct city_id, indicator_id
        from {{ ref('expected_cells') }}
        where area_level = 'city' and state not in ('missing', 'partial', 'not_required')
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
