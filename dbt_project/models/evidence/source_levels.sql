-- Grain: city x indicator x year x level below the city x source: values that rest on a source on which
-- the city's value of the same year does not.
with
    yearly_totals as (
        select observations.*, year(observations.period_start) as year
        from {{ ref('observations') }} as observations
        where
            observations.freq = 'A'
            and observations.area_level in ('city', 'district', 'neighbourhood')
            and observations.sex = '_T'
            and observations.age = '_T'
            and observations.other_dim is null
            and observations.value is not null
            and observations.numerator_source is not null
    ),

    titles_of_sources as (
        select
            sources.city_id,
            sources.numerator_source,
            string_agg(feeds.title, ', ' order by feeds.feed_id) as title
        from (select distinct city_id, numerator_source from yearly_totals) as sources
        inner join
            {{ source('run_records', 'feeds') }} as feeds
            on sources.city_id = feeds.city_id
            and {{ in_list('feeds.feed_id', 'sources.numerator_source') }}
        group by sources.city_id, sources.numerator_source
    )

select
    below.city_id,
    below.indicator_id,
    cast(below.year as integer) as year,
    below.area_level as level,
    below.numerator_source,
    any_value(titles.title) as title,
    any_value(whole.numerator_source) as city_source,
    any_value(city_titles.title) as city_title,
    count(*) as areas_n
from yearly_totals as below
inner join
    yearly_totals as whole
    on below.city_id = whole.city_id
    and below.indicator_id = whole.indicator_id
    and below.year = whole.year
    and whole.area_level = 'city'
    and not list_has_all({{ list_of(['whole.numerator_source']) }}, {{ list_of(['below.numerator_source']) }})
inner join
    titles_of_sources as titles
    on below.city_id = titles.city_id
    and below.numerator_source = titles.numerator_source
inner join
    titles_of_sources as city_titles
    on whole.city_id = city_titles.city_id
    and whole.numerator_source = city_titles.numerator_source
where below.area_level <> 'city'
group by below.city_id, below.indicator_id, below.year, below.area_level, below.numerator_source
