-- The rows of the ledger add up to the rows of the deliveries, feed by feed.
with
    delivered as (
        select city_id, feed_id, sum(rows_in + rows_outside) as rows
        from {{ source('run_records', 'deliveries') }}
        group by all
    ),

    entered as (select city_id, feed_id, sum(rows) as rows from {{ ref('ledger_entries') }} group by all)

select city_id, feed_id, delivered.rows as rows_delivered, entered.rows as rows_in_ledger
from delivered
full outer join entered using (city_id, feed_id)
where coalesce(delivered.rows, 0) <> coalesce(entered.rows, 0)
