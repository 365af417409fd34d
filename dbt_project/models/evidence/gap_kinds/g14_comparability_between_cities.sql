-- Grain: finding. Indicators that the cities of the programme do not measure by one definition (G14).
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
    )

select *
from cities_differ
