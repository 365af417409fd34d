{# The key that a model declares in its `meta`: it is written once, and tests, comments and the manifest read it. #}
{% macro declared_key(name) %}
    {%- if execute -%}
        {#- The programme has tables of the same names, in a database of its own. -#}
        {%- set models = graph.nodes.values() | selectattr('resource_type', 'equalto', 'model') | selectattr('database', 'equalto', target.database) -%}
        {%- for node in models if node.alias == name and node.config.meta.key -%}
            {%- set quoted = [] -%}
            {%- for column in node.config.meta.key -%}
                {%- do quoted.append(adapter.quote(column)) -%}
            {%- endfor -%}
            {{ return(quoted) }}
        {%- endfor -%}
        {{ exceptions.raise_compiler_error('the model [' ~ name ~ '] declares no key: add it to its yml') }}
    {%- endif -%}
    {{ return(['city_id']) }}
{% endmacro %}
