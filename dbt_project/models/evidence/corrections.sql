-- Grain: city x correction: what the city holds for wrong in a source and put right, why, and whether the
-- source still says what was expected.
select * from {{ source('run_records', 'corrections') }}
