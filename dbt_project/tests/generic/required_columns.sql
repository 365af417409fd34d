{# No row lacks what its table requires: one look at a table, however many columns. #}
{% test required_columns(model, columns) %}
    select {{ columns | join(', ') }} from {{ model }} where {{ columns | join(' is null or ') }} is null
{% endtest %}
