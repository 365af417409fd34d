{# Lowest and highest age of a year of age or of a band such as Y15T29, Y_GE60, Y7. #}
{% macro age_low(age, band) -%}
    coalesce(
        {{ age }},
        case
            when {{ band }} in ('_T', '_U')
            then null
            when starts_with({{ band }}, 'Y_GE')
            then cast(substr({{ band }}, 5) as bigint)
            else cast(split_part(substr({{ band }}, 2), 'T', 1) as bigint)
        end
    )
{%- endmacro %}
{% macro age_high(age, band) -%}
    coalesce(
        {{ age }},
        case
            when {{ band }} in ('_T', '_U')
            then null
            when starts_with({{ band }}, 'Y_GE')
            then 999
            else
                cast(
                    coalesce(
                        nullif(split_part(substr({{ band }}, 2), 'T', 2), ''), substr({{ band }}, 2)
                    ) as bigint
                )
        end
    )
{%- endmacro %}

{# Five-year groups are for the city and what contains it; in a district they would be mostly chance. #}
{% macro scheme_is_for(scheme, level) -%}
    ({{ scheme }} <> 'five_year' or {{ level }} in ('city', 'county', 'country'))
{%- endmacro %}

{# The code of a band, from its lowest and highest age: Y15T29, Y_GE60, Y7. #}
{% macro band_of_ages(low, high) -%}
    case
        when {{ high }} = 999
        then 'Y_GE' || {{ low }}
        when {{ low }} = {{ high }}
        then 'Y' || {{ low }}
        else 'Y' || {{ low }} || 'T' || {{ high }}
    end
{%- endmacro %}
