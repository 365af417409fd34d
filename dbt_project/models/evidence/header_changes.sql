-- Grain: city x feed x delivery whose columns are not those of the delivery before.
select * from {{ source('register', 'header_changes') }}
