{{ config(alias="indicators") }}
-- Grain: indicator of the catalogue.
select
    indicator_id, parent_id, guide_seq, guide_line, category_no, category, title_guide, short_title, unit, kind, numerator, denominator,
    multiplier, direction, sdg_indicator, sdg_match, iccs_code, icd10, core_flag, core_provenance, definition_status, periodicity,
    feed_family, zero_rule, small_number_rule, min_cell
from {{ ref('indicators') }}
