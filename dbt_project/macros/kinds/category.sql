{# All indicators of one category: each kind once, one under the other. #}
{% macro category_indicators(category_no) %}
{%- set kinds = [kind_count, kind_rate, kind_share, kind_density, kind_growth, kind_reported, kind_presence] -%}
{%- for kind in kinds %}
select {{ kind_columns() }} from ({{ kind(category_no) }})
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}
{% endmacro %}
