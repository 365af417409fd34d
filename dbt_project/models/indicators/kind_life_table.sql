-- Grain: city x indicator x area x frequency x period x sex x age x other dimension. life_table: years a
-- newborn would live at the death rates of the year; an abridged table with Chiang's interval. Deaths
-- within an age group are taken to fall, on average, a tenth (infants), four tenths (1 to 4) or half of
-- the way through it.
with
    deaths as (select * from {{ ref('indicator_parts') }} where kind = 'life_table' and part = 'numerator'),

    residents as (
        select * from {{ ref('indicator_parts') }} where kind = 'life_table' and part = 'denominator'
    ),

    age_groups as (select * from {{ ref('age_groups') }} where scheme = 'five_year'),

    death_rates as (
        select
            deaths.city_id,
            deaths.indicator_id,
            deaths.area_id,
            deaths.freq,
            deaths.start,
            deaths.sex,
            age_groups.age_min,
            age_groups.age_max = 999 as is_last,
            age_groups.age_max - age_groups.age_min + 1 as width,
            case age_groups.age_min when 0 then 0.1 when 1 then 0.4 else 0.5 end as part_lived,
            deaths.amount as deaths,
            residents.amount as residents,
            deaths.amount / nullif(residents.amount, 0) as rate,
            deaths.feed_id as deaths_feed,
            residents.feed_id as residents_feed,
            residents.source as residents_source,
            residents.base as residents_base
        from deaths
        inner join age_groups on deaths.age = age_groups.age_group
        left join
            residents
            on deaths.city_id = residents.city_id
            and deaths.indicator_id = residents.indicator_id
            and deaths.area_id = residents.area_id
            and deaths.start = residents.start
            and deaths.sex = residents.sex
            and deaths.age = residents.age
        where deaths.freq = 'A' and deaths.sex in ('_T', 'F', 'M')
    ),

    death_risks as (
        select
            *,
            case
                when is_last then 1 else least(1, width * rate / (1 + (1 - part_lived) * width * rate))
            end as risk
        from death_rates
    ),

    survivors_at_start as (
        select
            *,
            coalesce(
                exp(
                    sum(ln(greatest(1 - risk, 1e-12))) over (
                        partition by city_id, indicator_id, area_id, start, sex
                        order by age_min
                        rows between unbounded preceding and 1 preceding
                    )
                ),
                1
            ) as alive
        from death_risks
    ),

    years_lived_in_group as (
        select
            *,
            case
                when is_last
                then alive / nullif(rate, 0)
                else width * alive * (1 - risk) + part_lived * width * alive * risk
            end as years
        from survivors_at_start
    ),

    years_left_after_group as (
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
            / nullif(alive * (1 - risk), 0) as years_left
        from years_lived_in_group
    ),

    variances_of_groups as (
        select
            *,
            case
                when not is_last and deaths > 0
                then
                    power(alive * ((1 - part_lived) * width + years_left), 2)
                    * power(risk, 2)
                    * (1 - risk)
                    / deaths
                else 0
            end as variance
        from years_left_after_group
    ),

    life_tables as (
        select
            city_id,
            indicator_id,
            area_id,
            freq,
            start,
            sex,
            count(years) = (select count(*) from age_groups) as is_complete,
            {{ steady_sum('years') }} as years,
            {{ steady_sum('deaths') }} as deaths,
            {{ steady_sum('residents') }} as residents,
            sqrt({{ steady_sum('variance') }}) as error,
            any_value(deaths_feed) as deaths_feed,
            any_value(residents_feed) as residents_feed,
            any_value(residents_source) as residents_source,
            any_value(residents_base) as residents_base
        from variances_of_groups
        group by all
    )

select
    life_tables.city_id,
    life_tables.indicator_id,
    life_tables.area_id,
    life_tables.freq,
    life_tables.start,
    life_tables.sex,
    '_T' as age,
    '' as other_dim,
    '' as other_code,
    case when life_tables.is_complete then indicators.multiplier * life_tables.years end as value,
    indicators.unit,
    life_tables.deaths as numerator,
    life_tables.residents as denominator,
    case
        when life_tables.is_complete then life_tables.years - 1.959963984540054 * life_tables.error
    end as ci_low,
    case
        when life_tables.is_complete then life_tables.years + 1.959963984540054 * life_tables.error
    end as ci_high,
    cast(life_tables.deaths as bigint) as n,
    case when life_tables.is_complete then 'A' else 'O' end as obs_status,
    case when not life_tables.is_complete then 'age_groups_incomplete' end as reason_code,
    cast(null as varchar) as reason_detail,
    {{ list_of(['life_tables.deaths_feed', 'life_tables.residents_feed']) }} as sources,
    life_tables.deaths_feed as numerator_source,
    life_tables.residents_base as population_base,
    life_tables.residents_source as denominator_source
from life_tables
inner join
    {{ ref('indicator_catalogue') }} as indicators on life_tables.indicator_id = indicators.indicator_id
