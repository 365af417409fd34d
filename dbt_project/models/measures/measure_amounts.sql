-- Grain: city x feed x measure x area (rolled up) x frequency x period x sex x age: what the rows that arrived add up to.
-- Months and quarters are totals only; years also by sex, by age, and by both. Parts sum to totals, unknowns included.
with chosen as (
    select
        cells.city_id, cells.feed_id, members.measure_id, cells.area_id, cells.freq, cells.start, cells.sex, cells.age,
        sum(cells.amount) as amount
    from {{ ref('cells') }} as cells
    inner join {{ ref('measure_members') }} as members on cells.profile = members.profile
    group by all
),

-- Where a source also gives its own totals, its parts alone are counted.
rolled as (
    select
        chosen.city_id, chosen.feed_id, chosen.measure_id, ancestors.ancestor_id as area_id,
        chosen.freq, chosen.start, chosen.sex, chosen.age, sum(chosen.amount) as amount
    from chosen
    inner join {{ ref('area_ancestors') }} as ancestors
        on chosen.city_id = ancestors.city_id and chosen.area_id = ancestors.area_id
    semi join {{ ref('feed_scope') }} as scope
        on chosen.city_id = scope.city_id and chosen.feed_id = scope.feed_id and ancestors.ancestor_id = scope.area_id
    group by all
),

spread as (
    select rolled.*, target.freq as target_freq
    from rolled
    inner join (select 'M' as source, 'M' as freq union all select 'M', 'Q' union all select 'M', 'A' union all select 'Q', 'Q'
                union all select 'Q', 'A' union all select 'A', 'A') as target on rolled.freq = target.source
),

years as (
    select
        city_id, feed_id, measure_id, area_id, 'A' as freq, {{ period_start("'A'", 'start') }} as start,
        coalesce(sex, '_T') as sex, coalesce(age, '_T') as age, sum(amount) as amount
    from (
        -- A source that gives no sex or age has only totals; they are no part of themselves.
        select * exclude (sex, age), nullif(sex, '_T') as sex, nullif(age, '_T') as age from spread where target_freq = 'A'
    )
    group by city_id, feed_id, measure_id, area_id, {{ period_start("'A'", 'start') }},
        grouping sets ((), (sex), (age), (sex, age))
    having (grouping(sex) = 1 or sex is not null) and (grouping(age) = 1 or age is not null)
),

parts_of_year as (
    select
        city_id, feed_id, measure_id, area_id, target_freq as freq, {{ period_start('target_freq', 'start') }} as start,
        '_T' as sex, '_T' as age, sum(amount) as amount
    from spread
    where target_freq <> 'A'
    group by all
)

select * from years
union all
select * from parts_of_year
