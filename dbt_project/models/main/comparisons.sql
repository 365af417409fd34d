-- Grain: city x value of the city x what it is compared with: the country, and each other city that the
-- programme's release in force had when the run began.
-- Between cities everybody together is compared. The same period, or for the country the nearest within a
-- year; `same_definition` says whether both measure the same thing.
with
    own as (select * from {{ ref('compared_figures') }} where is_city),

    national as (select * from {{ ref('compared_figures') }} where area_level = 'country'),

    -- The figures of the other cities, each with the city that is compared with it.
    peers as (
        select peers.* exclude (city_id, peer_id), peers.city_id as compared_city, peers.peer_id as city_id
        from {{ source('run_records', 'peers') }} as peers
    ),

    with_country as (
        select
            own.*,
            'national' as comparator,
            national.area_id as comparator_id,
            national.area_name as comparator_name,
            {{ compared('own', 'national') }}
        from own
        inner join
            national
            on own.city_id = national.city_id
            and own.indicator_id = national.indicator_id
            and own.freq = national.freq
            and own.sex = national.sex
            and own.age = national.age
            and own.other_dim is not distinct from national.other_dim
            and own.other_code is not distinct from national.other_code
            and (
                own.period = national.period
                or (own.freq = 'A' and abs(year(own.period_start) - year(national.period_start)) <= 1)
            )
        qualify
            row_number() over (
                partition by
                    own.city_id,
                    own.indicator_id,
                    own.freq,
                    own.period,
                    own.sex,
                    own.age,
                    own.other_dim,
                    own.other_code
                order by abs(year(own.period_start) - year(national.period_start)), national.period_start
            )
            = 1
    ),

    with_cities as (
        select
            own.*,
            'city' as comparator,
            peers.city_id as comparator_id,
            peers.city as comparator_name,
            {{ compared('own', 'peers') }}
        from own
        inner join
            peers
            on own.city_id = peers.compared_city
            and own.indicator_id = peers.indicator_id
            and own.freq = peers.freq
            and own.period = peers.period
        where own.sex = '_T' and own.age = '_T' and own.other_dim is null
    ),

    all_comparisons as (
        select *
        from with_country
        union all
        select *
        from with_cities
    )

select
    city_id,
    indicator_id,
    area_id,
    freq,
    period,
    sex,
    age,
    other_dim,
    other_code,
    value,
    unit,
    obs_status,
    comparator,
    comparator_id,
    comparator_name,
    comparator_value,
    comparator_period,
    comparator_sources,
    ratio,
    ratio_low,
    ratio_high,
    difference,
    difference_low,
    difference_high,
    same_definition
from all_comparisons
