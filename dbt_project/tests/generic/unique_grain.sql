{# No two rows of one grain: that of the columns given, or else of the key that the model declares. #}
{# No null stands in the columns named by `not_null`; elsewhere in the grain a null is a value: #}
{# two rows without another dimension are the same cell. #}
{# Nothing passes on nothing: a table that must have rows has `at_least` so many. #}
{% test unique_grain(model, columns=none, not_null=[], at_least=0) %}
    {%- set key = columns or declared_key(model.identifier) %}
    select {{ key | join(', ') }}, count(*) as rows_found
    from {{ model }}
    group by {{ key | join(', ') }}
    having count(*) > 1 {% for column in not_null %} or count({{ column }}) < count(*) {% endfor %}
    {%- if at_least %}
        union all
        select {{ (['null'] * (key | length)) | join(', ') }}, count(*) as rows_found
        from {{ model }}
        having count(*) < {{ at_least }}
    {%- endif %}
{% endtest %}
