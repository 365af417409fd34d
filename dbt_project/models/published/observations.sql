-- Grain: city x indicator x area x frequency x period x sex x age x other dimension. What the assessment says, protected.
with together as (
    select * from {{ ref('ind_1_sociodemographic') }}
    union all select * from {{ ref('ind_2_socioeconomic') }}
    union all select * from {{ ref('ind_3_essential_services') }}
    union all select * from {{ ref('ind_4_crime') }}
    union all select * from {{ ref('ind_5_drugs') }}
    union all select * from {{ ref('ind_6_governance') }}
    union all select * from {{ ref('ind_7_social_cohesion') }}
),

in_window as (
    select together.*, cities.city_area
    from together
    inner join {{ source('register', 'cities') }} as cities on together.city_id = cities.city_id
    where year(together.start) between cities.first_year and cities.last_year
),

arrived as (
    select city_id, max(cast(left(retrieved_at, 10) as date)) as as_of
    from {{ source('register', 'deliveries') }} where in_use group by city_id
),

-- Few people in a cell are people one might recognise: below the indicator's threshold the cell is hidden whole.
judged as (
    select in_window.*, areas.level as area_level, areas.boundary_version, arrived.as_of,
        indicators.min_cell > 0 and areas.level <> 'country' and in_window.numerator > 0
            and in_window.numerator < indicators.min_cell as hidden
    from in_window
    inner join {{ ref('stg_areas') }} as areas on in_window.city_id = areas.city_id and in_window.area_id = areas.area_id
    inner join {{ ref('indicators') }} as indicators on in_window.indicator_id = indicators.indicator_id
    left join arrived on in_window.city_id = arrived.city_id
)

select
    city_id, indicator_id, area_id, area_level, freq,
    {{ period_text('freq', 'start') }} as period, start as period_start, {{ period_end('freq', 'start') }} as period_end,
    sex, age, other_dim, other_code,
    case when not coalesce(hidden, false) and obs_status not in ('L', 'M', 'O', 'Q') then value end as value, unit,
    case when not coalesce(hidden, false) then numerator end as numerator,
    case when not coalesce(hidden, false) then denominator end as denominator,
    case when not coalesce(hidden, false) and obs_status not in ('L', 'M', 'O', 'Q') then ci_low end as ci_low,
    case when not coalesce(hidden, false) and obs_status not in ('L', 'M', 'O', 'Q') then ci_high end as ci_high,
    case when not coalesce(hidden, false) then n end as n,
    case when coalesce(hidden, false) then 'Q' else obs_status end as obs_status,
    case when coalesce(hidden, false) then 'C' else 'F' end as conf_status,
    case when coalesce(hidden, false) or n is null or obs_status in ('L', 'M', 'O', 'Q') then null
         when n >= 20 then 'A' when n >= 10 then 'B' else 'C' end as quality_grade,
    sources, denominator_source, boundary_version, as_of,
    case when coalesce(hidden, false) then 'too few people to show' else reason end as reason
from judged
