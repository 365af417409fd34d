-- Grain: measure x row of official counts that belongs to it. A measure of several topics adds them up
-- where all are given.
with
    rows_of_measures as (
        select
            counts.city_id,
            counts.feed_id,
            measures.measure_id,
            coalesce(counts.area_id, feeds.extent_area) as area_id,
            {{ freq_of_text('counts.period') }} as freq,
            {{ start_of_text('counts.period') }} as start,
            counts.sex,
            counts.age_group,
            coalesce(counts.other_dim, '') as other_dim,
            coalesce(counts.other_code, '') as other_code,
            feeds.preference,
            array_length(string_split(measures.topic, ';')) as topics,
            case measures.amount when 'out_of' then counts.out_of else counts.amount end as amount
        from {{ ref('stg_official_counts') }} as counts
        inner join
            {{ ref('measures') }} as measures
            on measures.shape = 'official_counts'
            and {{ in_list('counts.topic', 'measures.topic') }}
        inner join
            {{ source('run_records', 'feeds') }} as feeds
            on counts.city_id = feeds.city_id
            and counts.feed_id = feeds.feed_id
    ),

    sums_of_topics as (
        select
            city_id,
            feed_id,
            measure_id,
            area_id,
            freq,
            start,
            sex,
            age_group,
            other_dim,
            other_code,
            preference,
            case when count(amount) = topics then {{ steady_sum('amount') }} end as amount
        from rows_of_measures
        group by
            city_id,
            feed_id,
            measure_id,
            area_id,
            freq,
            start,
            sex,
            age_group,
            other_dim,
            other_code,
            preference,
            topics
    )

select
    city_id,
    feed_id,
    measure_id,
    area_id,
    freq,
    start,
    sex,
    age_group,
    {{ age_low('cast(null as bigint)', 'age_group') }} as age_low,
    {{ age_high('cast(null as bigint)', 'age_group') }} as age_high,
    other_dim,
    other_code,
    amount
from sums_of_topics
qualify
    dense_rank() over (partition by city_id, measure_id, area_id, freq, start order by preference, feed_id)
    = 1
