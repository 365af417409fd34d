{# How figures and lists are written in sentences. #}
{# What stands in a source's own words is published where it is common; a word of few records may be somebody's name. #}
{% macro unless_rare(text, records) -%}
    case when {{ records }} >= 5 then {{ text }} else 'rare ones' end
{%- endmacro %}

{# A figure as a reader expects it: 12, not 12.0. #}
{% macro plain_text(figure) -%} regexp_replace(cast({{ figure }} as varchar), '[.]0+$', '') {%- endmacro %}

{# The first eight of many, and how many more. #}
{% macro first_few(text, order, where='true') -%}
    array_to_string(
        (list(distinct {{ text }} order by {{ order }}) filter (where {{ where }}))[1:8],
        ', '
    ) || case
        when count(distinct {{ text }}) filter (where {{ where }}) > 8
        then ' and ' || cast(count(distinct {{ text }}) filter (where {{ where }}) - 8 as varchar) || ' more'
        else ''
    end
{%- endmacro %}
