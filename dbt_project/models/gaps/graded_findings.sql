-- Grain: finding: the severity its worst metric gives, one more for core indicators where the code says so, and its lasting identity.
with found as (
    select * from {{ ref('found_arrivals') }}
    union all select * from {{ ref('found_methods') }}
    union all select * from {{ ref('found_reliability') }}
    union all select * from {{ ref('found_validity') }}
    union all select * from {{ ref('found_coverage') }}
    union all select * from {{ ref('found_expectations') }}
),

identified as (
    select found.*, rules.gap_code,
        {{ text_hash("concat_ws('|', found.city_id, found.rule_id, coalesce(found.indicator_id, ''), coalesce(found.feed_id, ''), coalesce(found.area_id, ''), coalesce(found.dimension, ''))") }} as gap_id
    from found inner join {{ ref('statements') }} as rules on found.rule_id = rules.rule_id
),

measured as (
    select gap_id, city_id, gap_code, unnest(metrics).metric as metric, unnest(metrics).value as value from identified
),

graded as (
    select measured.gap_id, measured.metric, measured.value,
        case {% for severity, base in [('critical', 4), ('high', 3), ('medium', 2), ('low', 1)] %}
            when thresholds.bad = 'above' and measured.value > thresholds.{{ severity }} then {{ base }}
            when thresholds.bad = 'below' and measured.value < thresholds.{{ severity }} then {{ base }}
        {% endfor %} end as base,
        case {% for severity in ['critical', 'high', 'medium', 'low'] %}
            when thresholds.bad = 'above' and measured.value > thresholds.{{ severity }} then thresholds.{{ severity }}
            when thresholds.bad = 'below' and measured.value < thresholds.{{ severity }} then thresholds.{{ severity }}
        {% endfor %} end as threshold
    from measured
    inner join {{ ref('thresholds_in_force') }} as thresholds
        on measured.city_id = thresholds.city_id and measured.gap_code = thresholds.gap_code and measured.metric = thresholds.metric
),

worst as (
    select * from graded where base is not null
    qualify row_number() over (partition by gap_id order by base desc, metric) = 1
)

select identified.* exclude (metrics), worst.metric, worst.value, worst.threshold, worst.base,
    least(4, worst.base + case when indicators.core_flag and worst.base >= 2 then kinds.core_uplift else 0 end) as step
from identified
inner join worst on identified.gap_id = worst.gap_id
inner join {{ ref('gap_types') }} as kinds on identified.gap_code = kinds.gap_code
left join {{ ref('indicators') }} as indicators on identified.city_id = indicators.city_id and identified.indicator_id = indicators.indicator_id
