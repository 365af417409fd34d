-- Grain: city x feed x measure x area x frequency x period: what may be missing from the cells of the
-- period, for conform set it aside (`lost`, `unmeasured`), or for nobody knows in which part of it or of
-- the feed's area it belongs (`undated` and `unplaced`, shares of the whole, at the feed's extent alone).
-- A share is spread evenly, as nothing else is known, and `possible_loss` allows for chance; `undated_n` and
-- `unplaced_n` are the most that one cell can lack. A row of a table of counts that was set aside is one
-- lump, which
-- lies in one cell. What is known to lie here counts here in full.
{% set cell = ['city_id', 'feed_id', 'measure_id'] %}
with
    measures_answered as (
        select
            coverage.city_id,
            coverage.feed_id,
            coverage.measure_id,
            feeds.extent_area,
            feeds.by_area,
            feeds.shape
        from (select distinct city_id, feed_id, measure_id from {{ ref('measure_coverage') }}) as coverage
        inner join
            {{ source('run_records', 'feeds') }} as feeds
            on coverage.city_id = feeds.city_id
            and coverage.feed_id = feeds.feed_id
    ),

    -- A period is part of itself and of what is coarser; of what is finer nobody knows which part.
    frequencies as (
        select *
        from
            (values ('M', 'M'), ('M', 'Q'), ('M', 'A'), ('Q', 'Q'), ('Q', 'A'), ('A', 'A')) as pairs(
                source, freq
            )
    ),

    lost_of_measures as (
        select
            lost.city_id,
            lost.feed_id,
            members.measure_id,
            answered.extent_area,
            answered.shape in ('crime_counts', 'health_counts') as in_lumps,
            lost.area_id,
            lost.placed,
            lost.freq,
            lost.start,
            sum(lost.amount) as amount,
            sum(lost.unmeasured) as unmeasured
        from {{ ref('lost_rows') }} as lost
        inner join {{ ref('measure_members') }} as members on lost.profile = members.profile
        inner join
            measures_answered as answered
            on lost.city_id = answered.city_id
            and lost.feed_id = answered.feed_id
            and members.measure_id = answered.measure_id
        group by all
    ),

    lost_in_areas as (
        select
            lost.city_id,
            lost.feed_id,
            lost.measure_id,
            ancestors.ancestor_id as area_id,
            frequencies.freq,
            {{ period_start('frequencies.freq', 'lost.start') }} as start,
            sum(lost.amount) as lost,
            sum(lost.unmeasured) as unmeasured
        from lost_of_measures as lost
        inner join frequencies on lost.freq = frequencies.source
        inner join
            {{ ref('area_ancestors') }} as ancestors
            on lost.city_id = ancestors.city_id
            and lost.area_id = ancestors.area_id
        semi join
            {{ ref('feed_scope') }} as scope
            on lost.city_id = scope.city_id
            and lost.feed_id = scope.feed_id
            and ancestors.ancestor_id = scope.area_id
        where lost.start is not null
        group by all
    ),

    totals as (
        select
            amounts.city_id,
            amounts.feed_id,
            amounts.measure_id,
            amounts.freq,
            amounts.start,
            amounts.amount + amounts.possible as amount
        from {{ ref('measure_amounts') }} as amounts
        inner join
            measures_answered as answered
            on amounts.city_id = answered.city_id
            and amounts.feed_id = answered.feed_id
            and amounts.measure_id = answered.measure_id
            and amounts.area_id = answered.extent_area
        where amounts.sex = '_T' and amounts.age = '_T' and amounts.other_dim = ''
    ),

    -- Records that name no area, or one that no boundary of theirs has, also where nobody knows what they
    -- were. A feed that reaches beyond the city names areas of others.
    kept_unplaced as (
        select
            cells.city_id,
            cells.feed_id,
            members.measure_id,
            frequencies.freq,
            {{ period_start('frequencies.freq', 'cells.start') }} as start,
            sum(cells.amount) as amount
        from {{ ref('cells') }} as cells
        inner join {{ ref('measure_members') }} as members on cells.profile = members.profile
        inner join
            measures_answered as answered
            on cells.city_id = answered.city_id
            and cells.feed_id = answered.feed_id
            and members.measure_id = answered.measure_id
            and cells.area_id = answered.extent_area
        inner join {{ source('run_records', 'cities') }} as cities on cells.city_id = cities.city_id
        left join
            {{ ref('feeds_naming_codes') }} as naming
            on cells.city_id = naming.city_id
            and cells.feed_id = naming.feed_id
        inner join frequencies on cells.freq = frequencies.source
        where
            answered.by_area
            and (members.lacks is null or members.lacks = 'tag' or naming.feed_id is null)
            and cells.margin in ('', 'T')
            and (
                (cells.unknown_area is null and cells.shape not in ('crime_counts', 'health_counts'))
                or (cells.unknown_area is not null and answered.extent_area = cities.city_area)
            )
        group by all
    ),

    lost_unplaced as (
        select
            lost.city_id,
            lost.feed_id,
            lost.measure_id,
            frequencies.freq,
            {{ period_start('frequencies.freq', 'lost.start') }} as start,
            sum(lost.amount) as amount,
            coalesce(sum(lost.amount) filter (lost.in_lumps), 0) as lump,
            sum(lost.unmeasured) as unmeasured
        from lost_of_measures as lost
        inner join frequencies on lost.freq = frequencies.source
        where not lost.placed and lost.start is not null
        group by all
    ),

    unplaced_shares as (
        select
            {{ cell | join(', ') }},
            freq,
            start,
            coalesce(kept_unplaced.amount, 0) + coalesce(lost_unplaced.amount, 0) as unplaced_n,
            coalesce(lost_unplaced.lump, 0) as unplaced_lump,
            case
                when coalesce(lost_unplaced.unmeasured, 0) > 0
                then 1
                else
                    (coalesce(kept_unplaced.amount, 0) + coalesce(lost_unplaced.amount, 0))
                    / nullif(coalesce(totals.amount, 0) + coalesce(lost_unplaced.amount, 0), 0)
            end as unplaced
        from kept_unplaced
        full outer join lost_unplaced using ({{ cell | join(', ') }}, freq, start)
        left join totals using ({{ cell | join(', ') }}, freq, start)
    ),

    -- Rows without a date belong to some period; rows of a year to some month of it.
    lost_undated as (
        select
            lost.city_id,
            lost.feed_id,
            lost.measure_id,
            lost.freq,
            lost.start,
            sum(lost.amount) as amount,
            coalesce(sum(lost.amount) filter (lost.in_lumps), 0) as lump,
            sum(lost.unmeasured) as unmeasured
        from lost_of_measures as lost
        where lost.start is null or lost.freq <> 'M'
        group by all
    ),

    undated_shares as (
        select
            coverage.city_id,
            coverage.feed_id,
            coverage.measure_id,
            coverage.freq,
            coverage.start,
            sum(undated.amount) as undated_n,
            sum(undated.lump) as undated_lump,
            max(
                case
                    when undated.unmeasured > 0
                    then 1
                    else undated.amount / nullif(undated.amount + coalesce(wholes.amount, 0), 0)
                end
            ) as undated
        from {{ ref('measure_coverage') }} as coverage
        inner join
            lost_undated as undated
            on coverage.city_id = undated.city_id
            and coverage.feed_id = undated.feed_id
            and coverage.measure_id = undated.measure_id
            and (
                undated.start is null
                or (
                    undated.freq <> coverage.freq
                    and not (undated.freq = 'Q' and coverage.freq = 'A')
                    and undated.start = {{ period_start('undated.freq', 'coverage.start') }}
                )
            )
        left join
            (
                select {{ cell | join(', ') }}, freq, start, amount
                from totals
                union all
                select {{ cell | join(', ') }}, 'A', null, sum(amount)
                from totals
                where freq = 'A'
                group by all
            ) as wholes
            on undated.city_id = wholes.city_id
            and undated.feed_id = wholes.feed_id
            and undated.measure_id = wholes.measure_id
            and undated.freq = wholes.freq
            and undated.start is not distinct from wholes.start
        group by all
    ),

    shares as (
        select
            {{ cell | join(', ') }},
            answered.extent_area as area_id,
            freq,
            start,
            unplaced_shares.unplaced,
            unplaced_shares.unplaced_n,
            unplaced_shares.unplaced_lump,
            undated_shares.undated,
            undated_shares.undated_n,
            undated_shares.undated_lump
        from unplaced_shares
        full outer join undated_shares using ({{ cell | join(', ') }}, freq, start)
        inner join measures_answered as answered using ({{ cell | join(', ') }})
    )

select
    {{ cell | join(', ') }},
    area_id,
    freq,
    start,
    coalesce(lost_in_areas.lost, 0) as lost,
    coalesce(lost_in_areas.unmeasured, 0) as unmeasured,
    coalesce(shares.unplaced, 0) as unplaced,
    coalesce(shares.unplaced_n, 0) as unplaced_n,
    coalesce(shares.unplaced_lump, 0) as unplaced_lump,
    coalesce(shares.undated, 0) as undated,
    coalesce(shares.undated_n, 0) as undated_n,
    coalesce(shares.undated_lump, 0) as undated_lump
from lost_in_areas
full outer join shares using ({{ cell | join(', ') }}, area_id, freq, start)
