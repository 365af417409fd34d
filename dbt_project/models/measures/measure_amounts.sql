-- Grain: city x feed x measure x area x frequency x period x sex x age x other dimension: what the rows that
-- arrived add up to, in their area and in every area that contains it.
-- Months and quarters have totals only; years also values by sex, by age, by both, and by each other
-- dimension.
-- Unknown sexes, ages and codes are kept.
-- `possible` is what may belong here besides: rows without the code or the tag that would say so.
{% set keys = 'city_id, feed_id, measure_id, area_id, level' %}
with
    -- A feed that names the codes it is complete for has none of them among its rows without a code, so long
    -- as every code that came was understood: one that nobody knows may be any.
    feeds_naming_codes as (
        select city_id, feed_id
        from {{ source('run_records', 'coverage') }}
        anti join
            (
                select city_id, feed_id
                from {{ source('run_records', 'unmapped_codes') }}
                where "column" in ('iccs_code', 'icd10')
            ) using (city_id, feed_id)
        group by city_id, feed_id
        having bool_and(code_prefix <> '')
    ),

    measures_answered as (select distinct city_id, feed_id, measure_id from {{ ref('measure_coverage') }}),

    rows_of_measures as (
        select
            cells.city_id,
            cells.feed_id,
            members.measure_id,
            cells.area_id,
            cells.freq,
            cells.start,
            cells.sex,
            cells.age_reported,
            cells.age_low,
            cells.age_high,
            cells.location_type,
            cells.ethnicity,
            cells.disability,
            cells.exploitation,
            sum(cells.amount) filter (members.lacks is null) as amount,
            sum(cells.amount) filter (members.lacks is not null) as possible
        from {{ ref('cells') }} as cells
        inner join {{ ref('measure_members') }} as members on cells.profile = members.profile
        left join
            feeds_naming_codes
            on cells.city_id = feeds_naming_codes.city_id
            and cells.feed_id = feeds_naming_codes.feed_id
        left join
            measures_answered
            on cells.city_id = measures_answered.city_id
            and cells.feed_id = measures_answered.feed_id
            and members.measure_id = measures_answered.measure_id
        where
            members.lacks is null
            or (
                measures_answered.measure_id is not null
                and (members.lacks = 'tag' or feeds_naming_codes.feed_id is null)
            )
        group by all
    ),

    rows_by_ancestor as (
        select
            rows_of_measures.* exclude (area_id, amount, possible),
            ancestors.ancestor_id as area_id,
            ancestors.ancestor_level as level,
            sum(rows_of_measures.amount) as amount,
            sum(rows_of_measures.possible) as possible
        from rows_of_measures
        inner join
            {{ ref('area_ancestors') }} as ancestors
            on rows_of_measures.city_id = ancestors.city_id
            and rows_of_measures.area_id = ancestors.area_id
        semi join
            {{ ref('feed_scope') }} as scope
            on rows_of_measures.city_id = scope.city_id
            and rows_of_measures.feed_id = scope.feed_id
            and ancestors.ancestor_id = scope.area_id
        group by all
    ),

    -- A source that gives no sex has only totals; they are no part of themselves.
    yearly_rows as (
        select
            * exclude (freq, start, amount, possible) replace (nullif(sex, '_T') as sex),
            {{ period_start("'A'", 'start') }} as start,
            sum(amount) as amount,
            sum(possible) as possible
        from rows_by_ancestor
        group by all
    ),

    amounts_by_sex as (
        select
            {{ keys }},
            start,
            coalesce(sex, '_T') as sex,
            '_T' as age,
            sum(amount) as amount,
            sum(possible) as possible,
            0 as unsure
        from yearly_rows
        group by {{ keys }}, start, grouping sets ((), (sex))
        having grouping(sex) = 1 or sex is not null
    ),

    -- A year of age always fits a group; a band fits where it nests; one that reaches over the edge makes
    -- the group unsure.
    amounts_by_age as (
        select
            {{ keys }},
            start,
            coalesce(sex, '_T') as sex,
            groups.age_group as age,
            case
                when count(amount) > 0
                then
                    coalesce(
                        sum(amount) filter (where age_low >= groups.age_min and age_high <= groups.age_max), 0
                    )
            end as amount,
            sum(possible) as possible,
            coalesce(
                sum(amount) filter (where age_low < groups.age_min or age_high > groups.age_max), 0
            ) as unsure
        from yearly_rows
        inner join
            {{ ref('age_groups') }} as groups
            on yearly_rows.age_low <= groups.age_max
            and yearly_rows.age_high >= groups.age_min
            and {{ scheme_is_for('groups.scheme', 'yearly_rows.level') }}
        group by {{ keys }}, start, groups.age_group, grouping sets ((), (sex))
        having grouping(sex) = 1 or sex is not null
    ),

    amounts_of_unknown_age as (
        select
            {{ keys }},
            start,
            coalesce(sex, '_T') as sex,
            '_U' as age,
            sum(amount) as amount,
            sum(possible) as possible,
            0 as unsure
        from yearly_rows
        where age_reported and age_low is null
        group by {{ keys }}, start, grouping sets ((), (sex))
        having grouping(sex) = 1 or sex is not null
    ),

    amounts_by_dimension as (
        select
            by_dimension.city_id,
            by_dimension.feed_id,
            by_dimension.measure_id,
            by_dimension.area_id,
            by_dimension.level,
            by_dimension.start,
            '_T' as sex,
            '_T' as age,
            by_dimension.other.name as other_dim,
            coalesce(by_dimension.other.code, '_U') as other_code,
            sum(by_dimension.amount) as amount,
            sum(by_dimension.possible) as possible,
            0 as unsure
        from
            (
                select
                    *,
                    {{ named_columns(['location_type', 'ethnicity', 'disability', 'exploitation']) }} as other
                from yearly_rows
            ) as by_dimension
        inner join
            {{ source('run_records', 'feeds') }} as feeds
            on by_dimension.city_id = feeds.city_id
            and by_dimension.feed_id = feeds.feed_id
        where {{ in_list('by_dimension.other.name', "replace(feeds.reported_columns, ',', ';')") }}
        group by
            by_dimension.city_id,
            by_dimension.feed_id,
            by_dimension.measure_id,
            by_dimension.area_id,
            by_dimension.level,
            by_dimension.start,
            by_dimension.other.name,
            coalesce(by_dimension.other.code, '_U')
        -- A dimension that is unknown for everyone says nothing.
        qualify
            bool_or(
                coalesce(by_dimension.other.code, '_U') <> '_U' and sum(by_dimension.amount) is not null
            ) over (
                partition by
                    by_dimension.city_id,
                    by_dimension.feed_id,
                    by_dimension.measure_id,
                    by_dimension.other.name
            )
    ),

    yearly_amounts as (
        select *
        from amounts_by_sex
        union all
        select *
        from amounts_by_age
        union all
        select *
        from amounts_of_unknown_age
    ),

    amounts_within_year as (
        select
            {{ keys }},
            frequencies.freq,
            {{ period_start('frequencies.freq', 'start') }} as start,
            sum(amount) as amount,
            sum(possible) as possible
        from rows_by_ancestor
        inner join
            (
                select 'M' as source, 'M' as freq
                union all
                select 'M', 'Q'
                union all
                select 'Q', 'Q'
            ) as frequencies
            on rows_by_ancestor.freq = frequencies.source
        group by {{ keys }}, frequencies.freq, {{ period_start('frequencies.freq', 'start') }}
    ),

    amounts_of_all_cells as (
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
            possible,
            unsure
        from yearly_amounts
        union all by name
        select * exclude (level), 'A' as freq
        from amounts_by_dimension
        union all by name
        select * exclude (level), '_T' as sex, '_T' as age, '' as other_dim, '' as other_code, 0 as unsure
        from amounts_within_year
    )

select * replace (coalesce(amount, 0) as amount, coalesce(possible, 0) as possible)
from amounts_of_all_cells
-- Of unknown people and of other dimensions there are only the cells in which something is counted.
where amount is not null or (sex <> '_U' and age <> '_U' and other_dim = '')
