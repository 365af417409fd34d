-- Grain: city x feed not declared complete x year: its cells of area and month, and how many are without a
-- record, which may be zero or missing.
with
    undeclared_months as (
        select city_id, feed_id, period_start as month
        from {{ ref('submissions') }}
        where state = 'undeclared' and freq = 'M'
    ),

    promised_areas as (
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

    months_with_records as (
        select distinct city_id, feed_id, area_id, start as month from {{ ref('cells') }} where freq = 'M'
    )

select
    undeclared_months.city_id,
    undeclared_months.feed_id,
    cast(year(undeclared_months.month) as integer) as year,
    count(*) as cells_n,
    count(*) filter (where months_with_records.month is null) as ambiguous_n
from undeclared_months
inner join
    promised_areas
    on undeclared_months.city_id = promised_areas.city_id
    and undeclared_months.feed_id = promised_areas.feed_id
left join
    months_with_records
    on undeclared_months.city_id = months_with_records.city_id
    and undeclared_months.feed_id = months_with_records.feed_id
    and promised_areas.area_id = months_with_records.area_id
    and undeclared_months.month = months_with_records.month
group by undeclared_months.city_id, undeclared_months.feed_id, year(undeclared_months.month)
