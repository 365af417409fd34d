-- Grain: city x indicator x source x measure x year: what each source by itself says of the city, whichever
-- of them speaks.
-- Few people in a cell are hidden as everywhere.
with
    counted as (
        select
            coverage.city_id,
            coverage.feed_id,
            coverage.measure_id,
            cast(year(coverage.start) as integer) as year,
            'events' as what,
            coalesce(amounts.amount, 0) as value
        from {{ ref('measure_coverage') }} as coverage
        inner join {{ source('run_records', 'cities') }} as cities on coverage.city_id = cities.city_id
        semi join
            (select * from {{ ref('feed_scope') }} where promised) as scope
            on coverage.city_id = scope.city_id
            and coverage.feed_id = scope.feed_id
            and scope.area_id = cities.city_area
        left join
            {{ ref('measure_amounts') }} as amounts
            on coverage.city_id = amounts.city_id
            and coverage.feed_id = amounts.feed_id
            and coverage.measure_id = amounts.measure_id
            and amounts.area_id = cities.city_area
            and amounts.freq = 'A'
            and amounts.start = coverage.start
            and amounts.sex = '_T'
            and amounts.age = '_T'
            and amounts.other_dim = ''
        where coverage.freq = 'A' and coverage.months_covered = coverage.months_expected
    ),

    numerators as (
        select indicator_id, unnest(string_split(numerator, ';')) as measure_id
        from {{ ref('indicator_catalogue') }}
        where numerator is not null
    ),

    by_measure as (
        select
            counted.city_id,
            numerators.indicator_id,
            counted.feed_id,
            counted.measure_id,
            counted.year,
            counted.what,
            cast(counted.value as double) as value
        from counted
        inner join numerators on counted.measure_id = numerators.measure_id
        union all
        select
            amounts.city_id,
            numerators.indicator_id,
            amounts.feed_id,
            measures.measure_id,
            cast(left(amounts.period, 4) as integer),
            'amount',
            cast(
                sum(case measures.amount when 'out_of' then amounts.out_of else amounts.amount end) as double
            )
        from {{ ref('stg_official_counts') }} as amounts
        inner join
            {{ ref('measures') }} as measures
            on measures.shape = 'official_counts'
            and {{ in_list('amounts.topic', 'measures.topic') }}
        inner join numerators on measures.measure_id = numerators.measure_id
        inner join {{ source('run_records', 'cities') }} as cities on amounts.city_id = cities.city_id
        inner join
            {{ source('run_records', 'feeds') }} as feeds
            on amounts.city_id = feeds.city_id
            and amounts.feed_id = feeds.feed_id
        where
            coalesce(amounts.area_id, feeds.extent_area) = cities.city_area
            and amounts.sex = '_T'
            and amounts.age_group = '_T'
            and amounts.other_dim is null
            and length(amounts.period) = 4
        group by all
    ),

    -- Residents of the city itself, or of its districts together; of everybody where the source says, else
    -- of its sexes and ages together.
    residents as (
        select
            population.city_id,
            population.feed_id,
            population.year,
            areas.level,
            population.persons,
            population.sex = '_T' and population.age_group = '_T' as everybody
        from {{ ref('stg_population') }} as population
        inner join
            {{ ref('stg_areas') }} as areas
            on population.city_id = areas.city_id
            and population.area_id = areas.area_id
            and areas.level in ('city', 'district')
        where population.group_dim is null
        qualify
            areas.level
            = min(areas.level) over (partition by population.city_id, population.feed_id, population.year)
            and everybody
            = bool_or(everybody) over (partition by population.city_id, population.feed_id, population.year)
    ),

    people as (
        select
            residents.city_id,
            numerators.indicator_id,
            residents.feed_id,
            numerators.measure_id,
            cast(residents.year as integer) as year,
            'people' as what,
            cast(sum(residents.persons) as double) as value
        from residents
        inner join numerators on numerators.measure_id = 'residents'
        group by all
    ),

    reported as (
        select
            official.city_id,
            official.indicator_id,
            official.feed_id,
            '' as measure_id,
            cast(left(official.period, 4) as integer) as year,
            'reported' as what,
            official.value
        from {{ ref('stg_observations') }} as official
        inner join {{ source('run_records', 'cities') }} as cities on official.city_id = cities.city_id
        inner join
            {{ source('run_records', 'feeds') }} as feeds
            on official.city_id = feeds.city_id
            and official.feed_id = feeds.feed_id
        where
            coalesce(official.area_id, feeds.extent_area) = cities.city_area
            and official.sex = '_T'
            and official.age_group = '_T'
            and official.other_dim is null
            and length(official.period) = 4
            and official.value is not null
    ),

    asked as (
        select
            estimates.city_id,
            estimates.indicator_id,
            estimates.feed_id,
            '' as measure_id,
            cast(left(estimates.period, 4) as integer) as year,
            'estimate' as what,
            estimates.estimate as value
        from {{ ref('survey_estimates') }} as estimates
        inner join
            {{ source('run_records', 'cities') }} as cities
            on estimates.city_id = cities.city_id
            and estimates.area_id = cities.city_area
        where
            estimates.sex = '_T'
            and estimates.age = '_T'
            and estimates.other_dim = ''
            and estimates.answers >= 30
    ),

    attested as (
        select
            answers.city_id,
            answers.indicator_id,
            answers.feed_id,
            '' as measure_id,
            cast(left(answers.period, 4) as integer) as year,
            'answer' as what,
            cast(null as double) as value
        from {{ ref('stg_attestations') }} as answers
    ),

    together as (
        select *
        from by_measure
        union all
        select *
        from people
        union all
        select *
        from reported
        union all
        select *
        from asked
        union all
        select distinct *
        from attested
    ),

    doubtful as (
        select city_id, feed_id, sum(rows_quarantined) > 0.01 * sum(rows_in) as doubtful
        from {{ source('run_records', 'deliveries') }}
        where in_use
        group by city_id, feed_id
    )

select
    together.city_id,
    together.indicator_id,
    coalesce(indicators.parent_id, together.indicator_id) as line,
    together.feed_id,
    feeds.title,
    together.measure_id,
    together.year,
    together.what,
    case
        when together.what in ('events', 'amount') and together.value between 1 and indicators.min_cell - 1
        then null
        else together.value
    end as value,
    feeds.place_basis,
    lines.core_flag,
    coalesce(doubtful.doubtful, false) as doubtful,
    max(together.year) over (
        partition by together.city_id, coalesce(indicators.parent_id, together.indicator_id), together.feed_id
    ) as newest_year
from together
inner join
    {{ source('run_records', 'cities') }} as cities
    on together.city_id = cities.city_id
    and together.year between cities.first_year and cities.last_year
inner join
    {{ ref('indicators') }} as indicators
    on together.city_id = indicators.city_id
    and together.indicator_id = indicators.indicator_id
inner join
    {{ source('run_records', 'feeds') }} as feeds
    on together.city_id = feeds.city_id
    and together.feed_id = feeds.feed_id
inner join
    {{ ref('indicators') }} as lines
    on together.city_id = lines.city_id
    and coalesce(indicators.parent_id, together.indicator_id) = lines.indicator_id
left join doubtful on together.city_id = doubtful.city_id and together.feed_id = doubtful.feed_id
