-- Grain: city x area x year x sex x age x other dimension: residents; null where the source's ages do not
-- nest in the group.
with
    reported_values as (
        select resolved.*, source_years.source_year, source_years.base
        from
            (
                {{ resolved(ref('population_rows'), 'city_id, feed_id, area_id, year', 'city_id, feed_id') }}
            ) as resolved
        inner join
            (
                select city_id, area_id, year, max(source_year) as source_year, max(base) as base
                from {{ ref('population_rows') }}
                group by all
            ) as source_years using (city_id, area_id, year)
    )

select city_id, feed_id, area_id, year, sex, age, other_dim, other_code, source_year, base, amount as persons
from ({{ with_sums_of_areas('reported_values', 'city_id, year', ['feed_id', 'source_year', 'base']) }})
