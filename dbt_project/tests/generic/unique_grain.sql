{# No two rows of one grain: that of the columns given, or else of the key that the model declares. #}
{# No null stands in the columns named by `not_null`; elsewhere in the grain a null is a value: #}
{# two rows without another dimension are the same cell. #}
{% test unique_grain(model, columns=none, not_null=[]) %}
    {%- set key = columns or declared_key(model.identifier) %}
    select {{ key | join(', ') }}, count(*) as rows_found
    from {{ model }}
    group by {{ key | join(', ') }}
    having count(*) > 1 {% for column in not_null %} or count({{ column }}) < count(*) {% endfor %}
{% endtest %}
