-- For every year of an event or count: the sexes, unknown included, sum to the total; and so do the ages.
with years as (
    select * from {{ ref('measure_amounts') }} where freq = 'A'
),

sums as (
    select
        city_id, feed_id, measure_id, area_id, start,
        sum(amount) filter (where sex = '_T' and age = '_T') as total,
        sum(amount) filter (where sex <> '_T' and age = '_T') as by_sex,
        sum(amount) filter (where sex = '_T' and age <> '_T') as by_age
    from years group by all
)

select * from sums where total <> coalesce(by_sex, total) or total <> coalesce(by_age, total) or total is null
