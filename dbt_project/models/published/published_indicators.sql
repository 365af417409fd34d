{{ config(alias="indicators") }}
-- Grain: indicator of the catalogue: a line of the guide, a part of one, or the usable form of one that was printed oddly.
select * from {{ ref('indicators') }}
