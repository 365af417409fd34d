{# Texts: sentences filled with figures, figures of a JSON object, and short identifiers. #}
{# A sentence with every {name} replaced by its value; `pairs` is a list of name and value. #}
{% macro filled(template, pairs) -%}
    list_reduce(
        list_prepend({'name':'', 'value':{{ template }}}, {{ pairs }}),
        lambda sentence,
        pair: {
            'name':'',
            'value':replace(sentence.value, '{' || pair.name || '}', coalesce(pair.value, 'unknown'))
        }
    ).value
{%- endmacro %}

{# The members of a JSON object as a list of name and value, numbers as a reader expects them.
   A member called city is left to the city's name. #}
{% macro json_pairs(object) -%}
    list_transform(
        list_filter(json_keys({{ object }}), lambda key:key <> 'city'),
        lambda key: {
            'name':key, 'value':regexp_replace(json_extract_string({{ object }}, '$.' || key), '[.]0+$', '')
        }
    )
{%- endmacro %}

{# A short identifier that depends on the text alone. #}
{% macro text_hash(text) -%} left(md5({{ text }}), 16) {%- endmacro %}
