{# Of the years of a group the one with the greatest share of such rows, or that there is none. Of fewer than a hundred rows
   a share says little, so small years count in the total alone. #}
{% macro worst_year(year, bad, total) -%}
    coalesce(
        cast(
            arg_max({{ year }}, (({{ bad }}) / ({{ total }}), {{ year }})) filter (
                where ({{ total }}) >= 100 and ({{ bad }}) > 0
            ) as varchar
        ),
        'all years'
    )
{%- endmacro %}

{# The share of such rows in that year; null where there is none. #}
{% macro share_in_worst_year(bad, total) -%}
    max(({{ bad }}) / ({{ total }})) filter (where ({{ total }}) >= 100 and ({{ bad }}) > 0)
{%- endmacro %}
