{# Everything that differs between SQL engines, and nothing else. DuckDB is the default; another engine adds its own. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name or target.schema }}
{%- endmacro %}

{# The project is parsed for no home in particular; a view must find its files from wherever the warehouse is opened. #}
{% macro source(source_name, table_name) %}
    {%- set found = builtins.source(source_name, table_name) -%}
    {%- if execute and env_var('SGA_ROOT', '') -%}
        {{ return(found | string | replace("'./", "'" ~ env_var('SGA_ROOT') ~ "/")) }}
    {%- endif -%}
    {{ return(found) }}
{% endmacro %}

{% macro split_to_rows(text, separator) %}
    {{ return(adapter.dispatch('split_to_rows')(text, separator)) }}
{% endmacro %}
{% macro default__split_to_rows(text, separator) %}
    unnest(string_split({{ text }}, '{{ separator }}'))
{% endmacro %}

{% macro rows_of_list(listed) %} {{ return(adapter.dispatch('rows_of_list')(listed)) }}{% endmacro %}
{% macro default__rows_of_list(listed) %} unnest({{ listed }}){% endmacro %}

{% macro starts_with(text, prefix) %}
    {{ return(adapter.dispatch('starts_with')(text, prefix)) }}
{% endmacro %}
{% macro default__starts_with(text, prefix) %} starts_with({{ text }}, {{ prefix }}){% endmacro %}

{% macro in_list(code, listed) %} {{ return(adapter.dispatch('in_list')(code, listed)) }}{% endmacro %}
{% macro default__in_list(code, listed) %}
    list_contains(string_split({{ listed }}, ';'), {{ code }})
{% endmacro %}

{% macro place_in_list(code, listed) %}
    {{ return(adapter.dispatch('place_in_list')(code, listed)) }}
{% endmacro %}
{% macro default__place_in_list(code, listed) %}
    list_position(string_split({{ listed }}, ';'), {{ code }})
{% endmacro %}

{% macro distinct_list(text) %} {{ return(adapter.dispatch('distinct_list')(text)) }}{% endmacro %}
{% macro default__distinct_list(text) %} list_sort(list_distinct(list({{ text }}))){% endmacro %}

{% macro list_of(texts) %} {{ return(adapter.dispatch('list_of')(texts)) }}{% endmacro %}
{% macro default__list_of(texts) %}
    list_sort(list_distinct(list_filter([{{ texts | join(', ') }}], lambda one:one is not null)))
{% endmacro %}

{# Fractions added in another order differ in their last digit, and the same input must give the same output. #}
{% macro steady_sum(amount) %} {{ return(adapter.dispatch('steady_sum')(amount)) }}{% endmacro %}
{% macro default__steady_sum(amount) %} sum({{ amount }} order by {{ amount }}){% endmacro %}

{% macro month_start(day) %} {{ return(adapter.dispatch('month_start')(day)) }}{% endmacro %}
{% macro default__month_start(day) %} cast(date_trunc('month', {{ day }}) as date){% endmacro %}

{# First day of the year, quarter or month that a day lies in. #}
{% macro period_start(freq, day) %} {{ return(adapter.dispatch('period_start')(freq, day)) }}{% endmacro %}
{% macro default__period_start(freq, day) -%}
    cast(
        case
            {{ freq }}
            when 'A'
            then date_trunc('year', {{ day }})
            when 'Q'
            then date_trunc('quarter', {{ day }})
            else date_trunc('month', {{ day }})
        end as date
    )
{%- endmacro %}

{% macro period_end(freq, start) %} {{ return(adapter.dispatch('period_end')(freq, start)) }}{% endmacro %}
{% macro default__period_end(freq, start) -%}
    cast(
        {{ start }} + case
            {{ freq }} when 'A' then interval 1 year when 'Q' then interval 3 month else interval 1 month
        end
        - interval 1 day as date
    )
{%- endmacro %}

{# 2023, 2023-Q1 or 2023-04. #}
{% macro period_text(freq, start) %} {{ return(adapter.dispatch('period_text')(freq, start)) }}{% endmacro %}
{% macro default__period_text(freq, start) -%}
    case
        {{ freq }}
        when 'A'
        then strftime({{ start }}, '%Y')
        when 'Q'
        then strftime({{ start }}, '%Y') || '-Q' || quarter({{ start }})::varchar
        else strftime({{ start }}, '%Y-%m')
    end
{%- endmacro %}

{# The way back: first day and frequency of a written period. #}
{% macro start_of_text(period) %} {{ return(adapter.dispatch('start_of_text')(period)) }}{% endmacro %}
{% macro default__start_of_text(period) -%}
    case
        when length({{ period }}) = 4
        then make_date(cast({{ period }} as integer), 1, 1)
        when substr({{ period }}, 6, 1) = 'Q'
        then
            make_date(
                cast(left({{ period }}, 4) as integer), 3 * cast(substr({{ period }}, 7, 1) as integer) - 2, 1
            )
        else make_date(cast(left({{ period }}, 4) as integer), cast(substr({{ period }}, 6, 2) as integer), 1)
    end
{%- endmacro %}
{% macro freq_of_text(period) -%}
    case when length({{ period }}) = 4 then 'A' when substr({{ period }}, 6, 1) = 'Q' then 'Q' else 'M' end
{%- endmacro %}

{# Rows 0, 1, ... up to and without a limit. #}
{% macro counting(limit) %} {{ return(adapter.dispatch('counting')(limit)) }}{% endmacro %}
{% macro default__counting(limit) %} range({{ limit }}){% endmacro %}

{% macro add_months(day, months) %} {{ return(adapter.dispatch('add_months')(day, months)) }}{% endmacro %}
{% macro default__add_months(day, months) %} cast({{ day }} + to_months({{ months }}) as date){% endmacro %}

{% macro text_hash(text) %} {{ return(adapter.dispatch('text_hash')(text)) }}{% endmacro %}
{% macro default__text_hash(text) %} left(md5({{ text }}), 16){% endmacro %}

{# One relation under the other; columns that one lacks are null. #}
{% macro stacked(relations) %} {{ return(adapter.dispatch('stacked')(relations)) }}{% endmacro %}
{% macro default__stacked(relations) %}
    {% for relation in relations %}
        select * from {{ relation }}{{ " union all by name " if not loop.last }}
    {% endfor %}
{% endmacro %}

{# Columns turned into rows of name and code. #}
{% macro named_columns(columns) %} {{ return(adapter.dispatch('named_columns')(columns)) }}{% endmacro %}
{% macro default__named_columns(columns) %}
    unnest(
        [
            {% for column in columns %}
                {'name':'{{ column }}', 'code':{{ column }}}{{ ", " if not loop.last }}
            {% endfor %}
        ]
    )
{% endmacro %}

{# Columns q_* turned into rows of question and answer; what was not answered has no row. #}
{% macro long_answers(relation, keys) %}
    {{ return(adapter.dispatch('long_answers')(relation, keys)) }}
{% endmacro %}
{% macro default__long_answers(relation, keys) %}
    select {{ keys }}, question, answer
    from
        (
            unpivot (select {{ keys }}, columns('^q_') from {{ relation }})
            on columns('^q_') into name question value answer
        )
{%- endmacro %}

{% macro has_several(listed) -%} position(';' in {{ listed }}) > 0 {%- endmacro %}

{# Every first or second number of the pairs in a WKT text: longitudes or latitudes. #}
{% macro wkt_numbers(geometry, which) %}
    {{ return(adapter.dispatch('wkt_numbers')(geometry, which)) }}
{% endmacro %}
{% macro default__wkt_numbers(geometry, which) -%}
    list_transform(
        regexp_extract_all({{ geometry }}, '(-?[0-9][0-9.eE+-]*) (-?[0-9][0-9.eE+-]*)', {{ which }}),
        lambda one:cast(one as double)
    )
{%- endmacro %}
{% macro list_least(numbers) %} {{ return(adapter.dispatch('list_least')(numbers)) }}{% endmacro %}
{% macro default__list_least(numbers) %} list_min({{ numbers }}){% endmacro %}
{% macro list_greatest(numbers) %} {{ return(adapter.dispatch('list_greatest')(numbers)) }}{% endmacro %}
{% macro default__list_greatest(numbers) %} list_max({{ numbers }}){% endmacro %}

{% macro list_has(listed, one) %} {{ return(adapter.dispatch('list_has')(listed, one)) }}{% endmacro %}
{% macro default__list_has(listed, one) %} list_contains({{ listed }}, {{ one }}){% endmacro %}

{# Rows of a list of pairs, as two columns. #}
{% macro unpacked(listed, first, second) %}
    {{ return(adapter.dispatch('unpacked')(listed, first, second)) }}
{% endmacro %}
{% macro default__unpacked(listed, first, second) -%}
    unnest({{ listed }}).{{ first }} as {{ first }}, unnest({{ listed }}).{{ second }} as {{ second }}
{%- endmacro %}

{# A sentence with every {name} replaced by its value; `pairs` is a list of name and value. #}
{% macro filled(template, pairs) %} {{ return(adapter.dispatch('filled')(template, pairs)) }}{% endmacro %}
{% macro default__filled(template, pairs) -%}
    list_reduce(
        list_prepend({'name':'', 'value':{{ template }}}, {{ pairs }}),
        lambda sentence,
        pair: {
            'name':'',
            'value':replace(sentence.value, '{' || pair.name || '}', coalesce(pair.value, 'unknown'))
        }
    ).value
{%- endmacro %}

{# The members of a JSON object as a list of name and value, numbers as a reader expects them. A member called city is left to the city's name. #}
{% macro json_pairs(object) %} {{ return(adapter.dispatch('json_pairs')(object)) }}{% endmacro %}
{% macro default__json_pairs(object) -%}
    list_transform(
        list_filter(json_keys({{ object }}), lambda key:key <> 'city'),
        lambda key: {
            'name':key, 'value':regexp_replace(json_extract_string({{ object }}, '$.' || key), '[.]0+$', '')
        }
    )
{%- endmacro %}
