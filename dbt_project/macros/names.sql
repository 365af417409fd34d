{# Where relations lie: the schema is the folder, and a home's files are found from anywhere. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name or target.schema }}
{%- endmacro %}

{# The project is parsed for no home and no city in particular; a view must find its files from wherever the warehouse is
   opened. #}
{% macro source(source_name, table_name) %}
    {%- set found = builtins.source(source_name, table_name) -%}
    {%- if execute and source_name == 'releases' and model.config.materialized == 'view' -%}
        {{ return(found.include(database=false)) }}
    {%- endif -%}
    {%- if execute and env_var('SGA_ROOT', '') -%}
        {%- set of_city = found | string | replace('_city_', env_var('SGA_ROOT_CITY')) -%}
        {{ return(of_city | replace("'./", "'" ~ env_var('SGA_ROOT') ~ "/")) }}
    {%- endif -%}
    {{ return(found) }}
{% endmacro %}
