-- Grain: feed of counts x measure x area x frequency x period of which the source does not say all: it gives
-- no row of it, and not all of its parts, where the whole that it is part of is not what the parts with rows
-- add up to, where a larger area than the feed's extent has a row, or where a row of a broader code, or of
-- all weapons, relations or situations may hold it.
{% set tags = ['weapon', 'relation', 'situation'] %}
{% set is_divided = "wholes.amount is distinct from case when sums.city_id is null then 0 else sums.parts end" %}
with
    -- The amount of figures that overlap is not known.
    reported_totals as (
        select
            amounts.city_id,
            amounts.feed_id,
            amounts.measure_id,
            amounts.area_id,
            areas.level,
            amounts.freq,
            amounts.start,
            case when amounts.unsplit = 0 then amounts.amount end as amount
        from {{ ref('measure_amounts') }} as amounts
        inner join
            {{ source('run_records', 'feeds') }} as feeds
            on amounts.city_id = feeds.city_id
            and amounts.feed_id = feeds.feed_id
        inner join
            {{ ref('city_areas') }} as areas
            on amounts.city_id = areas.city_id
            and amounts.area_id = areas.area_id
        where feeds.kind = 'counts' and amounts.sex = '_T' and amounts.age = '_T' and amounts.other_dim = ''
    ),

    figures_given as (
        select distinct
            cells.city_id, cells.feed_id, members.measure_id, cells.area_id, cells.freq, cells.start
        from {{ ref('cells') }} as cells
        inner join
            {{ ref('measure_members') }} as members
            on cells.profile = members.profile
            and members.lacks is null
        where cells.margin = 'T' and cells.unknown_area is null and cells.amount is not null
    ),

    lengths as (
        select *
        from
            (
                values
                    ('M', 'M', 1), ('M', 'Q', 3), ('M', 'A', 12), ('Q', 'Q', 1), ('Q', 'A', 4), ('A', 'A', 1)
            ) as pairs(part_freq, freq, parts_n)
    ),

    -- Areas of one level within an area, the area itself among them.
    areas_of_levels as (
        select ancestors.city_id, ancestors.ancestor_id as area_id, areas.level, count(*) as areas_n
        from {{ ref('area_ancestors') }} as ancestors
        inner join
            {{ ref('city_areas') }} as areas
            on ancestors.city_id = areas.city_id
            and ancestors.area_id = areas.area_id
        group by all
    ),

    -- A cell with a row of its own, or with a row of every area of a level and every part of its period.
    cells_given as (
        select distinct city_id, feed_id, measure_id, area_id, freq, start
        from
            (
                select
                    given.city_id,
                    given.feed_id,
                    given.measure_id,
                    ancestors.ancestor_id as area_id,
                    lengths.freq,
                    {{ period_start('lengths.freq', 'given.start') }} as start,
                    levels.areas_n * lengths.parts_n as expected_n,
                    count(*) as given_n
                from figures_given as given
                inner join lengths on given.freq = lengths.part_freq
                inner join
                    {{ ref('area_ancestors') }} as ancestors
                    on given.city_id = ancestors.city_id
                    and given.area_id = ancestors.area_id
                inner join
                    {{ ref('city_areas') }} as areas
                    on given.city_id = areas.city_id
                    and given.area_id = areas.area_id
                inner join
                    areas_of_levels as levels
                    on ancestors.city_id = levels.city_id
                    and ancestors.ancestor_id = levels.area_id
                    and areas.level = levels.level
                group by
                    given.city_id,
                    given.feed_id,
                    given.measure_id,
                    ancestors.ancestor_id,
                    given.freq,
                    lengths.freq,
                    {{ period_start('lengths.freq', 'given.start') }},
                    levels.level,
                    levels.areas_n,
                    lengths.parts_n
            )
        where given_n = expected_n
    ),

    cells_not_given as (
        select
            coverage.city_id,
            coverage.feed_id,
            coverage.measure_id,
            coverage.freq,
            coverage.start,
            scope.area_id,
            scope.level
        from {{ ref('measure_coverage') }} as coverage
        inner join
            {{ source('run_records', 'feeds') }} as feeds
            on coverage.city_id = feeds.city_id
            and coverage.feed_id = feeds.feed_id
        inner join
            {{ ref('feed_scope') }} as scope
            on coverage.city_id = scope.city_id
            and coverage.feed_id = scope.feed_id
        anti join
            cells_given as given
            on coverage.city_id = given.city_id
            and coverage.feed_id = given.feed_id
            and coverage.measure_id = given.measure_id
            and coverage.freq = given.freq
            and coverage.start = given.start
            and scope.area_id = given.area_id
        where feeds.kind = 'counts' and scope.promised
    ),

    sums_of_areas as (
        select
            parts.city_id,
            parts.feed_id,
            parts.measure_id,
            parts.freq,
            parts.start,
            ancestors.ancestor_id as whole_area,
            parts.level,
            case when bool_and(parts.amount is not null) then sum(parts.amount) end as parts
        from reported_totals as parts
        inner join
            {{ ref('area_ancestors') }} as ancestors
            on parts.city_id = ancestors.city_id
            and parts.area_id = ancestors.area_id
        where ancestors.steps > 0
        group by all
    ),

    sums_of_periods as (
        select
            city_id,
            feed_id,
            measure_id,
            area_id,
            freq,
            cast(date_trunc('year', start) as date) as year_start,
            case when bool_and(amount is not null) then sum(amount) end as parts
        from reported_totals
        where freq <> 'A'
        group by all
    ),

    areas_of_divided_wholes as (
        select cells.*
        from cells_not_given as cells
        inner join
            {{ ref('area_ancestors') }} as ancestors
            on cells.city_id = ancestors.city_id
            and cells.area_id = ancestors.area_id
            and ancestors.steps > 0
        inner join
            reported_totals as wholes
            on cells.city_id = wholes.city_id
            and cells.feed_id = wholes.feed_id
            and cells.measure_id = wholes.measure_id
            and cells.freq = wholes.freq
            and cells.start = wholes.start
            and ancestors.ancestor_id = wholes.area_id
        left join
            sums_of_areas as sums
            on cells.city_id = sums.city_id
            and cells.feed_id = sums.feed_id
            and cells.measure_id = sums.measure_id
            and cells.freq = sums.freq
            and cells.start = sums.start
            and ancestors.ancestor_id = sums.whole_area
            and cells.level = sums.level
        where {{ is_divided }}
    ),

    periods_of_divided_wholes as (
        select cells.*
        from cells_not_given as cells
        inner join
            reported_totals as wholes
            on cells.city_id = wholes.city_id
            and cells.feed_id = wholes.feed_id
            and cells.measure_id = wholes.measure_id
            and cells.area_id = wholes.area_id
            and wholes.freq = 'A'
            and date_trunc('year', cells.start) = wholes.start
        left join
            sums_of_periods as sums
            on cells.city_id = sums.city_id
            and cells.feed_id = sums.feed_id
            and cells.measure_id = sums.measure_id
            and cells.area_id = sums.area_id
            and cells.freq = sums.freq
            and wholes.start = sums.year_start
        where cells.freq <> 'A' and {{ is_divided }}
    ),

    -- Rows of all weapons say nothing of firearms, and those of a class nothing of a sub-class, unless the
    -- others that are given make them up: such rows, by what they cover more than the measure does.
    counts_of_crime as (
        select *
        from {{ ref('cells') }}
        where shape = 'crime_counts' and margin = 'T' and amount > 0 and unknown_area is null
    ),

    codes_of_measures as (
        select measure_id, unnest(string_split(iccs_code, ';')) as code
        from {{ ref('measures') }}
        where shape = 'crime_counts' and iccs_code is not null
    ),

    broader_figures as (
        select distinct
            cells.city_id,
            cells.feed_id,
            measures.measure_id,
            cells.area_id,
            cells.freq,
            cells.start,
            cells.profile,
            cells.amount,
            cells.iccs_code,
            cells.unit_counted,
            {{ prefixed('cells', tags) }},
            case
                when not starts_with(cells.iccs_code, codes.code)
                then 'iccs_code'
                {% for tag in tags %}
                    when cells.{{ tag }} = '_T' and measures.{{ tag }} is not null then '{{ tag }}'
                {% endfor %}
            end as dimension
        from counts_of_crime as cells
        inner join
            codes_of_measures as codes
            on starts_with(cells.iccs_code, codes.code)
            or starts_with(codes.code, cells.iccs_code)
        inner join
            {{ ref('measures') }} as measures
            on codes.measure_id = measures.measure_id
            and {{ in_list('cells.unit_counted', 'measures.unit_counted') }}
        where
            (not starts_with(cells.iccs_code, codes.code))::int
            {%- for tag in tags %}
                + (cells.{{ tag }} = '_T' and measures.{{ tag }} is not null)::int
            {%- endfor %}
            = 1
            {%- for tag in tags %}
                and (
                    measures.{{ tag }} is null
                    or cells.{{ tag }} = '_T'
                    or {{ in_list('cells.' ~ tag, 'measures.' ~ tag) }}
                )
            {%- endfor %}
    ),

    figures_made_up as (
        select
            broad.city_id,
            broad.feed_id,
            broad.area_id,
            broad.freq,
            broad.start,
            broad.profile,
            broad.dimension
        from broader_figures as broad
        inner join
            counts_of_crime as parts
            on {{ same('broad', 'parts', ['city_id', 'feed_id', 'area_id', 'freq', 'start', 'unit_counted']) }}
            and broad.profile <> parts.profile
            and case
                when broad.dimension = 'iccs_code'
                then starts_with(parts.iccs_code, broad.iccs_code)
                else parts.iccs_code = broad.iccs_code
            end
            {%- for tag in tags %}
                and (broad.{{ tag }} = parts.{{ tag }} or broad.dimension = '{{ tag }}')
            {%- endfor %}
        group by
            broad.city_id,
            broad.feed_id,
            broad.area_id,
            broad.freq,
            broad.start,
            broad.profile,
            broad.dimension,
            broad.measure_id,
            broad.amount,
            length(parts.iccs_code)
        having sum(parts.amount) = broad.amount
    ),

    cells_within_broader_figures as (
        select cells.*
        from cells_not_given as cells
        inner join
            broader_figures as broad
            on cells.city_id = broad.city_id
            and cells.feed_id = broad.feed_id
            and cells.measure_id = broad.measure_id
            and broad.start <= {{ period_end('cells.freq', 'cells.start') }}
            and {{ period_end('broad.freq', 'broad.start') }} >= cells.start
        anti join
            figures_made_up as made_up
            on {{ same('broad', 'made_up', ['city_id', 'feed_id', 'area_id', 'freq', 'start', 'profile', 'dimension']) }}
        semi join
            (
                select city_id, area_id, ancestor_id as other_id
                from {{ ref('area_ancestors') }}
                union
                select city_id, ancestor_id, area_id
                from {{ ref('area_ancestors') }}
            ) as nested
            on cells.city_id = nested.city_id
            and cells.area_id = nested.area_id
            and broad.area_id = nested.other_id
    ),

    -- What a row of an area beyond the feed's extent says may be of the extent.
    cells_within_larger_areas as (
        select cells.*
        from cells_not_given as cells
        inner join
            {{ ref('area_ancestors') }} as ancestors
            on cells.city_id = ancestors.city_id
            and cells.area_id = ancestors.area_id
        inner join
            {{ ref('cells') }} as larger
            on cells.city_id = larger.city_id
            and cells.feed_id = larger.feed_id
            and ancestors.ancestor_id = larger.area_id
            and larger.start <= {{ period_end('cells.freq', 'cells.start') }}
            and {{ period_end('larger.freq', 'larger.start') }} >= cells.start
        semi join
            {{ ref('measure_members') }} as members
            on larger.profile = members.profile
            and cells.measure_id = members.measure_id
            and members.lacks is null
        anti join
            {{ ref('feed_scope') }} as scope
            on cells.city_id = scope.city_id
            and cells.feed_id = scope.feed_id
            and ancestors.ancestor_id = scope.area_id
    )

select distinct city_id, feed_id, measure_id, area_id, freq, start
from
    (
        select city_id, feed_id, measure_id, area_id, freq, start
        from areas_of_divided_wholes
        union all
        select city_id, feed_id, measure_id, area_id, freq, start
        from periods_of_divided_wholes
        union all
        select city_id, feed_id, measure_id, area_id, freq, start
        from cells_within_broader_figures
        union all
        select city_id, feed_id, measure_id, area_id, freq, start
        from cells_within_larger_areas
    )
