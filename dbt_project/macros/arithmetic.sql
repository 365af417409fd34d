{# Arithmetic that several models share. #}
{# Fractions added in another order differ in their last digit, and the same input must give the same output. #}
{% macro steady_sum(amount) -%} sum({{ amount }} order by {{ amount }}) {%- endmacro %}
