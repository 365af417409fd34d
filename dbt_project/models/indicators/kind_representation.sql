-- Grain: city x indicator x area x frequency x period x sex x age x other dimension.
-- representation: a group's share of the positions over its share of the residents, of the country or of the
-- area itself as the indicator's basis says; 1 is even. Everybody together has no such figure.
with
    positions as (
        select *, {{ period_start("'A'", 'start') }} as year_start
        from {{ ref('indicator_parts') }}
        where kind = 'representation' and part = 'numerator'
    ),

    all_positions as (select * from positions where sex = '_T' and age = '_T' and other_dim = ''),

    residents as (
        select * from {{ ref('indicator_parts') }} where kind = 'representation' and part = 'denominator'
    ),

    -- Grain: indicator x area with the area whose residents it is compared with.
    bases as (
        select indicators.indicator_id, areas.city_id, areas.area_id, areas.area_id as base_id
        from {{ ref('indicator_catalogue') }} as indicators
        cross join {{ ref('city_areas') }} as areas
        where indicators.kind = 'representation' and indicators.basis is null
        union all
        select indicators.indicator_id, ancestors.city_id, ancestors.area_id, ancestors.ancestor_id
        from {{ ref('indicator_catalogue') }} as indicators
        inner join {{ ref('area_ancestors') }} as ancestors on indicators.basis = ancestors.ancestor_level
        where indicators.kind = 'representation'
    ),

    all_residents as (select * from residents where sex = '_T' and age = '_T' and other_dim = ''),

    -- Grain: a group that holds positions, with its residents and the totals of both.
    compared_groups as (
        select
            positions.*,
            indicators.multiplier,
            indicators.unit,
            all_positions.amount as all_positions,
            residents.amount as residents,
            residents.feed_id as residents_feed,
            residents.source as residents_source,
            residents.base as residents_base,
            all_residents.amount as all_residents,
            positions.sex = '_U' or positions.age = '_U' or positions.other_code = '_U' as is_unknown_group
        from positions
        inner join
            {{ ref('indicator_catalogue') }} as indicators on positions.indicator_id = indicators.indicator_id
        inner join
            all_positions
            on positions.city_id = all_positions.city_id
            and positions.indicator_id = all_positions.indicator_id
            and positions.area_id = all_positions.area_id
            and positions.freq = all_positions.freq
            and positions.start = all_positions.start
        left join
            bases
            on positions.indicator_id = bases.indicator_id
            and positions.city_id = bases.city_id
            and positions.area_id = bases.area_id
        left join
            residents
            on positions.city_id = residents.city_id
            and positions.indicator_id = residents.indicator_id
            and bases.base_id = residents.area_id
            and positions.year_start = residents.start
            and positions.sex = residents.sex
            and positions.age = residents.age
            and positions.other_dim = residents.other_dim
            and positions.other_code = residents.other_code
        left join
            all_residents
            on positions.city_id = all_residents.city_id
            and positions.indicator_id = all_residents.indicator_id
            and bases.base_id = all_residents.area_id
            and positions.year_start = all_residents.start
        where positions.sex <> '_T' or positions.age <> '_T' or positions.other_dim <> ''
    )

select
    city_id,
    indicator_id,
    area_id,
    freq,
    start,
    sex,
    age,
    other_dim,
    other_code,
    multiplier
    * (amount / nullif(all_positions, 0))
    / nullif(residents / nullif(all_residents, 0), 0) as value,
    unit,
    amount as numerator,
    all_positions as denominator,
    cast(null as double) as ci_low,
    cast(null as double) as ci_high,
    cast(all_positions as bigint) as n,
    case
        when coalesce(all_positions, 0) = 0 or residents = 0 or is_unknown_group
        then 'M'
        when amount is null or residents is null or all_residents is null
        then 'O'
        else 'A'
    end as obs_status,
    case
        when coalesce(all_positions, 0) = 0
        then 'no_positions'
        when residents = 0 or is_unknown_group
        then 'group_has_no_residents'
        when amount is null
        then reason_code
        when residents is null or all_residents is null
        then 'group_residents_unknown'
    end as reason_code,
    case
        when all_positions > 0 and residents is distinct from 0 and not is_unknown_group and amount is null
        then reason_detail
    end as reason_detail,
    {{ list_of(['feed_id', 'residents_feed']) }} as sources,
    feed_id as numerator_source,
    residents_base as population_base,
    residents_source as denominator_source
from compared_groups
