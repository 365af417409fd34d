-- Grain: city x feed x measure x area (rolled up) x frequency x period x sex x age x other dimension: what
-- the rows that arrived add up to.
-- Months and quarters are totals only; years also by sex, by age, by both, and by each other dimension.
-- Unknowns are kept.
{% set keys = 'city_id, feed_id, measure_id, area_id, level' %}
with
    chosen as (
        select
            cells.city_id,
            cells.feed_id,
            members.measure_id,
            cells.area_id,
            cells.freq,
            cells.start,
            cells.sex,
            cells.age_told,
            cells.age_low,
            cells.age_high,
            cells.location_type,
            cells.ethnicity,
            cells.disability,
            cells.exploitation,
            sum(cells.amount) as amount
        from {{ ref('cells') }} as cells
        inner join {{ ref('measure_members') }} as members on cells.profile = members.profile
        group by all
    ),

    rolled as (
        select
            chosen.* exclude (area_id, amount),
            ancestors.ancestor_id as area_id,
            ancestors.ancestor_level as level,
            sum(chosen.amount) as amount
        from chosen
        inner join
            {{ ref('area_ancestors') }} as ancestors
            on chosen.city_id = ancestors.city_id
            and chosen.area_id = ancestors.area_id
        semi join
            {{ ref('feed_scope') }} as scope
            on chosen.city_id = scope.city_id
            and chosen.feed_id = scope.feed_id
            and ancestors.ancestor_id = scope.area_id
        group by all
    ),

    -- A source that gives no sex has only totals; they are no part of themselves.
    yearly as (
        select
            * exclude (freq, start, amount) replace (nullif(sex, '_T') as sex),
            {{ period_start("'A'", 'start') }} as start,
            sum(amount) as amount
        from rolled
        group by all
    ),

    totals as (
        select {{ keys }}, start, coalesce(sex, '_T') as sex, '_T' as age, sum(amount) as amount, 0 as unsure
        from yearly
        group by {{ keys }}, start, grouping sets ((), (sex))
        having grouping(sex) = 1 or sex is not null
    ),

    -- A year of age always fits a group; a band fits where it nests; one that reaches over the edge makes
    -- the group unsure.
    by_age as (
        select
            {{ keys }},
            start,
            coalesce(sex, '_T') as sex,
            groups.age_group as age,
            coalesce(
                sum(amount) filter (where age_low >= groups.age_min and age_high <= groups.age_max), 0
            ) as amount,
            coalesce(
                sum(amount) filter (where age_low < groups.age_min or age_high > groups.age_max), 0
            ) as unsure
        from yearly
        inner join
            {{ ref('age_groups') }} as groups
            on yearly.age_low <= groups.age_max
            and yearly.age_high >= groups.age_min
            and {{ scheme_is_for('groups.scheme', 'yearly.level') }}
        group by {{ keys }}, start, groups.age_group, grouping sets ((), (sex))
        having grouping(sex) = 1 or sex is not null
    ),

    of_unknown_age as (
        select {{ keys }}, start, coalesce(sex, '_T') as sex, '_U' as age, sum(amount) as amount, 0 as unsure
        from yearly
        where age_told and age_low is null
        group by {{ keys }}, start, grouping sets ((), (sex))
        having grouping(sex) = 1 or sex is not null
    ),

    by_other as (
        select
            told.city_id,
            told.feed_id,
            told.measure_id,
            told.area_id,
            told.level,
            told.start,
            '_T' as sex,
            '_T' as age,
            told.other.name as other_dim,
            coalesce(told.other.code, '_U') as other_code,
            sum(told.amount) as amount,
            0 as unsure
        from
            (
                select
                    *,
                    {{ named_columns(['location_type', 'ethnicity', 'disability', 'exploitation']) }} as other
                from yearly
            ) as told
        inner join
            {{ source('run_records', 'feeds') }} as feeds
            on told.city_id = feeds.city_id
            and told.feed_id = feeds.feed_id
        where {{ in_list('told.other.name', "replace(feeds.reported_columns, ',', ';')") }}
        group by
            told.city_id,
            told.feed_id,
            told.measure_id,
            told.area_id,
            told.level,
            told.start,
            told.other.name,
            coalesce(told.other.code, '_U')
        -- A dimension that is unknown for everyone says nothing.
        qualify
            bool_or(coalesce(told.other.code, '_U') <> '_U') over (
                partition by told.city_id, told.feed_id, told.measure_id, told.other.name
            )
    ),

    years as (
        select *
        from totals
        union all
        select *
        from by_age
        union all
        select *
        from of_unknown_age
    ),

    parts_of_year as (
        select
            {{ keys }},
            target.freq,
            {{ period_start('target.freq', 'start') }} as start,
            sum(amount) as amount
        from rolled
        inner join
            (
                select 'M' as source, 'M' as freq
                union all
                select 'M', 'Q'
                union all
                select 'Q', 'Q'
            ) as target
            on rolled.freq = target.source
        group by {{ keys }}, target.freq, {{ period_start('target.freq', 'start') }}
    )

select
    city_id,
    feed_id,
    measure_id,
    area_id,
    'A' as freq,
    start,
    sex,
    age,
    '' as other_dim,
    '' as other_code,
    amount,
    unsure
from years
union all
select city_id, feed_id, measure_id, area_id, 'A', start, sex, age, other_dim, other_code, amount, unsure
from by_other
union all
select city_id, feed_id, measure_id, area_id, freq, start, '_T', '_T', '', '', amount, 0
from parts_of_year
