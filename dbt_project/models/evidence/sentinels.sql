-- Grain: city x feed x delivery x column x number that stands for something missing: how often, and whether
-- the contract says so.
select * from {{ source('run_records', 'sentinels') }}
