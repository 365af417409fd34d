{# areas_above: the share of the finest areas in which another indicator lies above a threshold. #}
{% macro kind_areas_above(category_no, relation) %}
    select
        spoken.city_id,
        indicators.indicator_id,
        ancestors.ancestor_id as area_id,
        spoken.freq,
        spoken.start,
        '_T' as sex,
        '_T' as age,
        '' as other_dim,
        '' as other_code,
        indicators.multiplier
        * count(*) filter (where spoken.value > indicators.threshold)
        / count(*) as value,
        indicators.unit,
        cast(count(*) filter (where spoken.value > indicators.threshold) as double) as numerator,
        cast(count(*) as double) as denominator,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high,
        cast(null as bigint) as n,
        'A' as obs_status,
        cast(null as varchar) as reason,
        {{ list_of(['any_value(spoken.sources[1])']) }} as sources,
        cast(count(*) as varchar) || ' areas with a value' as denominator_source
    from
        (
            select spoken.*, areas.level
            from {{ relation }} as spoken
            inner join
                {{ ref('city_areas') }} as areas
                on spoken.city_id = areas.city_id
                and spoken.area_id = areas.area_id
            where
                spoken.sex = '_T'
                and spoken.age = '_T'
                and spoken.other_dim = ''
                and spoken.value is not null
                and areas.level in ('district', 'neighbourhood')
            qualify
                dense_rank() over (
                    partition by spoken.city_id, spoken.indicator_id, spoken.freq, spoken.start
                    order by (areas.level = 'neighbourhood') desc
                )
                = 1
        ) as spoken
    inner join {{ ref('indicator_catalogue') }} as indicators on indicators.basis = spoken.indicator_id
    inner join
        {{ ref('area_ancestors') }} as ancestors
        on spoken.city_id = ancestors.city_id
        and spoken.area_id = ancestors.area_id
        and ancestors.ancestor_level = 'city'
    where indicators.kind = 'areas_above' and indicators.category_no = {{ category_no }}
    group by
        spoken.city_id,
        indicators.indicator_id,
        ancestors.ancestor_id,
        spoken.freq,
        spoken.start,
        indicators.multiplier,
        indicators.unit
{% endmacro %}
