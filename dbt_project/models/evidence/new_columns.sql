-- Grain: city x feed x delivery x column the contract does not know.
select * from {{ source('run_records', 'new_columns') }}
