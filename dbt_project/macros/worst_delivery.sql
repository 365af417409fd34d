{# Of the deliveries of a group the one with the greatest share of such rows: its period, or that it has none. Of fewer
   than a hundred rows a share says little, so small deliveries count in the total alone. #}
{% macro worst_delivery(bad, total) -%}
    coalesce(
        arg_max(period, ({{ bad }}) / ({{ total }})) filter (where ({{ total }}) >= 100 and ({{ bad }}) > 0),
        'all deliveries'
    )
{%- endmacro %}

{# The share of such rows in that delivery, or in all of them together where that is more. #}
{% macro worst_share(bad, total) -%}
    greatest(
        sum({{ bad }}) / sum({{ total }}),
        coalesce(max(({{ bad }}) / ({{ total }})) filter (where ({{ total }}) >= 100), 0)
    )
{%- endmacro %}
