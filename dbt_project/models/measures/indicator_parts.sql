-- Grain: city x indicator x part (numerator, denominator) x area x frequency x period x sex x age x other
-- dimension.
-- A part may name several measures in order of preference; one speaks for each area and period, chosen on
-- its total.
with
    parts as (
        select
            indicator_id,
            'numerator' as part,
            unnest(string_split(numerator, ';')) as measure_id,
            numerator as listed
        from {{ ref('indicator_catalogue') }}
        where numerator is not null
        union all
        select indicator_id, 'denominator', unnest(string_split(denominator, ';')), denominator
        from {{ ref('indicator_catalogue') }}
        where denominator is not null
    ),

    ranked as (
        select
            parts.indicator_id,
            parts.part,
            parts.measure_id,
            list_position(string_split(parts.listed, ';'), parts.measure_id) as rank,
            contains(parts.listed, ';') as choice,
            measures.shape,
            coalesce(measures.sex, '_T') as only_sex,
            coalesce(measures.age_group, '_T') as only_age
        from parts
        inner join {{ ref('measures') }} as measures on parts.measure_id = measures.measure_id
    ),

    counted as (
        select
            ranked.indicator_id,
            ranked.part,
            ranked.rank,
            ranked.choice,
            ranked.only_sex,
            ranked.only_age,
            amounts.city_id,
            amounts.feed_id,
            amounts.measure_id,
            amounts.area_id,
            amounts.freq,
            amounts.start,
            amounts.sex,
            amounts.age,
            amounts.other_dim,
            amounts.other_code,
            cast(amounts.amount as double) as amount,
            cast(amounts.amount_seen as double) as amount_seen,
            amounts.reason,
            false as estimated,
            amounts.feed_id as source
        from {{ ref('measure_values') }} as amounts
        inner join ranked on amounts.measure_id = ranked.measure_id
    ),

    quantities as (
        select
            ranked.indicator_id,
            ranked.part,
            ranked.rank,
            ranked.choice,
            ranked.only_sex,
            ranked.only_age,
            amounts.city_id,
            amounts.feed_id,
            amounts.measure_id,
            amounts.area_id,
            amounts.freq,
            amounts.start,
            amounts.sex,
            amounts.age,
            amounts.other_dim,
            amounts.other_code,
            amounts.amount,
            amounts.amount as amount_seen,
            case
                when amounts.amount is null
                then case when amounts.age = '_T' then 'the source gives no value' else {{ not_nested() }} end
            end as reason,
            false as estimated,
            amounts.feed_id as source
        from {{ ref('quantity_values') }} as amounts
        inner join ranked on amounts.measure_id = ranked.measure_id
    ),

    -- Residents counted are those of the year; residents divided by may be drawn between two years.
    residents as (
        select
            ranked.indicator_id,
            ranked.part,
            ranked.rank,
            ranked.choice,
            ranked.only_sex,
            ranked.only_age,
            people.city_id,
            people.feed_id,
            ranked.measure_id,
            people.area_id,
            'A' as freq,
            make_date(people.year, 1, 1) as start,
            people.sex,
            people.age,
            people.other_dim,
            people.other_code,
            cast(people.persons as double) as amount,
            cast(people.persons as double) as amount_seen,
            case when people.persons is null then {{ not_nested() }} end as reason,
            false as estimated,
            people.feed_id as source
        from {{ ref('population_values') }} as people
        inner join ranked on ranked.shape = 'population' and ranked.part = 'numerator'
        union all
        select
            ranked.indicator_id,
            ranked.part,
            ranked.rank,
            ranked.choice,
            ranked.only_sex,
            ranked.only_age,
            people.city_id,
            people.feed_id,
            ranked.measure_id,
            people.area_id,
            'A',
            make_date(people.year, 1, 1),
            people.sex,
            people.age,
            people.other_dim,
            people.other_code,
            people.persons,
            people.persons,
            case when people.persons is null then {{ not_nested() }} end,
            people.estimated,
            people.source
        from {{ ref('denominators') }} as people
        inner join ranked on ranked.shape = 'population' and ranked.part = 'denominator'
    ),

    -- A measure of one sex or age has that cell as its total.
    offered as (
        select
            * replace (
                case when only_sex <> '_T' then '_T' else sex end as sex,
                case when only_age <> '_T' then '_T' else age end as age
            )
        from
            (
                select *
                from counted
                union all
                select *
                from quantities
                union all
                select *
                from residents
            )
        where
            (only_sex = '_T' or sex = only_sex)
            and (only_age = '_T' or age = only_age)
            and (only_sex = '_T' and only_age = '_T' or other_dim = '')
    ),

    -- Only where a part names several measures is there a choice to make.
    speaking as (
        select city_id, indicator_id, part, area_id, freq, start, measure_id
        from offered
        where choice and sex = '_T' and age = '_T' and other_dim = ''
        qualify
            row_number() over (
                partition by city_id, indicator_id, part, area_id, freq, start
                order by (amount is null), rank, measure_id
            )
            = 1
    )

select offered.* exclude (rank, only_sex, only_age, choice)
from
    (
        select *
        from offered
        where not choice
        union all
        select *
        from (select * from offered where choice)
        semi join speaking using (city_id, indicator_id, part, area_id, freq, start, measure_id)
    ) as offered
where offered.age not in (select age_group from {{ ref('age_groups') }} where scheme = 'asked')
