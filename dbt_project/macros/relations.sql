{# A relation is named by schema and table alone, so that a view reads the same in the warehouse and in a release. #}
{% macro ref() -%}
    {%- if varargs | length > 1 -%}
        {{ return(builtins.ref(varargs[0], varargs[1], **kwargs).include(database=false)) }}
    {%- endif -%}
    {{ return(builtins.ref(varargs[0], **kwargs).include(database=false)) }}
{%- endmacro %}
