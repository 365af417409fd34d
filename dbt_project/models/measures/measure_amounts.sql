-- Grain: city x feed x measure x area x frequency x period x sex x age x other dimension: what the rows that
-- arrived add up to, in their area and in every area that contains it.
-- Months and quarters have totals only; years also values by sex, by age, by both, and by each other
-- dimension.
-- Unknown sexes, ages and codes are kept.
-- `possible` is what may belong here besides: rows without the code or the tag that would say so, and of
-- tables
-- of counts those under the code of no area.
-- `unsplit` is what may belong to a sex or an age group besides, for a table of counts leaves it without one,
-- or to figures of it that overlap.
-- A row of a table of counts is left out where a row that it is part of counts too.
{% set keys = 'city_id, feed_id, measure_id, area_id, level' %}
{# An amount under a code that no area of the city has may be another place's, or a whole. #}
{% set is_elsewhere -%}
    (
        cells.unknown_area is not null
        and cells.shape in ('crime_counts', 'health_counts')
        and cells.area_id = cities.city_area
    )
{%- endset %}
with
    measures_answered as (select distinct city_id, feed_id, measure_id from {{ ref('measure_coverage') }}),

    -- How many levels up, and in periods of which length, a row's whole counts to the same measure.
    whole_steps as (
        select
            wholes.row_id,
            members.measure_id,
            min(wholes.steps) filter (wholes.freq = 'M') as steps_of_month,
            min(wholes.steps) filter (wholes.freq in ('M', 'Q')) as steps_of_quarter,
            min(wholes.steps) as steps_of_year
        from {{ ref('wholes_of_counts') }} as wholes
        inner join
            {{ ref('measure_members') }} as members
            on wholes.profile = members.profile
            and members.lacks is null
        group by wholes.row_id, members.measure_id
    ),

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
            cells.margin,
            whole_steps.steps_of_month,
            whole_steps.steps_of_quarter,
            whole_steps.steps_of_year,
            sum(cells.amount) filter (members.lacks is null and not {{ is_elsewhere }}) as amount,
            sum(cells.amount) filter (members.lacks is not null or {{ is_elsewhere }}) as possible,
            sum(cells.unsplit) as unsplit
        from {{ ref('cells') }} as cells
        inner join {{ ref('measure_members') }} as members on cells.profile = members.profile
        inner join {{ source('run_records', 'cities') }} as cities on cells.city_id = cities.city_id
        left join
            {{ ref('feeds_naming_codes') }} as feeds_naming_codes
            on cells.city_id = feeds_naming_codes.city_id
            and cells.feed_id = feeds_naming_codes.feed_id
        left join
            measures_answered
            on cells.city_id = measures_answered.city_id
            and cells.feed_id = measures_answered.feed_id
            and members.measure_id = measures_answered.measure_id
        left join
            whole_steps on cells.part_id = whole_steps.row_id and members.measure_id = whole_steps.measure_id
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
            rows_of_measures.* exclude (
                area_id, steps_of_month, steps_of_quarter, steps_of_year, amount, possible, unsplit
            ),
            ancestors.ancestor_id as area_id,
            ancestors.ancestor_level as level,
            coalesce(ancestors.steps >= steps_of_month, false) as is_part_in_month,
            coalesce(ancestors.steps >= steps_of_quarter, false) as is_part_in_quarter,
            coalesce(ancestors.steps >= steps_of_year, false) as is_part_in_year,
            sum(rows_of_measures.amount) as amount,
            sum(rows_of_measures.possible) as possible,
            sum(rows_of_measures.unsplit) as unsplit
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
            * exclude (
                freq, start, is_part_in_month, is_part_in_quarter, is_part_in_year, amount, possible, unsplit
            ) replace (nullif(sex, '_T') as sex),
            {{ period_start("'A'", 'start') }} as start,
            sum(amount) as amount,
            sum(possible) as possible,
            sum(unsplit) as unsplit
        from rows_by_ancestor
        where not is_part_in_year
        group by all
    ),

    -- Events count to the total and to their sex; tables of counts have rows for each.
    rows_by_sex as (
        select * replace ('_T' as sex)
        from yearly_rows
        where margin in ('', 'T')
        union all
        select *
        from yearly_rows
        where margin in ('', 'S') and sex is not null
    ),

    rows_by_sex_and_age as (
        select * replace ('_T' as sex)
        from yearly_rows
        where margin in ('', 'A')
        union all
        select *
        from yearly_rows
        where margin in ('', 'X') and sex is not null
    ),

    amounts_by_sex as (
        select
            {{ keys }},
            start,
            sex,
            '_T' as age,
            sum(amount) as amount,
            sum(possible) as possible,
            0 as unsure,
            sum(unsplit) as unsplit
        from rows_by_sex
        group by {{ keys }}, start, sex
    ),

    -- A band that nests in no group of ours is published as it is delivered.
    own_bands as (
        select city_id, feed_id, age_low, age_high
        from
            (
                select distinct city_id, feed_id, age_low, age_high
                from rows_by_sex_and_age
                where age_low is not null and amount is not null
            ) as bands
        anti join
            {{ ref('age_groups') }} as groups
            on bands.age_low >= groups.age_min
            and bands.age_high <= groups.age_max
            and (
                groups.scheme in ('iccs', 'guide')
                or (bands.age_low = groups.age_min and bands.age_high = groups.age_max)
            )
    ),

    groups_of_feeds as (
        select feeds.city_id, feeds.feed_id, groups.age_group, groups.scheme, groups.age_min, groups.age_max
        from {{ source('run_records', 'feeds') }} as feeds
        cross join {{ ref('age_groups') }} as groups
        union all
        select city_id, feed_id, {{ band_of_ages('age_low', 'age_high') }}, 'own', age_low, age_high
        from own_bands
    ),

    -- A year of age always fits a group; a band fits where it nests; one that reaches over the edge makes
    -- the group unsure.
    amounts_by_age as (
        select
            {{ keys }},
            start,
            sex,
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
            ) as unsure,
            sum(unsplit) as unsplit
        from rows_by_sex_and_age
        inner join groups_of_feeds as groups using (city_id, feed_id)
        where
            age_low <= groups.age_max
            and age_high >= groups.age_min
            and {{ scheme_is_for('groups.scheme', 'level') }}
        group by {{ keys }}, start, sex, groups.age_group
    ),

    amounts_of_unknown_age as (
        select
            {{ keys }},
            start,
            sex,
            '_U' as age,
            sum(amount) as amount,
            sum(possible) as possible,
            0 as unsure,
            cast(null as bigint) as unsplit
        from rows_by_sex_and_age
        where age_reported and age_low is null
        group by {{ keys }}, start, sex
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
                where margin in ('', 'T')
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
        select
            {{ keys }},
            start,
            sex,
            age,
            sum(amount) as amount,
            sum(possible) as possible,
            coalesce(sum(unsure), 0) as unsure,
            coalesce(sum(unsplit), 0) as unsplit
        from
            (
                select *
                from amounts_by_sex
                union all by name
                select *
                from amounts_by_age
                union all by name
                select *
                from amounts_of_unknown_age
            )
        group by {{ keys }}, start, sex, age
    ),

    amounts_within_year as (
        select
            {{ keys }},
            frequencies.freq,
            {{ period_start('frequencies.freq', 'start') }} as start,
            sum(amount) as amount,
            sum(possible) as possible,
            sum(unsplit) as unsplit
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
        where
            margin in ('', 'T')
            and case frequencies.freq when 'M' then not is_part_in_month else not is_part_in_quarter end
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
            unsure,
            unsplit
        from yearly_amounts
        union all by name
        select * exclude (level), 'A' as freq
        from amounts_by_dimension
        union all by name
        select * exclude (level), '_T' as sex, '_T' as age, '' as other_dim, '' as other_code, 0 as unsure
        from amounts_within_year
    )

select
    * replace (
        coalesce(amount, 0) as amount, coalesce(possible, 0) as possible, coalesce(unsplit, 0) as unsplit
    )
from amounts_of_all_cells
-- Of other dimensions there are only the cells in which something is counted, and what may belong to any.
where amount is not null or other_code in ('', '_U')
