-- Grain: city x feed x area x period x classification x sex x ages x what else a measure can ask for.
-- Each shape is scanned once; everything after works on these few rows. Of events every row counts to its
-- sex and its ages as well as to the total (no margin); tables of counts have rows for each margin.
with
    crime_events as (
        select
            city_id,
            feed_id,
            'crime_events' as shape,
            area_id,
            cast(date_trunc('month', occurred_on) as date) as start,
            iccs_code,
            weapon,
            situation,
            cleared,
            '_T' as sex,
            '_T' as age_group,
            count(*) as amount
        from {{ ref('stg_crime_events') }}
        group by city_id, feed_id, area_id, start, iccs_code, weapon, situation, cleared
    ),

    crime_victims as (
        select
            city_id,
            feed_id,
            'crime_victims' as shape,
            area_id,
            cast(date_trunc('month', occurred_on) as date) as start,
            iccs_code,
            weapon,
            relation,
            situation,
            location_type,
            cleared,
            sex,
            age,
            age_group,
            ethnicity,
            disability,
            exploitation,
            count(*) as amount
        from {{ ref('stg_crime_victims') }}
        group by
            city_id,
            feed_id,
            area_id,
            start,
            iccs_code,
            weapon,
            relation,
            situation,
            location_type,
            cleared,
            sex,
            age,
            age_group,
            ethnicity,
            disability,
            exploitation
    ),

    deaths as (
        select
            city_id,
            feed_id,
            'deaths' as shape,
            area_id,
            cast(date_trunc('month', died_on) as date) as start,
            icd10,
            cause_group,
            relation,
            location_type,
            sex,
            age,
            age_group,
            ethnicity,
            count(*) as amount
        from {{ ref('stg_deaths') }}
        group by
            city_id,
            feed_id,
            area_id,
            start,
            icd10,
            cause_group,
            relation,
            location_type,
            sex,
            age,
            age_group,
            ethnicity
    ),

    rows_of_shapes as (
        select *
        from crime_victims
        union all by name
        select *
        from crime_events
        union all by name
        select *
        from deaths
    ),

    -- What is the same for every row of a feed is worked out once.
    feeds as (
        select
            city_id,
            feed_id,
            extent_area,
            dated_to = 'year' as is_yearly,
            {{ in_list("'sex'", 'columns') }} as reports_sex,
            {{ in_list("'age'", 'columns') }} or {{ in_list("'age_group'", 'columns') }} as reports_age
        from
            (
                select *, replace(reported_columns, ',', ';') as columns
                from {{ source('run_records', 'feeds') }}
            )
    ),

    -- Years for sources that know no more, else months.
    dated_rows as (
        select
            rows_of_shapes.* exclude (age, age_group) replace (
                case when feeds.reports_sex then rows_of_shapes.sex else '_T' end as sex
            ),
            case when feeds.is_yearly then 'A' else 'M' end as freq,
            (rows_of_shapes.age is not null or rows_of_shapes.age_group <> '_T')
            and feeds.reports_age as age_reported,
            {{ age_low('rows_of_shapes.age', 'rows_of_shapes.age_group') }} as age_low,
            {{ age_high('rows_of_shapes.age', 'rows_of_shapes.age_group') }} as age_high
        from rows_of_shapes
        inner join feeds on rows_of_shapes.city_id = feeds.city_id and rows_of_shapes.feed_id = feeds.feed_id
    ),

    -- An unknown area code counts to the feed's extent, where it is known to have happened.
    rows_with_area as (
        select
            dated_rows.* exclude (area_id),
            case when areas.area_id is null then feeds.extent_area else dated_rows.area_id end as area_id,
            case when areas.area_id is null then dated_rows.area_id end as unknown_area
        from dated_rows
        inner join feeds on dated_rows.city_id = feeds.city_id and dated_rows.feed_id = feeds.feed_id
        left join
            {{ ref('city_areas') }} as areas
            on dated_rows.city_id = areas.city_id
            and dated_rows.area_id = areas.area_id
    ),

    parts_of_wholes as (select distinct row_id from {{ ref('wholes_of_counts') }}),

    all_rows as (
        select *, '' as margin
        from rows_with_area
        union all by name
        select counts.*, parts.row_id as part_id
        from {{ ref('count_rows') }} as counts
        left join parts_of_wholes as parts on counts.row_id = parts.row_id
    )

select
    city_id,
    feed_id,
    shape,
    area_id,
    unknown_area,
    freq,
    {{ period_start('freq', 'start') }} as start,
    {{ profile_of('all_rows') }} as profile,
    {{ filter_columns() | join(', ') }},
    sex,
    age_reported,
    age_low,
    age_high,
    ethnicity,
    disability,
    exploitation,
    margin,
    part_id,
    sum(amount) as amount,
    sum(unsplit) as unsplit
from all_rows
group by all
