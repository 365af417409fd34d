-- Grain: finding. Indicators that the cities of the programme do not measure by one definition, or that are
-- more than ten times those of the country or of another city (G14).
with
    cities_differ as (
        select
            'cities_differ' as rule_id,
            city_id,
            indicator_id,
            count(*) as cities_n,
            count(*) filter (where alike) as alike_n,
            count(*) as expected_n,
            alike_n as available_n,
            {{ first_few('other_name', 'other_name', 'not alike') }} as missing,
            available_n / expected_n as share_alike
        from {{ ref('city_definitions') }}
        group by city_id, indicator_id
        having available_n < expected_n
    ),

    -- Counts grow with the city, and growth is near zero by nature: only what can be compared is. An interval
    -- that reaches below ten times says nothing of a unit or a definition.
    far_apart as (
        select
            'far_apart' as rule_id,
            comparisons.city_id,
            comparisons.indicator_id,
            'ratio' as dimension,
            comparisons.period,
            round(comparisons.value, 2) as found,
            coalesce(comparisons.comparator_name, comparisons.comparator_id) as other,
            round(comparisons.comparator_value, 2) as other_found,
            greatest(comparisons.ratio, 1 / comparisons.ratio) as times
        from {{ ref('comparisons') }} as comparisons
        semi join
            (
                select indicator_id
                from {{ ref('indicators') }}
                where kind not in ('count', 'trailing', 'growth', 'density', 'presence')
            ) as comparable
            on comparisons.indicator_id = comparable.indicator_id
        where
            comparisons.freq = 'A'
            and comparisons.sex = '_T'
            and comparisons.age = '_T'
            and comparisons.other_dim is null
            and comparisons.ratio > 0
            and (
                (comparisons.ratio > 1 and coalesce(comparisons.ratio_low, comparisons.ratio) > 10)
                or (comparisons.ratio < 1 and coalesce(comparisons.ratio_high, comparisons.ratio) < 0.1)
            )
        qualify
            row_number() over (
                partition by comparisons.city_id, comparisons.indicator_id
                order by times desc, comparisons.period desc, comparisons.comparator_id
            )
            = 1
    )

select *
from cities_differ
union all by name
select *
from far_apart
