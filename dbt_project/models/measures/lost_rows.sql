-- Grain: city x feed x area x frequency x period x classification: what deliveries in use brought and
-- conform set aside, as far as it says where, when and what it was. Of weapon, relation and the like it
-- says nothing. `start` is null where nobody knows when, `placed` false where nobody knows in which area
-- of the feed.
{% set codes = ['iccs_code', 'icd10', 'topic', 'unit_counted'] %}
with
    rows_set_aside as (
        select
            fates.city_id,
            fates.feed_id,
            feeds.shape,
            feeds.extent_area,
            fates.area_id,
            coalesce(fates.period, fates.delivery_period) as period,
            case
                when feeds.dated_to = 'year'
                then 'A'
                else {{ freq_of_text('coalesce(fates.period, fates.delivery_period)') }}
            end as freq,
            case when starts_with(feeds.shape, 'crime') then fates.code end as iccs_code,
            case when not starts_with(feeds.shape, 'crime') then fates.code end as icd10,
            fates.topic,
            fates.unit_counted,
            fates.amount,
            fates.unmeasured
        from {{ source('run_records', 'row_fates') }} as fates
        inner join
            {{ source('run_records', 'feeds') }} as feeds
            on fates.city_id = feeds.city_id
            and fates.feed_id = feeds.feed_id
        where
            fates.fate in ('quarantined', 'conflicting')
            and feeds.shape in ('crime_events', 'crime_victims', 'crime_counts', 'deaths', 'health_counts')
    ),

    described_rows as (
        select
            rows_set_aside.* exclude (area_id, extent_area, period, freq),
            coalesce(areas.area_id, rows_set_aside.extent_area) as area_id,
            coalesce(areas.area_id, rows_set_aside.extent_area) <> rows_set_aside.extent_area as placed,
            case when rows_set_aside.period is null then 'A' else rows_set_aside.freq end as freq,
            {{ period_start('rows_set_aside.freq', start_of_text('rows_set_aside.period')) }} as start,
            {%- for column in filter_columns() if column not in codes %}
                {{ 'cast(null as boolean)' if column == 'cleared' else "'_U'" }} as {{ column }},
            {%- endfor %}
        from rows_set_aside
        left join
            {{ ref('city_areas') }} as areas
            on rows_set_aside.city_id = areas.city_id
            and rows_set_aside.area_id = areas.area_id
    )

select
    city_id,
    feed_id,
    shape,
    area_id,
    placed,
    freq,
    start,
    {{ profile_of('described_rows') }} as profile,
    {{ filter_columns() | join(', ') }},
    sum(amount) as amount,
    sum(unmeasured) as unmeasured
from described_rows
group by all
