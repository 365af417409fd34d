{# Nothing passes on nothing: a table that must have rows has at least so many. #}
{% test not_empty(model, at_least=1) %}
    select count(*) as rows_found from {{ model }} having count(*) < {{ at_least }}
{% endtest %}
