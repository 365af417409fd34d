{# Lists: texts with semicolons, DuckDB lists, and columns turned into rows. #}
{# True where a text such as 'sex;age' names the code. #}
{% macro in_list(code, listed) -%} list_contains(string_split({{ listed }}, ';'), {{ code }}) {%- endmacro %}

{# The distinct names among several expressions, sorted; nulls are left out. One may name several: `north;south`. #}
{% macro list_of(texts) -%}
    list_sort(
        list_distinct(
            list_filter(string_split(concat_ws(';', {{ texts | join(', ') }}), ';'), lambda one:one <> '')
        )
    )
{%- endmacro %}

{# All names of a group of rows in one text, such as the feeds behind a sum: `north;south`. #}
{% macro all_names(names) -%}
    nullif(array_to_string({{ list_of(["string_agg(distinct " ~ names ~ ", ';')"]) }}, ';'), '')
{%- endmacro %}

{# Columns turned into rows of name and code. #}
{% macro named_columns(columns) -%}
    unnest(
        [
            {% for column in columns %}
                {'name':'{{ column }}', 'code':{{ column }}}{{ ", " if not loop.last }}
            {% endfor %}
        ]
    )
{%- endmacro %}

{# Every first (1) or second (2) number of the pairs in a WKT text: longitudes or latitudes. #}
{% macro wkt_numbers(geometry, which) -%}
    list_transform(
        regexp_extract_all({{ geometry }}, '(-?[0-9][0-9.eE+-]*) (-?[0-9][0-9.eE+-]*)', {{ which }}),
        lambda one:cast(one as double)
    )
{%- endmacro %}
