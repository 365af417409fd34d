-- Grain: city x delivery.
select * from {{ source('register', 'deliveries') }}
