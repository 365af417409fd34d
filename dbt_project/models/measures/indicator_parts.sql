-- Grain: city x indicator x part (numerator, denominator) x area x frequency x period x sex x age x other
-- dimension.
-- A part may name several measures in order of preference; one is used for a city, in all its areas and
-- periods, for figures of several sources make no series: the first that gives a year of the city itself.
with
    named_measures as (
        select
            indicator_id,
            kind,
            'numerator' as part,
            unnest(string_split(numerator, ';')) as measure_id,
            numerator as listed
        from {{ ref('indicator_catalogue') }}
        where numerator is not null
        union all
        select indicator_id, kind, 'denominator', unnest(string_split(denominator, ';')), denominator
        from {{ ref('indicator_catalogue') }}
        where denominator is not null
    ),

    ranked_measures as (
        select
            named_measures.indicator_id,
            named_measures.kind,
            named_measures.part,
            named_measures.measure_id,
            list_position(string_split(named_measures.listed, ';'), named_measures.measure_id) as rank,
            contains(named_measures.listed, ';') as has_choice,
            measures.shape,
            coalesce(measures.sex, '_T') as only_sex,
            coalesce(measures.age_group, '_T') as only_age
        from named_measures
        inner join {{ ref('measures') }} as measures on named_measures.measure_id = measures.measure_id
    ),

    measured_counts as (
        select
            ranked.indicator_id,
            ranked.kind,
            ranked.part,
            ranked.rank,
            ranked.has_choice,
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
            amounts.reason_code,
            amounts.reason_detail,
            amounts.possible_loss,
            false as estimated,
            amounts.feed_id as source,
            cast(null as varchar) as base
        from {{ ref('measure_values') }} as amounts
        inner join ranked_measures as ranked on amounts.measure_id = ranked.measure_id
    ),

    quantities as (
        select
            ranked.indicator_id,
            ranked.kind,
            ranked.part,
            ranked.rank,
            ranked.has_choice,
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
                when amounts.amount is null and amounts.age = '_T'
                then 'no_value_given'
                when amounts.amount is null
                then 'ages_not_nested'
            end as reason_code,
            cast(null as varchar) as reason_detail,
            cast(null as double) as possible_loss,
            false as estimated,
            amounts.feed_id as source,
            cast(null as varchar) as base
        from {{ ref('quantity_values') }} as amounts
        inner join ranked_measures as ranked on amounts.measure_id = ranked.measure_id
    ),

    -- Residents counted are those of the year; residents divided by may be drawn between two years.
    residents as (
        select
            ranked.indicator_id,
            ranked.kind,
            ranked.part,
            ranked.rank,
            ranked.has_choice,
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
            case
                when people.persons is null and people.age = '_T'
                then 'no_value_given'
                when people.persons is null
                then 'ages_not_nested'
            end as reason_code,
            cast(null as varchar) as reason_detail,
            cast(null as double) as possible_loss,
            false as estimated,
            people.feed_id as source,
            people.base
        from {{ ref('population_values') }} as people
        inner join ranked_measures as ranked on ranked.shape = 'population' and ranked.part = 'numerator'
        union all
        select
            ranked.indicator_id,
            ranked.kind,
            ranked.part,
            ranked.rank,
            ranked.has_choice,
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
            case
                when people.persons is null and people.age = '_T'
                then 'no_value_given'
                when people.persons is null
                then 'ages_not_nested'
            end as reason_code,
            null,
            null,
            people.estimated,
            people.source,
            people.base
        from {{ ref('denominators') }} as people
        inner join ranked_measures as ranked on ranked.shape = 'population' and ranked.part = 'denominator'
    ),

    -- A measure of one sex or age has that cell as its total.
    amounts_of_all_measures as (
        select
            * replace (
                case when only_sex <> '_T' then '_T' else sex end as sex,
                case when only_age <> '_T' then '_T' else age end as age
            )
        from
            (
                select *
                from measured_counts
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

    -- Ages that a measure asks for are no groups of ours: they are published where a source gives them as
    -- such.
    asked_ages_given as (
        select distinct given.city_id, given.feed_id, groups.age_group
        from
            (
                select city_id, feed_id, age_low, age_high
                from {{ ref('cells') }}
                union all
                select city_id, feed_id, age_low, age_high
                from {{ ref('population_rows') }}
                union all
                select city_id, feed_id, age_low, age_high
                from {{ ref('quantity_rows') }}
            ) as given
        inner join
            {{ ref('age_groups') }} as groups
            on groups.scheme = 'asked'
            and given.age_low = groups.age_min
            and given.age_high = groups.age_max
    ),

    -- Only where a part names several measures is there a choice to make.
    preferred_measures as (
        select amounts.city_id, amounts.indicator_id, amounts.part, amounts.measure_id
        from amounts_of_all_measures as amounts
        inner join {{ source('run_records', 'cities') }} as cities on amounts.city_id = cities.city_id
        where amounts.has_choice and amounts.sex = '_T' and amounts.age = '_T' and amounts.other_dim = ''
        qualify
            row_number() over (
                partition by amounts.city_id, amounts.indicator_id, amounts.part
                order by
                    (amounts.amount is null),
                    (amounts.area_id <> cities.city_area),
                    (amounts.freq <> 'A'),
                    amounts.rank
            )
            = 1
    )

select * exclude (rank, only_sex, only_age, has_choice)
from
    (
        select *
        from amounts_of_all_measures
        where not has_choice
        union all
        select *
        from (select * from amounts_of_all_measures where has_choice)
        semi join preferred_measures using (city_id, indicator_id, part, measure_id)
    ) as parts
where
    part = 'denominator'
    or age not in (select age_group from {{ ref('age_groups') }} where scheme = 'asked')
    or (city_id, feed_id, age) in (select city_id, feed_id, age_group from asked_ages_given)
