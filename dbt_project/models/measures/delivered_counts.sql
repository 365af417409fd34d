-- Grain: figure that a table of counts gives: feed x area x period x codes x margin x sex x age band.
-- A margin is what a figure is of: the total (T), a sex (S), an age band (A), or both (X). A figure that the
-- table gives itself comes before the sum of its parts, and the two are never added.
-- Rows without an amount hold what a sex or an age band without a figure may have of the total (`unsplit`).
{% set base_columns = [
    'city_id', 'feed_id', 'shape', 'area_id', 'period', 'iccs_code', 'icd10', 'topic', 'unit_counted', 'weapon',
    'relation', 'situation'
] %}
{% set base = base_columns | join(', ') %}
{% set place = base_columns | reject('eq', 'area_id') | list %}
{% set series_code = "concat_ws('|', iccs_code, icd10, topic)" %}
with
    feeds as (
        select
            city_id,
            feed_id,
            extent_area,
            {{ in_list("'sex'", 'columns') }} as reports_sex,
            {{ in_list("'age_group'", 'columns') }} as reports_age,
            {{ in_list("'sex'", 'promised') }} as promises_sex,
            {{ in_list("'age'", 'promised') }} as promises_age
        from
            (
                select
                    *,
                    replace(reported_columns, ',', ';') as columns,
                    replace(disaggregations, ',', ';') as promised
                from {{ source('run_records', 'feeds') }}
            )
    ),

    delivered_rows as (
        select
            city_id,
            feed_id,
            'crime_counts' as shape,
            area_id,
            period,
            iccs_code,
            local_code,
            unit_counted,
            weapon,
            relation,
            situation,
            sex,
            age_group,
            "count" as amount
        from {{ ref('stg_crime_counts') }}
        union all by name
        select
            city_id,
            feed_id,
            'health_counts' as shape,
            area_id,
            period,
            icd10,
            topic,
            sex,
            age_group,
            "count" as amount
        from {{ ref('stg_health_counts') }}
    ),

    -- A column that the contract does not map says nothing: the rows are of everyone.
    rows_by_local_code as (
        select
            delivered_rows.* exclude (sex, age_group),
            case when feeds.reports_sex then sex else '_T' end as sex,
            case when feeds.reports_age then age_group else '_T' end as age_group
        from delivered_rows
        inner join feeds on delivered_rows.city_id = feeds.city_id and delivered_rows.feed_id = feeds.feed_id
    ),

    -- Several codes of the source may be one of ours, and one of them the total of the others: that is proved
    -- where it is what the others add up to, wherever they come together.
    totals_of_local_codes as (
        select city_id, feed_id, shape, iccs_code, any_value(largest_code) as local_code
        from
            (
                select
                    {{ base }},
                    arg_max(local_code, amount) as largest_code,
                    2 * max(amount) = sum(amount) as is_total,
                    count(*) as codes_n
                from rows_by_local_code
                where local_code is not null and amount > 0
                group by {{ base }}, sex, age_group
            )
        where codes_n > 1
        group by city_id, feed_id, shape, iccs_code
        having bool_and(is_total) and count(distinct largest_code) = 1 and count(*) filter (codes_n > 2) > 1
    ),

    -- Where the source's own list puts one code under another (1 and 1.1), the first may be the total of
    -- both:
    -- so long as it is never the smaller one, nobody knows.
    nested_codes as (
        select wholes.*, parts.local_code as part_code
        from
            (select distinct city_id, feed_id, shape, iccs_code, local_code from rows_by_local_code) as wholes
        inner join
            (select distinct city_id, feed_id, shape, iccs_code, local_code from rows_by_local_code) as parts
            on {{ same('wholes', 'parts', ['city_id', 'feed_id', 'shape', 'iccs_code']) }}
            and starts_with(parts.local_code, wholes.local_code)
            and parts.local_code <> wholes.local_code
        anti join
            totals_of_local_codes as totals
            on {{ same('wholes', 'totals', ['city_id', 'feed_id', 'shape', 'iccs_code']) }}
    ),

    rows_of_nested_codes as materialized(
        select rows.*
        from rows_by_local_code as rows
        semi join
            nested_codes on {{ same('rows', 'nested_codes', ['city_id', 'feed_id', 'shape', 'iccs_code']) }}
    ),

    places_of_nested_codes as (
        select distinct {{ prefixed('wholes', base_columns) }}
        from rows_of_nested_codes as wholes
        inner join
            nested_codes as nested
            on {{ same('wholes', 'nested', ['city_id', 'feed_id', 'shape', 'iccs_code', 'local_code']) }}
        inner join
            rows_of_nested_codes as parts
            on {% for column in base_columns + ['sex', 'age_group'] %}
                wholes.{{ column }} is not distinct from parts.{{ column }} and
            {% endfor %}
            parts.local_code = nested.part_code and parts.amount <= wholes.amount and parts.amount > 0
    ),

    added_rows as (
        select
            rows.* exclude (local_code, amount),
            coalesce(sum(amount) filter (rows.local_code = totals.local_code), sum(amount)) as amount
        from rows_by_local_code as rows
        left join
            totals_of_local_codes as totals
            on {{ same('rows', 'totals', ['city_id', 'feed_id', 'shape', 'iccs_code']) }}
        group by all
    ),

    rows_with_ages as (
        select
            *,
            {{ age_low('cast(null as bigint)', 'age_group') }} as age_low,
            {{ age_high('cast(null as bigint)', 'age_group') }} as age_high
        from added_rows
    ),

    -- Bands within a wider band, such as 0 to 14 and 15 to 17 within 0 to 17, belong to one family.
    families_of_bands as (
        select *, sum(case when is_within then 0 else 1 end) over before as family
        from
            (
                select *, coalesce(max(age_high) over before >= age_high, false) as is_within
                from rows_with_ages
                window
                    before as (
                        partition by {{ base }}, sex, age_low is null
                        order by age_low, age_high desc
                        rows between unbounded preceding and 1 preceding
                    )
            )
        window
            before as (
                partition by {{ base }}, sex, age_low is null
                order by age_low, age_high desc
                rows between unbounded preceding and current row
            )
    ),

    -- The wider band is left out where the others fill it, else they are.
    rows_without_overlap as (
        select * exclude (years_within, years_of_band)
        from
            (
                select
                    *,
                    coalesce(
                        sum(age_high - age_low + 1) filter (where is_within) over family_of_row, 0
                    ) as years_within,
                    max(age_high - age_low + 1) filter (where not is_within) over family_of_row
                    as years_of_band
                from families_of_bands
                window family_of_row as (partition by {{ base }}, sex, age_low is null, family)
            )
        where age_low is null or is_within = (years_within = years_of_band)
    ),

    marked_rows as (
        select
            *,
            bool_or(sex = '_T' and age_group = '_T') over row_base as has_total,
            bool_or(sex <> '_T' and age_group = '_T') over row_base as has_sexes,
            bool_or(sex = '_T' and age_group <> '_T') over row_base as has_ages
        from rows_without_overlap
        window row_base as (partition by {{ base }})
    ),

    figures as (
        select
            {{ base }},
            'T' as margin,
            '_T' as sex,
            '_T' as age_group,
            cast(null as bigint) as age_low,
            cast(null as bigint) as age_high,
            sum(amount) as amount
        from marked_rows
        where
            case
                when has_total
                then sex = '_T' and age_group = '_T'
                when has_sexes
                then sex <> '_T' and age_group = '_T'
                when has_ages
                then sex = '_T'
                else true
            end
        group by {{ base }}
        union all
        select {{ base }}, 'S', sex, '_T', null, null, sum(amount)
        from marked_rows
        where sex <> '_T' and (age_group = '_T' or not has_sexes)
        group by {{ base }}, sex
        union all
        select {{ base }}, 'A', '_T', age_group, age_low, age_high, sum(amount)
        from marked_rows
        where age_group <> '_T' and (sex = '_T' or not has_ages)
        group by {{ base }}, age_group, age_low, age_high
        union all
        select {{ base }}, 'X', sex, age_group, age_low, age_high, amount
        from marked_rows
        where sex <> '_T' and age_group <> '_T'
    ),

    -- Offences and causes that the table breaks down somewhere, or promises to.
    {% for dimension, margin in [('sex', 'S'), ('age', 'A')] %}
        series_with_{{ 'sexes' if dimension == 'sex' else 'ages' }} as (
            select distinct city_id, feed_id, shape, {{ series_code }} as code
            from figures
            left join feeds using (city_id, feed_id)
            where
                promises_{{ dimension }}
                or (margin = '{{ margin }}' and {{ 'sex' if dimension == 'sex' else 'age_group' }} <> '_U')
        ),
    {% endfor %}

    -- A sex without a figure may have what the others leave of the total.
    missing_sexes as (
        select {{ base }}, sexes.sex, abs(total - sexes_given) as unsplit
        from
            (
                select
                    {{ base }},
                    {{ series_code }} as code,
                    sum(amount) filter (where margin = 'T') as total,
                    coalesce(sum(amount) filter (where margin = 'S'), 0) as sexes_given,
                    coalesce(list(sex) filter (where margin = 'S'), []) as known
                from figures
                where margin in ('T', 'S')
                group by {{ base }}
            ) as totals
        semi join
            series_with_sexes as series
            on {{ same('totals', 'series', ['city_id', 'feed_id', 'shape', 'code']) }}
        cross join
            (
                select 'F' as sex
                union all
                select 'M'
            ) as sexes
        where total <> sexes_given and not list_contains(known, sexes.sex)
    ),

    figures_with_gaps as (
        select *, coalesce(max(age_high) over younger, -1) + 1 as gap_low, age_low - 1 as gap_high
        from figures
        window
            younger as (
                partition by {{ base }}, margin, sex, age_low is null
                order by age_low
                rows between unbounded preceding and 1 preceding
            )
    ),

    -- And so may ages without a band: those between the bands, above them, or all.
    wholes_of_ages as (
        select
            {{ base }},
            sex,
            sum(amount) filter (where margin in ('T', 'S')) as whole,
            coalesce(sum(amount) filter (where margin in ('A', 'X')), 0) as ages_given,
            list({'low':gap_low, 'high':gap_high}) filter (
                where margin in ('A', 'X') and gap_low <= gap_high
            ) as gaps,
            coalesce(max(age_high) filter (where margin in ('A', 'X')), -1) as oldest
        from figures_with_gaps
        where sex in ('_T', 'F', 'M')
        group by {{ base }}, sex
        union all
        select {{ base }}, sex, unsplit, 0, null, -1
        from missing_sexes
    ),

    missing_ages as (
        select
            * exclude (gap),
            case when sex = '_T' then 'A' else 'X' end as margin,
            gap.low as age_low,
            gap.high as age_high
        from
            (
                select
                    {{ base }},
                    sex,
                    abs(whole - ages_given) as unsplit,
                    unnest(
                        list_concat(
                            coalesce(gaps, []),
                            case when oldest < 999 then [{'low':oldest + 1, 'high':999::bigint}] else [] end
                        )
                    ) as gap
                from wholes_of_ages
                semi join
                    series_with_ages as series
                    on {{ same('wholes_of_ages', 'series', ['city_id', 'feed_id', 'shape']) }}
                    and {{ series_code }} = series.code
                where whole <> ages_given
            )
    ),

    all_rows as (
        select *
        from figures
        union all by name
        select *, 'S' as margin, '_T' as age_group
        from missing_sexes
        union all by name
        select *, '_T' as age_group
        from missing_ages
    ),

    -- A code of no known area counts to the feed's extent.
    rows_with_area as (
        select
            all_rows.* exclude (area_id),
            coalesce(areas.area_id, feeds.extent_area) as area_id,
            areas.level,
            case when areas.area_id is null then all_rows.area_id end as unknown_area,
            cast(null as varchar) as cause_group,
            cast(null as varchar) as location_type,
            cast(null as boolean) as cleared
        from all_rows
        inner join feeds on all_rows.city_id = feeds.city_id and all_rows.feed_id = feeds.feed_id
        left join
            {{ ref('city_areas') }} as areas
            on all_rows.city_id = areas.city_id
            and all_rows.area_id = areas.area_id
    ),

    areas_of_extents as (
        select feeds.city_id, feeds.feed_id, areas.level, count(*) as areas_n
        from feeds
        inner join
            {{ ref('area_ancestors') }} as ancestors
            on feeds.city_id = ancestors.city_id
            and feeds.extent_area = ancestors.ancestor_id
            and ancestors.steps > 0
        inner join
            {{ ref('city_areas') }} as areas
            on ancestors.city_id = areas.city_id
            and ancestors.area_id = areas.area_id
        group by all
    ),

    -- Such a code may also be that of a total, such as `All districts`: where it has as much as all areas
    -- of a
    -- level it is their whole, and where it has no less than those with rows nobody knows.
    sums_of_known_areas as (
        select
            {{ place | join(', ') }},
            margin,
            sex,
            age_group,
            max(amount) as known,
            max(amount) filter (is_all) as all_of_it
        from
            (
                select
                    {{ prefixed('rows', place) }},
                    rows.margin,
                    rows.sex,
                    rows.age_group,
                    sum(rows.amount) as amount,
                    count(*) = max(extents.areas_n) as is_all
                from rows_with_area as rows
                inner join
                    areas_of_extents as extents
                    on rows.city_id = extents.city_id
                    and rows.feed_id = extents.feed_id
                    and rows.level = extents.level
                where rows.amount is not null
                group by all
            )
        group by all
    ),

    rows_that_may_be_totals as (
        select
            rows.* exclude (level),
            rows.unknown_area is not null and rows.amount = sums.all_of_it as is_total,
            rows.unknown_area is not null and rows.amount > 0 and rows.amount >= sums.known as may_be_total,
            nested.feed_id is not null as has_nested_codes
        from rows_with_area as rows
        left join
            places_of_nested_codes as nested
            on {% for column in place %}
                rows.{{ column }} is not distinct from nested.{{ column }} and
            {% endfor %}
            coalesce(rows.unknown_area, rows.area_id) = nested.area_id
        left join
            sums_of_known_areas as sums
            on {% for column in place %}
                rows.{{ column }} is not distinct from sums.{{ column }} and
            {% endfor %}
            rows.margin = sums.margin and rows.sex = sums.sex and rows.age_group = sums.age_group
    )

select
    * exclude (age_group, is_total, may_be_total, has_nested_codes) replace (
        case when not coalesce(is_total, false) then unknown_area end as unknown_area,
        case
            when has_nested_codes or (may_be_total and not coalesce(is_total, false)) then 1 else unsplit
        end as unsplit
    ),
    age_group <> '_T' as age_reported,
    {{ freq_of_text('period') }} as freq,
    {{ period_start(freq_of_text('period'), start_of_text('period')) }} as start,
    coalesce(iccs_code, icd10, '') as code
from rows_that_may_be_totals
