{# The columns measures choose by. A measure may name values of any of them. A new one is added here and to the
   shapes. #}
{% macro filter_columns() %}
    {{
        return(
            [
                'iccs_code', 'icd10', 'cause_group', 'topic', 'unit_counted', 'weapon', 'relation', 'situation',
                'location_type', 'cleared',
            ]
        )
    }}
{% endmacro %}

{# The part of a cell that measures choose by, as one text, so that choosing is done once for each combination. #}
{% macro profile_of(relation) -%}
    concat_ws(
        '|',
        {{ relation }}.shape
        {% for column in filter_columns() %}
            , coalesce(cast({{ relation }}.{{ column }} as varchar), '')
        {% endfor %}
    )
{%- endmacro %}

{# Whether a row leaves open what it was: its source says unknown, or nothing. In a table of counts nothing is a
   total, and so is _T. #}
{% macro is_unknown(relation, column) -%}
    coalesce(
        cast({{ relation }}.{{ column }} as varchar),
        case when {{ relation }}.shape not in ('crime_counts', 'health_counts') then '_U' end,
        ''
    ) in (
        '_U'
        {%- if column in ['weapon', 'relation', 'situation'] -%}
            , case when {{ relation }}.shape <> 'crime_counts' then '_T' end
        {%- endif -%}
    )
{%- endmacro %}
