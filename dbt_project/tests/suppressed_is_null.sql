-- A value that is suppressed or missing is null, and no other column allows to work it out. Every reason
-- has a text.
select *
from {{ ref('observations') }}
where
    (obs_status in ('L', 'M', 'O', 'Q') and value is not null)
    or (
        obs_status = 'Q'
        and (numerator is not null or n is not null or ci_low is not null or denominator is not null)
    )
    or (obs_status not in ('L', 'M', 'O', 'Q') and value is null)
    or isnan(value)
    or isinf(value)
    or (reason_code is not null and reason is null)
