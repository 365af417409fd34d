-- Grain: city x indicator x two sources x year: how far they are apart. Few cases differ by chance: below
-- twenty in both, only a difference chance
-- would hardly make counts (three standard errors).
with
    spoken as (
        -- A line of the guide and its own forms of the same offence, each by one kind of source, are
        -- compared as one.
        select
            values_.city_id,
            case
                when own.record_type = 'own' and own.iccs_code = lines.iccs_code
                then values_.line
                else values_.indicator_id
            end as indicator_id,
            values_.feed_id,
            values_.year,
            values_.what,
            min_by(values_.value, values_.measure_id) as value,
            any_value(values_.place_basis) as place_basis
        from {{ ref('source_values') }} as values_
        inner join {{ ref('indicator_catalogue') }} as own on values_.indicator_id = own.indicator_id
        inner join {{ ref('indicator_catalogue') }} as lines on values_.line = lines.indicator_id
        where own.record_type in ('printed', 'own')
        group by all
    ),

    by_year as (
        select
            spoken.city_id,
            spoken.indicator_id,
            spoken.year,
            spoken.what,
            string_agg(
                feeds.title || ' ' || regexp_replace(cast(round(spoken.value, 2) as varchar), '[.]0+$', ''),
                ', '
                order by spoken.value
            ) as told
        from spoken
        inner join
            {{ source('run_records', 'feeds') }} as feeds
            on spoken.city_id = feeds.city_id
            and spoken.feed_id = feeds.feed_id
        where spoken.value is not null
        group by all
    )

select
    a.city_id,
    a.indicator_id,
    a.year,
    a.what,
    a.feed_id as feed_a,
    b.feed_id as feed_b,
    feeds_a.title as title_a,
    feeds_b.title as title_b,
    a.value as value_a,
    b.value as value_b,
    by_year.told as told_by_all,
    a.place_basis as basis_a,
    b.place_basis as basis_b,
    abs(
        ln(
            (a.value + case when a.what = 'events' then 0.5 else 0 end)
            / (b.value + case when a.what = 'events' then 0.5 else 0 end)
        )
    ) as log_ratio,
    coalesce(a.place_basis = b.place_basis, true) as comparable,
    a.what <> 'events'
    or greatest(a.value, b.value) >= 20
    or abs(a.value - b.value) > 3 * sqrt(a.value + b.value) as beyond_chance
from spoken as a
inner join
    spoken as b
    on a.city_id = b.city_id
    and a.indicator_id = b.indicator_id
    and a.year = b.year
    and a.what = b.what
    and a.feed_id < b.feed_id
inner join
    by_year
    on a.city_id = by_year.city_id
    and a.indicator_id = by_year.indicator_id
    and a.year = by_year.year
    and a.what = by_year.what
inner join
    {{ source('run_records', 'feeds') }} as feeds_a
    on a.city_id = feeds_a.city_id
    and a.feed_id = feeds_a.feed_id
inner join
    {{ source('run_records', 'feeds') }} as feeds_b
    on b.city_id = feeds_b.city_id
    and b.feed_id = feeds_b.feed_id
where
    a.value is not null
    and b.value is not null
    and (a.what = 'events' or (a.value > 0 and b.value > 0))
    and (a.what <> 'events' or a.value + b.value > 0)
