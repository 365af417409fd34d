-- Grain: city x indicator x two sources x year: how far apart they are. Few cases differ by chance: below
-- twenty in both, only a difference of more than three standard errors counts.
with
    yearly_values as (
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

    values_by_year as (
        select
            yearly_values.city_id,
            yearly_values.indicator_id,
            yearly_values.year,
            yearly_values.what,
            string_agg(
                feeds.title
                || ' '
                || regexp_replace(cast(round(yearly_values.value, 2) as varchar), '[.]0+$', ''),
                ', '
                order by yearly_values.value, yearly_values.feed_id
            ) as stated_by_all
        from yearly_values
        inner join
            {{ source('run_records', 'feeds') }} as feeds
            on yearly_values.city_id = feeds.city_id
            and yearly_values.feed_id = feeds.feed_id
        where yearly_values.value is not null
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
    values_by_year.stated_by_all,
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
from yearly_values as a
inner join
    yearly_values as b
    on a.city_id = b.city_id
    and a.indicator_id = b.indicator_id
    and a.year = b.year
    and a.what = b.what
    and a.feed_id < b.feed_id
inner join
    values_by_year
    on a.city_id = values_by_year.city_id
    and a.indicator_id = values_by_year.indicator_id
    and a.year = values_by_year.year
    and a.what = values_by_year.what
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
