-- Grain: finding. Codes of a feed's column that nobody has mapped to the codes of the assessment, and codes
-- that are mapped to a class of which they are what remains (G08c).
with
    worst_years as (
        select
            city_id,
            feed_id,
            "column",
            {{ worst_year('year', 'records', 'records_in_all') }} as worst,
            {{ share_in_worst_year('records', 'records_in_all') }} as worst_share
        from {{ ref('unmapped_years') }}
        group by city_id, feed_id, "column"
    ),

    -- Those with the most first, each with what it counts.
    ranked_codes as (
        select
            *,
            coalesce(amount, records) as counted,
            code || case when counted >= 5 then ' (' || cast(counted as varchar) || ')' else '' end as named,
            row_number() over (
                partition by city_id, feed_id, "column" order by code = 'rare ones', counted desc, code
            ) as place
        from {{ ref('unmapped_codes') }}
    ),

    unmapped as (
        select
            'unmapped' as rule_id,
            codes.city_id,
            codes.feed_id,
            codes."column" as dimension,
            cast(sum(codes.records) as bigint) as bad_n,
            max(codes.records_in_all) as total_n,
            total_n as expected_n,
            total_n - bad_n as available_n,
            cast(sum(codes.codes) as bigint) as codes_n,
            array_to_string(
                list(codes.named order by codes.place) filter (where codes.place <= 8),
                ', '
            ) || case
                when max(codes.place) > 8
                then ' and ' || cast(max(codes.place) - 8 as varchar) || ' more'
                else ''
            end as missing,
            case
                when any_value(years.worst_share) > bad_n / total_n
                then any_value(years.worst)
                else 'all years'
            end as worst,
            greatest(bad_n / total_n, coalesce(any_value(years.worst_share), 0)) as share_bad,
            round(100 * share_bad, 1) as worst_pct,
            1 - share_bad as share_mapped,
            -- A code with the records of an area is an area that has lost its name.
            count(*) filter (
                where codes.code <> 'rare ones' and codes.records > codes.records_of_an_area / 2
            ) as unmatched_n
        from ranked_codes as codes
        left join
            worst_years as years
            on codes.city_id = years.city_id
            and codes.feed_id = years.feed_id
            and codes."column" = years."column"
        group by codes.city_id, codes.feed_id, codes."column"
        having bad_n > 0
    ),

    -- A code that is less than the codes within it stands for what remains beside them.
    broad_code as (
        select
            'broad_code' as rule_id,
            city_id,
            feed_id,
            code as dimension,
            count(*) as wholes_n,
            arg_max(area_name, (sums.whole is not null, difference, period, area_id)) as area,
            arg_max(period, (sums.whole is not null, difference, period, area_id)) as period,
            coalesce(
                cast(arg_max(sums.whole, (sums.whole is not null, difference, period, area_id)) as varchar),
                'not shown'
            ) as whole_amount,
            coalesce(
                cast(arg_max(sums.parts, (sums.whole is not null, difference, period, area_id)) as varchar),
                'not shown'
            ) as parts_amount
        from {{ ref('sums_of_parts') }} as sums
        where is_remainder
        group by city_id, feed_id, code
    )

select * exclude (share_bad)
from unmapped
union all by name
select *
from broad_code
