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
            case
                when counts.other_code is distinct from '_T' then coalesce(counts.other_dim, '') else ''
            end as other_dim,
            coalesce(nullif(counts.other_code, '_T'), '') as other_code,
            counts.other_code is not distinct from '_T' as is_total_of_groups,
            counts.topic,
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

    rows_set_aside as ({{ parts_set_aside('rows_of_measures', 'rows_of_measures.start', 'topic') }}),

    -- A group's own total (_T) is the total of the area, given once more.
    rows_without_repeats as (
        select *
        from
            (
                select *
                from rows_of_measures
                union all
                select *
                from rows_set_aside
            )
        qualify
            row_number() over (
                partition by
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
                    topic
                order by is_total_of_groups, amount desc
            )
            = 1
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
        from rows_without_repeats
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
