-- Grain: finding with the severity that its worst metric gives, one more for core indicators where the code
-- says so, and one less where no line of the guide rests on the source. Findings whose metrics pass no
-- threshold
-- are not listed.
{% set severities = [('critical', 4), ('high', 3), ('medium', 2), ('low', 1)] %}

with
    metrics_of_findings as (
        select gap_id, city_id, gap_code, unnest(metrics).metric as metric, unnest(metrics).value as value
        from {{ ref('all_findings') }}
    ),

    graded_metrics as (
        select
            measured.gap_id,
            measured.metric,
            measured.value,
            case
                {% for severity, step in severities %}
                    when thresholds.bad = 'above' and measured.value > thresholds.{{ severity }}
                    then {{ step }}
                    when thresholds.bad = 'below' and measured.value < thresholds.{{ severity }}
                    then {{ step }}
                {% endfor %}
            end as step,
            case
                {% for severity, step in severities %}
                    when thresholds.bad = 'above' and measured.value > thresholds.{{ severity }}
                    then thresholds.{{ severity }}
                    when thresholds.bad = 'below' and measured.value < thresholds.{{ severity }}
                    then thresholds.{{ severity }}
                {% endfor %}
            end as threshold
        from metrics_of_findings as measured
        inner join
            {{ ref('thresholds_in_force') }} as thresholds
            on measured.city_id = thresholds.city_id
            and measured.gap_code = thresholds.gap_code
            and measured.metric = thresholds.metric
    ),

    worst_metrics as (
        select *
        from graded_metrics
        where step is not null
        qualify row_number() over (partition by gap_id order by step desc, metric) = 1
    ),

    -- Residents and boundaries are in every rate, ways to report are lines of their own. Of a source that
    -- gave nothing it is not known what would rest on it.
    feeds_without_lines as (
        select feeds.city_id, feeds.feed_id
        from {{ ref('feed_states') }} as feeds
        anti join
            {{ ref('lines_of_feeds') }} as lines
            on feeds.city_id = lines.city_id
            and feeds.feed_id = lines.feed_id
        where
            feeds.rows_in_use > 0
            and not list_contains(feeds.shapes, 'population')
            and not list_contains(feeds.shapes, 'areas')
            and not list_contains(feeds.shapes, 'reporting_channels')
    )

select
    findings.* exclude (metrics),
    worst.metric,
    worst.value,
    worst.threshold,
    greatest(
        1,
        least(
            4,
            worst.step
            + case when indicators.core_flag and worst.step >= 2 then kinds.core_uplift else 0 end
            - case
                when findings.indicator_id is null and feeds_without_lines.feed_id is not null then 1 else 0
            end
        )
    ) as step
from {{ ref('all_findings') }} as findings
inner join worst_metrics as worst on findings.gap_id = worst.gap_id
inner join {{ ref('gap_types') }} as kinds on findings.gap_code = kinds.gap_code
left join
    {{ ref('indicators') }} as indicators
    on findings.city_id = indicators.city_id
    and findings.indicator_id = indicators.indicator_id
left join
    feeds_without_lines
    on findings.city_id = feeds_without_lines.city_id
    and findings.feed_id = feeds_without_lines.feed_id
