{# What residents rest on, so that figures of two bases are never compared without saying so. #}
{# census of 2020, estimate based on 2020, projection, register. Of a source that states no method nothing is known but
   that it is this source. #}
{% macro population_base(method, source_year, year, feed_id) -%}
    coalesce({{ method }}, {{ feed_id }}) || case
        when {{ method }} = 'census'
        then ' of ' || coalesce({{ source_year }}, {{ year }})
        when {{ source_year }} = {{ year }}
        then ' of ' || {{ year }}
        when {{ source_year }} is not null
        then ' based on ' || {{ source_year }}
        else ''
    end
{%- endmacro %}

{# The base of the residents of several areas together: the one that they share, or each with how many areas rest on
   it. #}
{% macro base_of_sum() -%}
    case
        when count(distinct base) > 1
        then
            array_to_string(
                list_transform(
                    map_entries(histogram(base)), lambda one:one.key || ' (areas: ' || one.value || ')'
                ),
                ' and '
            )
        else max(base)
    end
{%- endmacro %}

{# Of one base are figures of one method that are each of their own year, such as two censuses; those of one method that
   rest on one year; and a census with what rests on it. #}
{% macro bases_differ(one, other) -%}
    coalesce(
        {{ one }} <> {{ other }}
        and (
            contains({{ one }}, ' (areas: ')
            or contains({{ other }}, ' (areas: ')
            or not (
                split_part({{ one }}, ' ', 1) = split_part({{ other }}, ' ', 1)
                and contains({{ one }}, ' of ')
                and contains({{ other }}, ' of ')
            )
            and not (
                (
                    split_part({{ one }}, ' ', 1) = split_part({{ other }}, ' ', 1)
                    or starts_with({{ one }}, 'census of ')
                    or starts_with({{ other }}, 'census of ')
                )
                and split_part({{ one }}, ' ', -1) = split_part({{ other }}, ' ', -1)
            )
        ),
        false
    )
{%- endmacro %}
