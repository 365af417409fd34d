-- Grain: city x engine x check x asset x whom it is about x indicator or feed it is about. Where passed is
-- null there was nothing to check. What dbt's own tests found is added when a release is made.
select
    city_id,
    engine,
    check_name,
    asset,
    'world' as about,
    severity,
    passed,
    failed_rows,
    checked_rows,
    cast(null as varchar) as indicator_id,
    cast(null as varchar) as feed_id
from {{ source('run_records', 'checks') }}
union all
select
    city_id,
    engine,
    check_name,
    asset,
    about,
    severity,
    passed,
    failed_rows,
    checked_rows,
    indicator_id,
    feed_id
from {{ ref('expectations') }}
