-- What our own arithmetic must keep; also an expectation that could not be evaluated. The figures say what
-- was found.
select city_id, check_name, indicator_id, feed_id, area_id, period, figures
from {{ ref('expectations') }}
where about = 'us' and not passed
