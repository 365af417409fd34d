-- A value that is suppressed or missing is null, with nothing beside it from which it could be worked out.
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
