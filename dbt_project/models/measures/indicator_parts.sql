-- Grain: city x indicator x part (numerator, denominator) x area x frequency x period x sex x age.
-- A part may name several measures in order of preference; one speaks for each area and period, chosen on its total.
with parts as (
    select indicator_id, 'numerator' as part, {{ split_to_rows('numerator', ';') }} as measure_id, numerator as listed
    from {{ ref('indicators') }} where numerator is not null
    union all
    select indicator_id, 'denominator', {{ split_to_rows('denominator', ';') }}, denominator
    from {{ ref('indicators') }} where denominator is not null
),

ranked as (
    select indicator_id, part, measure_id, position(measure_id in listed) as rank from parts
),

amounts as (
    select city_id, feed_id, measure_id, area_id, freq, start, sex, age, amount, amount_seen, months_covered, months_expected,
        cast(null as varchar) as basis
    from {{ ref('measure_values') }}
    union all
    select city_id, feed_id, 'residents', area_id, 'A', make_date(cast(year as integer), 1, 1), sex, age, persons, persons, 12, 12,
        cast(source_year as varchar)
    from {{ ref('population_values') }}
),

offered as (
    select ranked.indicator_id, ranked.part, ranked.rank, amounts.*
    from amounts inner join ranked on amounts.measure_id = ranked.measure_id
),

speaking as (
    select city_id, indicator_id, part, area_id, freq, start, measure_id
    from offered
    where sex = '_T' and age = '_T'
    qualify row_number() over (
        partition by city_id, indicator_id, part, area_id, freq, start
        order by (amount is null), case when amount is null then -months_covered else 0 end, rank, measure_id
    ) = 1
)

select offered.*
from offered
semi join speaking using (city_id, indicator_id, part, area_id, freq, start, measure_id)
