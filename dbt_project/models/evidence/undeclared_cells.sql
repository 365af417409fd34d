-- Grain: city x feed not declared complete: its cells of area and month, and how many are without a record,
-- which may be nought or missing.
with
    months as (
        select city_id, feed_id, period_start as month
        from {{ ref('submissions') }}
        where state = 'undeclared' and freq = 'M'
    ),

    areas as (
        select scope.city_id, scope.feed_id, scope.area_id
        from {{ ref('feed_scope') }} as scope
        where scope.promised
        qualify
            not (
                scope.level = 'city'
                and bool_or(scope.level in ('district', 'neighbourhood')) over (
                    partition by scope.city_id, scope.feed_id
                )
            )
    ),

    told as (
        select distinct city_id, feed_id, area_id, start as month from {{ ref('cells') }} where freq = 'M'
    )

select
    months.city_id,
    months.feed_id,
    count(*) as cells_n,
    count(*) filter (where told.month is null) as ambiguous_n
from months
inner join areas on months.city_id = areas.city_id and months.feed_id = areas.feed_id
left join
    told
    on months.city_id = told.city_id
    and months.feed_id = told.feed_id
    and areas.area_id = told.area_id
    and months.month = told.month
group by months.city_id, months.feed_id
