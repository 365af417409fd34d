-- Grain: finding. Residents that rates cannot well be divided by: of an old census, of another year, on
-- other boundaries, with parts that add up to more than the whole, that jump from year to year, or that
-- are not known at all (G18).
with
    old_census as (
        select
            'old_census' as rule_id,
            city_id,
            feed_id,
            'census' as dimension,
            max(source_year) as census_year,
            max(vintages.census_age) as census_age
        from {{ ref('population_vintages') }} as vintages
        group by city_id, feed_id
        having census_year is not null
    ),

    -- Of each feed the year of the assessment that is furthest from a year the feed has.
    other_vintage as (
        select
            'other_vintage' as rule_id,
            city_id,
            feed_id,
            'vintage' as dimension,
            for_year as year,
            nearest_year,
            years_off
        from {{ ref('population_vintages') }}
        where years_off > 1
        qualify row_number() over (partition by city_id, feed_id order by years_off desc, for_year desc) = 1
    ),

    other_boundary as (
        select
            'other_boundary' as rule_id,
            city_id,
            feed_id,
            'boundary' as dimension,
            cast(sum(records) as bigint) as bad_n,
            max(codes.boundary_version) as boundary_version,
            {{ first_few('code', 'code') }} as missing,
            bad_n as boundary_mismatch
        from {{ ref('area_codes') }} as codes
        where shape = 'population'
        group by city_id, feed_id
    ),

    -- Of each pair of levels the area whose parts exceed it most.
    parts_exceed_whole as (
        select
            'parts_exceed_whole' as rule_id,
            city_id,
            feed_id,
            level,
            whole_level,
            level || ' in ' || whole_level as dimension,
            year,
            area_name as whole,
            sums.parts,
            sums.whole as total,
            sums.parts - sums.whole as boundary_mismatch,
            make_date(year, 1, 1) as period_start,
            make_date(year, 12, 31) as period_end
        from {{ ref('population_sums') }} as sums
        where sums.parts > 1.005 * sums.whole
        qualify
            row_number() over (
                partition by city_id, feed_id, level, whole_level
                order by sums.parts / sums.whole desc, year desc, area_id desc
            )
            = 1
    ),

    -- Of each level the area that moves most; small places grow and shrink by chance.
    residents_jump as (
        select
            'residents_jump' as rule_id,
            city_id,
            feed_id,
            level,
            level || ' residents' as dimension,
            year,
            cast(year_before as integer) as nearest_year,
            area_name as whole,
            persons_before as parts,
            persons as total,
            round(100 * change_a_year, 1) as percent,
            abs(change_a_year) as jump,
            make_date(year, 1, 1) as period_start,
            make_date(year, 12, 31) as period_end
        from {{ ref('population_steps') }}
        where greatest(persons, persons_before) >= 1000 and change_a_year <> 0
        qualify
            row_number() over (
                partition by city_id, feed_id, level order by abs(change_a_year) desc, year desc, area_id
            )
            = 1
    ),

    -- Counts are there, and no residents of the year or the year next to it.
    rates_without_residents as (
        select
            'rates_without_residents' as rule_id,
            city_id,
            'residents' as dimension,
            count(distinct indicator_id) as rates_n,
            count(distinct indicator_id) filter (where core_flag) as core_n,
            min(year) as first_year,
            max(year) as last_year,
            {{ first_few('short_title', 'short_title') }} as missing
        from {{ ref('rates_without_residents') }}
        group by city_id
    )

select *
from old_census
union all by name
select *
from other_vintage
union all by name
select *
from other_boundary
union all by name
select *
from parts_exceed_whole
union all by name
select *
from residents_jump
union all by name
select *
from rates_without_residents
