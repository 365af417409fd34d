{# life_table: years a newborn would live at the death rates of the year; an abridged table with Chiang's interval.
   Deaths within a group are taken to fall, on average, a tenth (infants), four tenths (1 to 4) or half of the way through it. #}
{% macro kind_life_table(category_no) %}
    with
        rates as (
            select
                top.city_id,
                top.indicator_id,
                top.area_id,
                top.freq,
                top.start,
                top.sex,
                ages.age_min,
                ages.age_max = 999 as is_last,
                ages.age_max - ages.age_min + 1 as width,
                case ages.age_min when 0 then 0.1 when 1 then 0.4 else 0.5 end as part_lived,
                top.amount as deaths,
                base.amount as people,
                top.amount / nullif(base.amount, 0) as rate,
                top.feed_id,
                base.feed_id as people_feed,
                base.source
            from {{ parts_of('life_table', category_no, 'numerator') }} as top
            inner join
                {{ ref('age_groups') }} as ages on top.age = ages.age_group and ages.scheme = 'five_year'
            left join
                {{ parts_of('life_table', category_no, 'denominator') }} as base
                on top.city_id = base.city_id
                and top.indicator_id = base.indicator_id
                and top.area_id = base.area_id
                and top.start = base.start
                and top.sex = base.sex
                and top.age = base.age
            where top.freq = 'A' and top.sex in ('_T', 'F', 'M')
        ),

        dying as (
            select
                *,
                case
                    when is_last then 1 else least(1, width * rate / (1 + (1 - part_lived) * width * rate))
                end as chance
            from rates
        ),

        living as (
            select
                *,
                coalesce(
                    exp(
                        sum(ln(greatest(1 - chance, 1e-12))) over (
                            partition by city_id, indicator_id, area_id, start, sex
                            order by age_min
                            rows between unbounded preceding and 1 preceding
                        )
                    ),
                    1
                ) as alive
            from dying
        ),

        lived as (
            select
                *,
                case
                    when is_last
                    then alive / nullif(rate, 0)
                    else width * alive * (1 - chance) + part_lived * width * alive * chance
                end as years
            from living
        ),

        ahead as (
            select
                *,
                coalesce(
                    sum(years) over (
                        partition by city_id, indicator_id, area_id, start, sex
                        order by age_min
                        rows between 1 following and unbounded following
                    ),
                    0
                )
                / nullif(alive * (1 - chance), 0) as ahead_next
            from lived
        ),

        doubtful as (
            select
                *,
                case
                    when not is_last and deaths > 0
                    then
                        power(alive * ((1 - part_lived) * width + ahead_next), 2)
                        * power(chance, 2)
                        * (1 - chance)
                        / deaths
                    else 0
                end as variance
            from ahead
        ),

        tables as (
            select
                city_id,
                indicator_id,
                area_id,
                freq,
                start,
                sex,
                count(years) as groups,
                {{ steady_sum('years') }} as value,
                {{ steady_sum('deaths') }} as deaths,
                {{ steady_sum('people') }} as people,
                sqrt({{ steady_sum('variance') }}) as error,
                any_value(feed_id) as feed_id,
                any_value(people_feed) as people_feed,
                any_value(source) as source
            from doubtful
            group by all
        )

    select
        tables.city_id,
        tables.indicator_id,
        tables.area_id,
        tables.freq,
        tables.start,
        tables.sex,
        '_T' as age,
        '' as other_dim,
        '' as other_code,
        case when tables.groups = wanted.groups then indicators.multiplier * tables.value end as value,
        indicators.unit,
        tables.deaths as numerator,
        tables.people as denominator,
        case
            when tables.groups = wanted.groups then tables.value - 1.959963984540054 * tables.error
        end as ci_low,
        case
            when tables.groups = wanted.groups then tables.value + 1.959963984540054 * tables.error
        end as ci_high,
        cast(tables.deaths as bigint) as n,
        case when tables.groups = wanted.groups then 'A' else 'O' end as obs_status,
        case
            when tables.groups < wanted.groups
            then 'deaths or residents are not known for every five-year group'
        end as reason,
        {{ list_of(['tables.feed_id', 'tables.people_feed']) }} as sources,
        tables.source as denominator_source
    from tables
    inner join {{ ref('indicator_catalogue') }} as indicators on tables.indicator_id = indicators.indicator_id
    cross join (select count(*) as groups from {{ ref('age_groups') }} where scheme = 'five_year') as wanted
{% endmacro %}
