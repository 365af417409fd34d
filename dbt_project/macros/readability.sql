{# How well a program can read a way of delivery: 1 for an interface, less for each thing a person has to put right. #}
{% macro readability(connector, form, manual, changes) -%}
    round(
        case
            when {{ form }} = 'workbook_layout'
            then 0.6
            when {{ form }} = 'workbook'
            then 0.8
            when {{ connector }} = 'file' or {{ form }} in ('csv', 'parquet', 'geojson')
            then 0.9
            else 1.0
        end
        - case when {{ manual }} then 0.1 else 0 end
        - case when {{ changes }} > 0 then 0.1 else 0 end,
        2
    )
{%- endmacro %}
