{# rate: numerator over denominator times the multiplier. The denominator is residents, or another measure of the same cell.
   Dimensions of people (ethnicity, disability) are divided by the people of the group; dimensions of events (kind of place) by everyone. #}
{% macro kind_rate(category_no) %}
    select
        top.city_id,
        top.indicator_id,
        top.area_id,
        top.freq,
        top.start,
        top.sex,
        top.age,
        top.other_dim,
        top.other_code,
        indicators.multiplier * top.amount / nullif(base.amount, 0) as value,
        {{ unit_in_period('indicators.unit', 'top.freq') }} as unit,
        top.amount_seen as numerator,
        base.amount as denominator,
        case
            when top.amount is not null
            then
                indicators.multiplier * {{ poisson_low('top.amount', 'limits.low') }} / nullif(base.amount, 0)
        end as ci_low,
        case
            when top.amount is not null
            then
                indicators.multiplier
                * {{ poisson_high('top.amount', 'limits.high') }}
                / nullif(base.amount, 0)
        end as ci_high,
        cast(top.amount_seen as bigint) as n,
        case
            when {{ of_unknown_people('top') }}
            then 'M'
            when top.amount is null or base.amount is null
            then 'O'
            when base.amount = 0
            then 'M'
            when base.estimated
            then 'E'
            else 'A'
        end as obs_status,
        case
            when {{ of_unknown_people('top') }}
            then 'nobody knows how many residents are of unknown sex, age or group'
            when top.amount is null
            then top.reason
            when base.amount is null
            then coalesce('residents: ' || base.reason, 'no denominator for this group, area and year')
            when base.amount = 0
            then 'the denominator is zero'
        end as reason,
        {{ list_of(['top.feed_id', 'base.feed_id']) }} as sources,
        base.source as denominator_source
    from
        (
            -- Residents are those of the year; a dimension of events is divided by everyone.
            select
                parts.*,
                dimensions.of,
                case when bases.shape = 'population' then 'A' else parts.freq end as base_freq,
                case
                    when bases.shape = 'population'
                    then {{ period_start("'A'", 'parts.start') }}
                    else parts.start
                end as base_start,
                case when dimensions.of = 'events' then '' else parts.other_dim end as base_dim,
                case when dimensions.of = 'events' then '' else parts.other_code end as base_code
            from {{ parts_of('rate', category_no, 'numerator') }} as parts
            inner join {{ ref('indicator_catalogue') }} as rates on parts.indicator_id = rates.indicator_id
            inner join {{ ref('measures') }} as bases on rates.denominator = bases.measure_id
            left join {{ ref('dimensions') }} as dimensions on parts.other_dim = dimensions.dimension
        ) as top
    inner join {{ ref('indicator_catalogue') }} as indicators on top.indicator_id = indicators.indicator_id
    left join
        {{ parts_of('rate', category_no, 'denominator') }} as base
        on top.city_id = base.city_id
        and top.indicator_id = base.indicator_id
        and top.area_id = base.area_id
        and top.base_freq = base.freq
        and top.base_start = base.start
        and top.sex = base.sex
        and top.age = base.age
        and top.base_dim = base.other_dim
        and top.base_code = base.other_code
    left join {{ ref('poisson_limits') }} as limits on top.amount = limits.n
{% endmacro %}

{# Cells of people whose sex, age or group is unknown: they can be counted, but have no residents to be divided by. #}
{% macro of_unknown_people(part) -%}
    (
        {{ part }}.sex = '_U'
        or {{ part }}.age = '_U'
        or ({{ part }}.other_code = '_U' and coalesce({{ part }}.of, 'people') = 'people')
    )
{%- endmacro %}
