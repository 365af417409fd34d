-- Grain: city x check.
select * from {{ source('register', 'checks') }}
