-- Grain: city x feed x fate x period x area x code x tags unknown: every row of every delivery, by what
-- became of it. Rows of events are known by area and code. Of other shapes those kept are known by series
-- alone, of deliveries that are not in use the number alone.
{% set tags = ['weapon', 'relation', 'situation', 'location_type', 'cleared'] %}
{% set events = "('crime_events', 'crime_victims', 'deaths')" %}
with
    feeds as (
        select *, replace(reported_columns, ',', ';') as columns from {{ source('run_records', 'feeds') }}
    ),

    kept_events as (
        select
            cells.city_id,
            cells.feed_id,
            {{ period_text('cells.freq', 'cells.start') }} as period,
            coalesce(cells.unknown_area, cells.area_id) as area_id,
            coalesce(cells.iccs_code, cells.icd10) as code,
            {{ is_unknown('cells', 'iccs_code') }}
            and {{ is_unknown('cells', 'icd10') }}
            and {{ is_unknown('cells', 'cause_group') }} as is_uncoded,
            cells.unknown_area is not null
            or (feeds.by_area and cells.area_id = feeds.extent_area) as has_no_area,
            concat_ws(
                ', '
                {%- for tag in tags %}
                    ,
                    case
                        when
                            {{ is_unknown('cells', tag) }} and {{ in_list("'" ~ tag ~ "'", 'feeds.columns') }}
                        then '{{ tag }}'
                    end
                {%- endfor %}
            ) as tags,
            cells.amount as rows
        from {{ ref('cells') }} as cells
        inner join feeds on cells.city_id = feeds.city_id and cells.feed_id = feeds.feed_id
        where cells.shape in {{ events }}
    ),

    kept_rows as (
        select
            city_id,
            feed_id,
            case
                when is_uncoded
                then 'uncoded'
                when has_no_area
                then 'area_unknown'
                when tags <> ''
                then 'tag_unknown'
                else 'counted'
            end as fate,
            period,
            area_id,
            code,
            tags,
            rows
        from kept_events
    ),

    kept_figures as (
        select
            volumes.city_id,
            volumes.feed_id,
            'counted' as fate,
            volumes.period,
            volumes.series as code,
            volumes.rows
        from {{ source('run_records', 'volumes') }} as volumes
        inner join feeds on volumes.city_id = feeds.city_id and volumes.feed_id = feeds.feed_id
        where volumes.in_use and feeds.shape not in {{ events }}
    ),

    deliveries as (
        select
            deliveries.city_id,
            deliveries.feed_id,
            feeds.shape,
            deliveries.in_use,
            case when deliveries.superseded then 'superseded' else 'refused' end as fate_of_all,
            deliveries.period,
            deliveries.rows_kept,
            deliveries.rows_in + deliveries.rows_outside as rows_delivered
        from {{ source('run_records', 'deliveries') }} as deliveries
        inner join feeds on deliveries.city_id = feeds.city_id and deliveries.feed_id = feeds.feed_id
    ),

    -- Rows that were added up to one, and rows of shapes without a time.
    kept_otherwise as (
        select
            deliveries.city_id,
            deliveries.feed_id,
            case when figures.rows is null then 'counted' else 'added_up' end as fate,
            deliveries.rows_kept - coalesce(figures.rows, 0) as rows
        from
            (
                select city_id, feed_id, shape, sum(rows_kept) as rows_kept
                from deliveries
                where in_use
                group by all
            ) as deliveries
        left join
            (select city_id, feed_id, sum(rows) as rows from kept_figures group by all) as figures
            on deliveries.city_id = figures.city_id
            and deliveries.feed_id = figures.feed_id
        where deliveries.shape not in {{ events }}
    ),

    all_entries as (
        select *
        from kept_rows
        union all by name
        select *
        from kept_figures
        union all by name
        select *
        from kept_otherwise
        union all by name
        select
            city_id,
            feed_id,
            fate,
            coalesce(period, delivery_period) as period,
            area_id,
            coalesce(code, topic) as code,
            rows
        from {{ source('run_records', 'row_fates') }}
        union all by name
        select city_id, feed_id, fate_of_all as fate, period, rows_delivered as rows
        from deliveries
        where not in_use
    )

select
    city_id,
    feed_id,
    fate,
    period,
    nullif(area_id, '_U') as area_id,
    nullif(code, '_U') as code,
    nullif(tags, '') as tags,
    cast(sum(rows) as bigint) as rows
from all_entries
group by all
having sum(rows) <> 0
