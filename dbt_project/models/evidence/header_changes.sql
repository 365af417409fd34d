-- Grain: city x feed x delivery whose columns are not those of the delivery before.
select * from {{ source('run_records', 'header_changes') }}
