{# What every kind gives, in this order; the category models put the kinds one under the other. #}
{% macro kind_columns() -%}
    city_id,
    indicator_id,
    area_id,
    freq,
    start,
    sex,
    age,
    other_dim,
    other_code,
    value,
    unit,
    numerator,
    denominator,
    ci_low,
    ci_high,
    n,
    obs_status,
    reason,
    sources,
    denominator_source
{%- endmacro %}

{# The rows of one part of indicators of a kind. #}
{% macro parts_of(kind, category_no, part) -%}
    (
        select parts.*
        from {{ ref('indicator_parts') }} as parts
        semi join
            (
                select indicator_id
                from {{ ref('indicator_catalogue') }}
                where kind = '{{ kind }}' and category_no = {{ category_no }}
            ) as chosen
            on parts.indicator_id = chosen.indicator_id
        where parts.part = '{{ part }}'
    )
{%- endmacro %}

{# Why a period has no amount. #}
{% macro months_reason(covered, expected) -%}
    cast({{ covered }} as varchar) || ' of ' || cast({{ expected }} as varchar) || ' months covered'
{%- endmacro %}

{# Rates of a month or quarter are what happened in it, never blown up to a year; the unit says so. #}
{% macro unit_in_period(unit, freq) -%}
    {{ unit }} || case {{ freq }} when 'M' then ' in the month' when 'Q' then ' in the quarter' else '' end
{%- endmacro %}

{# Limits of the 95% interval of a count: exact up to 1,000, Byar's formula above, which is within a millionth there. #}
{% macro poisson_low(n, exact) -%}
    coalesce(
        {{ exact }}, {{ n }} * power(1 - 1 / (9.0 * {{ n }}) - 1.959963984540054 / (3 * sqrt({{ n }})), 3)
    )
{%- endmacro %}
{% macro poisson_high(n, exact) -%}
    coalesce(
        {{ exact }},
        ({{ n }} + 1) * power(1 - 1 / (9.0 * ({{ n }} + 1)) + 1.959963984540054 / (3 * sqrt({{ n }} + 1)), 3)
    )
{%- endmacro %}

{# Wilson's interval of a share of whole things; side is -1 or 1. #}
{% macro wilson(part, whole, side) -%}
    (
        ({{ part }} + 1.920729410347062)
        + ({{ side }})
        * 1.959963984540054
        * sqrt({{ part }} * ({{ whole }} - {{ part }}) / {{ whole }} + 0.960364705173531)
    )
    / ({{ whole }} + 3.841458820694124)
{%- endmacro %}
