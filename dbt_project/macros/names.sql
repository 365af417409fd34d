{# Where relations lie: the schema is the folder, and a home's files are found from anywhere. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name or target.schema }}
{%- endmacro %}

{# The project is parsed for no home in particular; a view must find its files from wherever the warehouse is opened. #}
{% macro source(source_name, table_name) %}
    {%- set found = builtins.source(source_name, table_name) -%}
    {%- if execute and env_var('SGA_ROOT', '') -%}
        {{ return(found | string | replace("'./", "'" ~ env_var('SGA_ROOT') ~ "/")) }}
    {%- endif -%}
    {{ return(found) }}
{% endmacro %}
