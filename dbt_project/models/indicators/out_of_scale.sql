-- Grain: city x indicator x area x frequency x period x sex x age x other dimension, where the value is
-- of another order than its series: ten, a hundred or a thousand times its neighbours or a part of them,
-- or a part above its whole. It is withheld until the city confirms it.
{% set series = 'city_id, indicator_id, area_id, freq, sex, age, other_dim, other_code' %}

with
    -- Growth and answers of yes and no have no order.
    measured_values as (
        select values_.*, indicators.kind, indicators.multiplier
        from {{ ref('indicator_values') }} as values_
        inner join
            {{ ref('indicator_catalogue') }} as indicators
            on values_.indicator_id = indicators.indicator_id
            and indicators.kind not in ('growth', 'presence', 'representation')
        where values_.value is not null
    ),

    above_whole as (
        select
            {{ series }},
            start,
            numerator,
            value,
            cast(null as double) as expected,
            'above_whole' as reason_code
        from measured_values
        where kind in ('share', 'survey') and value > multiplier * 1.000001
    ),

    -- Most series stay within one order; only the others are looked at.
    series_of_several_orders as (
        select {{ series }}
        from measured_values
        where value > 0
        group by all
        having count(*) >= 4 and max(value) > 5 * min(value)
    ),

    values_with_order as (
        select
            *,
            -- The lower of two middle values, so that it is a value that was measured.
            round(log10(value / quantile_disc(value, 0.5) over (partition by {{ series }}))) as orders
        from measured_values
        semi join series_of_several_orders using ({{ series }})
        where value > 0
    ),

    -- A series that moves by more than three times within its own order has no order of its own.
    steady_series as (
        select {{ series }}
        from values_with_order
        group by all
        having
            count(*) filter (where orders = 0) >= 3
            and count(*) filter (where orders = 0) >= 0.5 * count(*)
            and max(value) filter (where orders = 0) <= 3 * min(value) filter (where orders = 0)
    ),

    values_with_neighbours as (
        select
            *,
            last_value(case when orders = 0 then value end ignore nulls) over (
                partition by {{ series }} order by start rows between unbounded preceding and 1 preceding
            ) as before,
            first_value(case when orders = 0 then value end ignore nulls) over (
                partition by {{ series }} order by start rows between 1 following and unbounded following
            ) as after
        from values_with_order
        semi join steady_series using ({{ series }})
    ),

    -- Few events may be ten times as many another year; a hundred are not.
    unit_slips as (
        select
            {{ series }},
            start,
            numerator,
            value,
            sqrt(coalesce(before, after) * coalesce(after, before)) as expected,
            'unit_slip' as reason_code
        from values_with_neighbours
        where
            abs(orders) between 1 and 3
            and abs(log10(value / expected) - orders) <= 0.15
            and coalesce(numerator * greatest(1, expected / value) >= 100, true)
    ),

    confirmed_indicators as (
        select decisions.city_id, decisions.indicator_id, decisions.rule_id, decisions.area_id
        from {{ source('run_records', 'decisions') }} as decisions
        inner join {{ source('run_records', 'cities') }} as cities on decisions.city_id = cities.city_id
        where
            decisions.gap_code = 'G09d'
            and decisions.decision = 'accepted'
            and decisions.indicator_id is not null
            and cast(decisions.expires as date) >= cities.as_of
    )

select
    found.*,
    exists (
        select 1
        from confirmed_indicators as confirmed
        where
            confirmed.city_id = found.city_id
            and confirmed.indicator_id = found.indicator_id
            and coalesce(confirmed.rule_id, found.reason_code) = found.reason_code
            and coalesce(confirmed.area_id, found.area_id) = found.area_id
    ) as is_confirmed,
    -- As it stands in the sentence of the reason: x1000, or 1/10.
    case
        when expected is null
        then null
        when value > expected
        then 'x' || cast(cast(pow(10, round(log10(value / expected))) as integer) as varchar)
        else '1/' || cast(cast(pow(10, round(log10(expected / value))) as integer) as varchar)
    end as factor
from
    (
        select *
        from above_whole
        union all
        select *
        from unit_slips
        anti join above_whole using ({{ series }}, start)
    ) as found
