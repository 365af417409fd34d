-- For every year of what we count ourselves: the sexes, unknown included, sum to the total; and so do the
-- ages,
-- where all of them nest. What a feed gives as a total alone is no part of either.
-- Tables of counts are not tested: where their own figures do not add up, that is a finding and no error of
-- ours.
with
    years as (
        select amounts.*, groups.scheme
        from {{ ref('measure_amounts') }} as amounts
        inner join
            {{ source('run_records', 'feeds') }} as feeds
            on amounts.city_id = feeds.city_id
            and amounts.feed_id = feeds.feed_id
        left join {{ ref('age_groups') }} as groups on amounts.age = groups.age_group
        where amounts.freq = 'A' and feeds.kind = 'events'
    ),

    sums as (
        select
            city_id,
            feed_id,
            measure_id,
            area_id,
            start,
            sum(amount) filter (where sex = '_T' and age = '_T' and other_dim = '') as total,
            sum(amount) filter (where sex <> '_T' and age = '_T') as by_sex,
            sum(amount) filter (where sex = '_T' and (scheme = 'iccs' or age = '_U')) as by_age,
            coalesce(sum(unsure + unsplit) filter (where sex = '_T' and scheme = 'iccs'), 0) as unsure,
            coalesce(sum(unsplit) filter (where sex <> '_T' and age = '_T'), 0) as without_sex
        from years
        group by all
    ),

    others as (
        select city_id, feed_id, measure_id, area_id, start, other_dim, sum(amount) as by_other
        from years
        where other_dim <> ''
        group by all
    )

select sums.*, others.other_dim
from sums
left join others using (city_id, feed_id, measure_id, area_id, start)
where
    total is null
    or (without_sex = 0 and total <> coalesce(by_sex, total))
    or total <> coalesce(by_other, total)
    or (unsure = 0 and total <> coalesce(by_age, total))
