-- Grain: finding. Ways of delivery that break easily, fail or change: what a program reads badly, sources
-- that did not answer, columns that are new, and headers that changed (G08b).
with
    fragile_way as (
        select
            'fragile_way' as rule_id,
            city_id,
            feed_id,
            replace(feed_states.form, '_', ' with a ') as form,
            case when manual_steps then ', typed in again by hand' else '' end as manual,
            cast(feed_states.readability as double) as readability
        from {{ ref('feed_states') }} as feed_states
        -- A header that changed is a finding of its own.
        where {{ readability('connector', 'form', 'manual_steps', '0') }} < 0.9
    ),

    unreachable as (
        select
            'unreachable' as rule_id,
            city_id,
            feed_id,
            count(*) as failed_n,
            coalesce(min(message), 'no reason given') as reason,
            case
                when bool_or(has_fallback)
                then 'The last good delivery stays in use.'
                else 'There is no earlier delivery to fall back on.'
            end as fallback
        from {{ ref('pulls') }}
        where status = 'failed'
        group by city_id, feed_id
    ),

    new_columns as (
        select
            'new_columns' as rule_id,
            city_id,
            feed_id,
            count(distinct "column") as columns_n,
            {{ first_few('"column"', '"column"') }} as missing
        from {{ ref('new_columns') }}
        group by city_id, feed_id
    ),

    header_changed as (
        select
            'header_changed' as rule_id,
            city_id,
            feed_id,
            count(distinct sha256) as changes_n,
            coalesce(max(changes.period), 'the newest') as period,
            coalesce(
                nullif(arg_max(changes.gained, (coalesce(changes.period, ''), sha256)), ''), 'none'
            ) as gained,
            coalesce(
                nullif(arg_max(changes.lost, (coalesce(changes.period, ''), sha256)), ''), 'none'
            ) as lost
        from {{ ref('header_changes') }} as changes
        group by city_id, feed_id
    )

select *
from fragile_way
union all by name
select *
from unreachable
union all by name
select *
from new_columns
union all by name
select *
from header_changed
