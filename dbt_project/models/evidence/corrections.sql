-- Grain: city x correction: a value of a source the city knows to be wrong, its correction, why, and
-- whether the source still has the value that was expected.
select * from {{ source('run_records', 'corrections') }}
