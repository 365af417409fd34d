-- Grain: city x indicator of the guide with a figure of the city: its newest year, and the nearest year of
-- a figure of the country by the same unit.
with
    yearly_totals as (
        select city_id, indicator_id, area_level, year(period_start) as year, unit
        from {{ ref('observations') }}
        where
            freq = 'A'
            and sex = '_T'
            and age = '_T'
            and other_dim is null
            and value is not null
            and area_level in ('city', 'country')
    ),

    newest_pairs as (
        select own.city_id, own.indicator_id, own.year, national.year as national_year
        from (select * from yearly_totals where area_level = 'city') as own
        left join
            (select * from yearly_totals where area_level = 'country') as national
            on own.city_id = national.city_id
            and own.indicator_id = national.indicator_id
            and own.unit = national.unit
        qualify
            row_number() over (
                partition by own.city_id, own.indicator_id
                order by own.year desc, abs(own.year - national.year) nulls last
            )
            = 1
    )

select
    newest_pairs.city_id,
    lines.line as indicator_id,
    cast(max(newest_pairs.year) as integer) as city_year,
    cast(
        arg_min(
            newest_pairs.national_year,
            (abs(newest_pairs.year - newest_pairs.national_year), newest_pairs.national_year)
        ) as integer
    ) as nearest_year,
    cast(min(abs(newest_pairs.year - newest_pairs.national_year)) as integer) as years_apart,
    any_value(indicators.core_flag) as core_flag
from newest_pairs
inner join {{ ref('indicator_lines') }} as lines on newest_pairs.indicator_id = lines.indicator_id
inner join
    {{ ref('indicators') }} as indicators
    on newest_pairs.city_id = indicators.city_id
    and lines.line = indicators.indicator_id
where indicators.record_type = 'printed' and indicators.category_no <= 7
group by newest_pairs.city_id, lines.line
