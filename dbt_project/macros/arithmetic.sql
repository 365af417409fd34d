{# Arithmetic that several models share. #}
{# Fractions added in another order differ in their last digit, and the same input must give the same output. #}
{% macro steady_sum(amount) -%} sum({{ amount }} order by {{ amount }}) {%- endmacro %}

{# Rates of a month or quarter are what happened in it, never scaled up to a year; the unit says so. #}
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
