-- Grain: city x feed x year x offence or cause, broadly x fate: what became of the rows that were delivered.
-- Areas stay in the warehouse, and so do numbers of few rows: they may be few people.
with
    yearly_rows as (
        select
            city_id,
            feed_id,
            cast(left(period, 4) as integer) as year,
            left(code, 2) as code,
            fate,
            tags,
            sum(rows) as rows
        from {{ ref('ledger_entries') }}
        group by all
    )

select
    city_id,
    feed_id,
    year,
    code,
    fate,
    tags as unknown_tags,
    case when rows >= 5 then cast(rows as bigint) end as "rows"
from yearly_rows
