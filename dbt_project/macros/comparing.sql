{# Two figures beside each other: how far apart they are, with intervals where both have one, and whether they measure
   the same thing. That needs one unit (amounts of local currency are of one country alone), residents of one kind of
   base and events placed alike where both sources state them, and either one source or the same match with the concept
   and the same stated difference from it. #}
{% macro compared(one, other) -%}
    {{ other }}.value as comparator_value,
    {{ other }}.period as comparator_period,
    {{ other }}.sources as comparator_sources,
    {{ one }}.value / nullif({{ other }}.value, 0) as ratio,
    {{ ratio_limit(one, other, -1) }} as ratio_low,
    {{ ratio_limit(one, other, 1) }} as ratio_high,
    {{ one }}.value - {{ other }}.value as difference,
    {{ difference_limit(one, other, -1) }} as difference_low,
    {{ difference_limit(one, other, 1) }} as difference_high,
    coalesce(
        {{ one }}.unit = {{ other }}.unit
        and (
            not contains({{ one }}.unit, 'local currency')
            or {{ one }}.country_iso3 = {{ other }}.country_iso3
        )
        and coalesce({{ one }}.base_method = {{ other }}.base_method, true)
        and (
            (
                {{ one }}.city_id = {{ other }}.city_id
                and {{ one }}.numerator_source = {{ other }}.numerator_source
            )
            or (
                coalesce({{ one }}.place_basis = {{ other }}.place_basis, true)
                and {{ one }}.concept_match = {{ other }}.concept_match
                and {{ one }}.concept_match <> 'unknown'
                and {{ one }}.differs = {{ other }}.differs
            )
        ),
        false
    ) as same_definition
{%- endmacro %}

{# What of a figure says by which definition it is measured; of a city the newest figure counts. #}
{% macro parts_of_definition() -%}
    indicator_id, period_start, unit, is_divided, place_basis, concept_match, differs
{%- endmacro %}

{# The same definition gives the same text: unit, denominator, basis of place, match with the catalogue's, differences. #}
{% macro definition() -%}
    concat_ws(
        '|',
        coalesce(unit, ''),
        case when is_divided then 'residents' else '' end,
        coalesce(place_basis, ''),
        concept_match,
        coalesce(differs, '')
    )
{%- endmacro %}

{# Whether a definition is the one that most cities share; of two that as many share, the first by its text. It needs
   `alike_n`, the number of cities with the definition. #}
{% macro is_most_shared(scope) -%}
    definition = first_value(definition) over (partition by {{ scope }} order by alike_n desc, definition)
{%- endmacro %}
