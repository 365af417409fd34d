{# Several columns of a relation, and the same columns of two. #}
{% macro prefixed(relation, columns) -%}
    {%- for column in columns -%} {{ relation }}.{{ column }}{{ ', ' if not loop.last }} {%- endfor -%}
{%- endmacro %}

{# True where two relations have the same values in all the columns, none of which is null. #}
{% macro same(one, other, columns) -%}
    {%- for column in columns -%}
        {{ one }}.{{ column }} = {{ other }}.{{ column }}{{ ' and ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
