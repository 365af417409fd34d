{# Of all that may belong to a cell, the share that is not known to: rows that leave open what they were, rows set aside
   in its place and period (`here`), and its share of what has no place or date of its own (`of_extent`). #}
{% macro possible_loss(amount, possible, here, of_extent, area_id) -%}
    least(
        1,
        case
            when coalesce({{ here }}.unmeasured, 0) > 0
            then 1
            else
                coalesce(
                    ({{ possible }} + coalesce({{ here }}.lost, 0))
                    / nullif({{ amount }} + {{ possible }} + coalesce({{ here }}.lost, 0), 0),
                    0
                )
        end
        + {{ uneven_share(of_extent ~ '.undated', amount ~ ' + ' ~ possible) }}
        + case
            when {{ area_id }} = {{ of_extent }}.area_id
            then 0
            else {{ uneven_share(of_extent ~ '.unplaced', amount ~ ' + ' ~ possible) }}
        end
    )
{%- endmacro %}

{# The share that a cell of `number` may lack of what is spread over all cells evenly but for chance: three standard
   deviations more than its part (Poisson), never more than there is; and any one lump. Of few records one more is
   much. #}
{% macro uneven_share(share, number) -%}
    {%- set part -%} (({{ number }}) * {{ share }} / nullif(1 - {{ share }}, 0)) {%- endset -%}
    {%- set lacking -%}
        greatest({{ share }}_lump, least({{ share }}_n, {{ part }} + 3 * sqrt({{ part }})))
    {%- endset -%}
    coalesce(greatest({{ share }}, {{ lacking }} / nullif({{ number }} + {{ lacking }}, 0)), {{ share }}, 0)
{%- endmacro %}
