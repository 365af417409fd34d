{# What the meta of a gap kind says of its rules, checked against the columns its yml describes. #}
{% macro rules_of_kind(kind) %}
    {% if not execute %} {{ return({}) }} {% endif %}
    {% set models = graph.nodes.values() | selectattr("resource_type", "equalto", "model") %}
    {% set node = models | selectattr("name", "equalto", kind) | first %}
    {% set rules = {} %}
    {% for name, stated in node.config.meta.rules.items() %}
        {% set metrics = {} %}
        {% for metric in stated.metrics %}
            {% do metrics.update({metric: stated.metrics[metric] if stated.metrics is mapping else metric}) %}
        {% endfor %}
        {% for column in stated.scope + stated.figures + (metrics.values() | list) %}
            {% if column not in node.columns %} {{ refuse_column(node, name, column) }} {% endif %}
        {% endfor %}
        {% set identity = stated.identity or name %}
        {% do rules.update({name: dict(stated, metrics=metrics, identity=identity)}) %}
    {% endfor %}
    {{ return(rules) }}
{% endmacro %}

{% macro refuse_column(node, rule, column) %}
    {% set file = node.patch_path.split("://")[-1] %}
    {% set known = node.columns | join(", ") %}
    {% set problem = file ~ ": the rule [" ~ rule ~ "] names a column that is not described there [" ~ column ~ "]." %}
    {% do exceptions.raise_compiler_error(problem ~ " Describe it, or name one of these: " ~ known ~ ".") %}
{% endmacro %}
