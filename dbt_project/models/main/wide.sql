-- Grain: city x indicator: the values of the whole city and everybody, a column a year.
with
    city_years as (
        select
            observations.city_id,
            observations.indicator_id,
            observations.period,
            observations.value,
            observations.unit
        from {{ ref('observations') }} as observations
        inner join
            {{ ref('cities') }} as cities
            on observations.city_id = cities.city_id
            and observations.area_id = cities.city_area
        where
            observations.freq = 'A'
            and observations.sex = '_T'
            and observations.age = '_T'
            and observations.other_dim is null
    ),

    titles as (
        select distinct indicator_id, guide_seq, category_no, category, short_title
        from {{ ref('indicators') }}
    )

select
    city_years.city_id,
    titles.category_no,
    titles.category,
    titles.guide_seq,
    city_years.indicator_id,
    titles.short_title as indicator,
    arg_max(city_years.unit, city_years.period) as unit,
    {% for year in wide_years() %}
        max(city_years.value) filter (
            where city_years.period = '{{ year }}'
        ) as y{{ year }}{{ "," if not loop.last }}
    {% endfor %}
from city_years
inner join titles on city_years.indicator_id = titles.indicator_id
group by
    city_years.city_id,
    titles.category_no,
    titles.category,
    titles.guide_seq,
    city_years.indicator_id,
    titles.short_title
