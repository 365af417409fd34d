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

{# One limit of the 95% interval of a difference or of a ratio of two figures, from the limits of both (MOVER: Zou and
   Donner 2008; Newcombe's method 10 for shares). Both are taken as independent. Side is -1 or 1; a ratio needs limits
   above zero. `one` and `other` are names of tables with value, ci_low and ci_high. #}
{% macro difference_limit(one, other, side) -%}
    {%- set near, far = ('ci_low', 'ci_high') if side == -1 else ('ci_high', 'ci_low') -%}
    (
        ({{ one }}.value - {{ other }}.value)
        + ({{ side }})
        * sqrt(
            pow({{ one }}.value - {{ one }}.{{ near }}, 2) + pow({{ other }}.value - {{ other }}.{{ far }}, 2)
        )
    )
{%- endmacro %}
{% macro ratio_limit(one, other, side) -%}
    {%- set near, far = ('ci_low', 'ci_high') if side == -1 else ('ci_high', 'ci_low') -%}
    case
        when least({{ one }}.value, {{ one }}.ci_low, {{ other }}.value, {{ other }}.ci_low) > 0
        then
            exp(
                ln({{ one }}.value / {{ other }}.value)
                + ({{ side }})
                * sqrt(
                    pow(ln({{ one }}.value / {{ one }}.{{ near }}), 2)
                    + pow(ln({{ other }}.value / {{ other }}.{{ far }}), 2)
                )
            )
    end
{%- endmacro %}
