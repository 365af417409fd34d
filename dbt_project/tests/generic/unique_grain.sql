{# No two rows of one grain. Nulls are values here: two rows without another dimension are the same cell. #}
{% test unique_grain(model, columns) %}
    select {{ columns | join(', ') }}, count(*) as rows_found
    from {{ model }}
    group by {{ columns | join(', ') }}
    having count(*) > 1
{% endtest %}
