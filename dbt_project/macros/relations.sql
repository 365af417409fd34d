{# A view of a release names tables by schema and name alone: then its SQL holds in the warehouse and in a release. #}
{% macro ref() -%}
    {%- if varargs | length > 1 -%} {%- set found = builtins.ref(varargs[0], varargs[1], **kwargs) -%}
    {%- else -%} {%- set found = builtins.ref(varargs[0], **kwargs) -%}
    {%- endif -%}
    {%- if execute and model.resource_type == 'model' and model.config.materialized == 'view' -%}
        {{ return(found.include(database=false)) }}
    {%- endif -%}
    {{ return(found) }}
{%- endmacro %}
