{# Periods: annual (A), quarterly (Q) and monthly (M), as dates and as written text. #}
{# First day of the year, quarter or month that a day lies in. #}
{% macro period_start(freq, day) -%}
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

{% macro period_end(freq, start) -%}
    cast(
        {{ start }} + case
            {{ freq }} when 'A' then interval 1 year when 'Q' then interval 3 month else interval 1 month
        end
        - interval 1 day as date
    )
{%- endmacro %}

{# 2023, 2023-Q1 or 2023-04. #}
{% macro period_text(freq, start) -%}
    case
        {{ freq }}
        when 'A'
        then strftime({{ start }}, '%Y')
        when 'Q'
        then strftime({{ start }}, '%Y') || '-Q' || quarter({{ start }})::varchar
        else strftime({{ start }}, '%Y-%m')
    end
{%- endmacro %}

{# First day of a written period. #}
{% macro start_of_text(period) -%}
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

{# Frequency of a written period. #}
{% macro freq_of_text(period) -%}
    case when length({{ period }}) = 4 then 'A' when substr({{ period }}, 6, 1) = 'Q' then 'Q' else 'M' end
{%- endmacro %}
