-- Grain: indicator x city that measures it: the newest year's figure, and whether it is measured as most
-- cities measure it.
with
    titles as (
        select
            indicator_id,
            arg_min(category_no, city_id) as category_no,
            arg_min(category, city_id) as category,
            arg_min(short_title, city_id) as indicator
        from {{ source('releases', 'titles') }}
        where record_type = 'printed'
        group by indicator_id
    ),

    newest_figures as (
        select *
        from {{ source('releases', 'figures') }}
        where freq = 'A' and concept_match is not null
        qualify row_number() over (partition by city_id, indicator_id order by period_start desc) = 1
    ),

    shared_definitions as (
        select
            newest_figures.*,
            titles.category_no,
            titles.category,
            titles.indicator,
            {{ definition() }} as definition,
            count(*) over (partition by newest_figures.indicator_id) as cities_n,
            count(*) over (partition by newest_figures.indicator_id, definition) as alike_n
        from newest_figures
        inner join titles on newest_figures.indicator_id = titles.indicator_id
    )

select
    category_no,
    category,
    indicator_id,
    indicator,
    city_id,
    city,
    period,
    value,
    unit,
    obs_status,
    cities_n,
    alike_n,
    definition,
    {{ is_most_shared('indicator_id') }} as alike
from shared_definitions
