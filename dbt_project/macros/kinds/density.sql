{# density: residents for each square kilometre; an area without a boundary of its own is the sum of its children. #}
{% macro kind_density(category_no) %}
    select
        parts.city_id,
        parts.indicator_id,
        parts.area_id,
        parts.freq,
        parts.start,
        parts.sex,
        parts.age,
        parts.other_dim,
        parts.other_code,
        parts.amount / nullif(sizes.area_km2, 0) as value,
        indicators.unit,
        parts.amount as numerator,
        sizes.area_km2 as denominator,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high,
        cast(parts.amount as bigint) as n,
        case when coalesce(sizes.area_km2, 0) = 0 then 'O' else 'A' end as obs_status,
        case when coalesce(sizes.area_km2, 0) = 0 then 'no boundary, so no size' end as reason,
        {{ list_of(['parts.feed_id']) }} as sources,
        'boundaries ' || sizes.boundary_version as denominator_source
    from {{ parts_of('density', category_no, 'numerator') }} as parts
    inner join {{ ref('indicator_catalogue') }} as indicators on parts.indicator_id = indicators.indicator_id
    left join
        {{ ref('area_sizes') }} as sizes on parts.city_id = sizes.city_id and parts.area_id = sizes.area_id
    where parts.sex = '_T' and parts.age = '_T' and parts.other_dim = ''
{% endmacro %}
