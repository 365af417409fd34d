-- Grain: whole of a table of counts that is not what its parts add up to: feed x dimension x level of the
-- parts x area x period x codes. Parts may be more than the whole, or, where all of them are given,
-- fewer. Codes within a code need not be all of it; a code that is mostly less than the codes within it is
-- no whole of theirs but what remains beside them. Figures below ten are left out: they may be few
-- people.
with
    figures as (select * from {{ ref('count_rows') }} where amount is not null),

    parts_of_wholes as (
        select
            parts_of.whole_id,
            parts.*,
            parts_of.steps > 0 as other_area,
            parts.freq <> wholes.freq as other_period,
            parts.code <> wholes.code as other_code,
            parts.weapon is distinct from wholes.weapon as other_weapon,
            parts.relation is distinct from wholes.relation as other_relation,
            parts.situation is distinct from wholes.situation as other_situation,
            areas.level
        from {{ ref('wholes_of_counts') }} as parts_of
        inner join figures as parts on parts_of.row_id = parts.row_id
        inner join figures as wholes on parts_of.whole_id = wholes.row_id
        inner join
            {{ ref('city_areas') }} as areas
            on parts.city_id = areas.city_id
            and parts.area_id = areas.area_id
        where parts.margin = 'T' and parts.unknown_area is null
    ),

    -- Parts that differ from their whole in one thing alone.
    parts_of_one_dimension as (
        select
            whole_id,
            amount,
            case
                when other_area
                then 'area'
                when other_period
                then 'period'
                when other_code
                then 'code'
                when other_weapon
                then 'weapon'
                when other_relation
                then 'relation'
                else 'situation'
            end as dimension,
            case
                when other_area
                then level
                when other_period
                then freq
                when other_code
                then cast(length(code) as varchar)
                else ''
            end as parts_level
        from parts_of_wholes
        where
            other_area::int
            + other_period::int
            + other_code::int
            + other_weapon::int
            + other_relation::int
            + other_situation::int
            = 1
    ),

    areas_of_levels as (
        select ancestors.city_id, ancestors.ancestor_id as area_id, areas.level, count(*) as areas_n
        from {{ ref('area_ancestors') }} as ancestors
        inner join
            {{ ref('city_areas') }} as areas
            on ancestors.city_id = areas.city_id
            and ancestors.area_id = areas.area_id
        where ancestors.steps > 0
        group by all
    ),

    compared_sums as (
        select
            wholes.*,
            sums.dimension,
            sums.parts_level,
            sums.parts,
            case
                sums.dimension
                when 'area'
                then wholes.area_level in ('city', 'district') and sums.parts_n = levels.areas_n
                when 'period'
                then
                    sums.parts_n
                    = case when wholes.freq = 'Q' then 3 when sums.parts_level = 'Q' then 4 else 12 end
                else false
            end as is_all
        from
            (
                select
                    whole_id,
                    dimension,
                    parts_level,
                    cast(sum(amount) as bigint) as parts,
                    count(*) as parts_n
                from parts_of_one_dimension
                group by all
            ) as sums
        inner join
            (
                select figures.*, areas.name as area_name, areas.level as area_level
                from figures
                inner join
                    {{ ref('city_areas') }} as areas
                    on figures.city_id = areas.city_id
                    and figures.area_id = areas.area_id
            ) as wholes
            on sums.whole_id = wholes.row_id
        left join
            areas_of_levels as levels
            on wholes.city_id = levels.city_id
            and wholes.area_id = levels.area_id
            and sums.parts_level = levels.level
    ),

    -- Sexes of a total that the table gives itself.
    sums_of_sexes as (
        select
            * exclude (sexes),
            'sex' as dimension,
            '' as parts_level,
            list_contains(sexes, 'F') and list_contains(sexes, 'M') as is_all
        from
            (
                select
                    figures.*,
                    areas.name as area_name,
                    cast(sum(amount) filter (where margin = 'S') over row_base as bigint) as parts,
                    list(sex) filter (where margin = 'S') over row_base as sexes
                from figures
                inner join
                    {{ ref('city_areas') }} as areas
                    on figures.city_id = areas.city_id
                    and figures.area_id = areas.area_id
                window
                    row_base as (
                        partition by
                            figures.city_id,
                            feed_id,
                            shape,
                            figures.area_id,
                            unknown_area,
                            period,
                            code,
                            topic,
                            unit_counted,
                            weapon,
                            relation,
                            situation
                    )
            )
        where margin = 'T'
    )

select
    city_id,
    feed_id,
    dimension,
    parts_level,
    area_id,
    area_name,
    period,
    code,
    profile,
    is_remainder,
    case when amount >= 10 and parts >= 10 then cast(amount as bigint) end as whole,
    case when amount >= 10 and parts >= 10 then parts end as parts,
    round(abs(parts - amount) / greatest(amount, parts), 2) as difference
from
    (
        select
            *,
            dimension = 'code'
            and count(*) over codes_compared >= 12
            and 2 * count(*) filter (where parts > amount) over codes_compared
            > count(*) over codes_compared as is_remainder
        from
            (
                select *
                from compared_sums
                union all by name
                select *
                from sums_of_sexes
            )
        window codes_compared as (partition by city_id, feed_id, dimension, parts_level, profile)
    )
where parts > amount or (is_all and parts < amount)
