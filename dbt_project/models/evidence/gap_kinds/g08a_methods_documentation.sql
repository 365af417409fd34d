-- Grain: finding. Methods that a feed does not state, of the twelve that are asked for (G08a).
with
    methods_missing as (
        select
            'methods_missing' as rule_id,
            city_id,
            feed_id,
            12 as needed_n,
            12 - coalesce(len(methods_unstated), 0) as stated_n,
            needed_n as expected_n,
            stated_n as available_n,
            replace(array_to_string(methods_unstated, ', '), '_', ' ') as missing,
            stated_n / needed_n as share_stated
        from {{ ref('feed_states') }}
        where coalesce(len(methods_unstated), 0) > 0
    )

select *
from methods_missing
