-- Grain: city x feed x delivery x column the contract does not know. Deliveries of several periods with
-- the same bytes are one here.
select distinct city_id, feed_id, sha256, "column" from {{ source('run_records', 'new_columns') }}
