{# No two rows of one grain, and no null in the columns named by `not_null`. A null in the grain is a value: two rows without another dimension are the same cell. #}
{% test unique_grain(model, columns, not_null=[]) %}
    select {{ columns | join(', ') }}, count(*) as rows_found
    from {{ model }}
    group by {{ columns | join(', ') }}
    having count(*) > 1 {% for column in not_null %} or count({{ column }}) < count(*) {% endfor %}
{% endtest %}
