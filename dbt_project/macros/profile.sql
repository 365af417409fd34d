{# The part of a cell that measures choose by, as one text, so that choosing is done once for each combination. #}
{% macro profile_of(relation) -%}
  concat_ws('|', {{ relation }}.shape, coalesce({{ relation }}.iccs_code, ''), coalesce({{ relation }}.icd10, ''),
    coalesce({{ relation }}.cause_group, ''), coalesce({{ relation }}.topic, ''), coalesce({{ relation }}.unit_counted, ''),
    coalesce({{ relation }}.weapon, ''), coalesce({{ relation }}.relation, ''), coalesce({{ relation }}.situation, ''),
    coalesce(cast({{ relation }}.cleared as varchar), ''))
{%- endmacro %}
