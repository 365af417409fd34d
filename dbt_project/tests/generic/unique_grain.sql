{# No two rows of one grain: that of the columns given, or else of the key that the model declares. #}
{# Nulls are values here: two rows without another dimension are the same cell. #}
{% test unique_grain(model, columns=none) %}
    {%- set key = columns or declared_key(model.identifier) %}
    select {{ key | join(', ') }}, count(*) as rows_found
    from {{ model }}
    group by {{ key | join(', ') }}
    having count(*) > 1
{% endtest %}
