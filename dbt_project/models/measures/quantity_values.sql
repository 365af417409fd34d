-- Grain: city x measure x area x frequency x period x sex x age x other dimension: counts and quantities of
-- official statistics.
-- They are levels: where no row says so, nothing is known; zero is a row that says 0.
with
    reported_values as (
        {{
            resolved(
                ref('quantity_rows'),
                'city_id, feed_id, measure_id, area_id, freq, start',
                'city_id, feed_id, measure_id'
            )
        }}
    )

select city_id, feed_id, measure_id, area_id, freq, start, sex, age, other_dim, other_code, amount
from ({{ with_sums_of_areas('reported_values', 'city_id, measure_id, freq, start', ['feed_id']) }})
