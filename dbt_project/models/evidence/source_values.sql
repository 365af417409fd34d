-- Grain: city x indicator x source x measure x year: what each source by itself states about the city,
-- whichever of them is the preferred one. Counts of few people are suppressed as everywhere else.
with
    event_counts as (
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
        inner join
            {{ ref('thresholds_in_force') }} as limits
            on coverage.city_id = limits.city_id
            and limits.gap_code = 'G17'
            and limits.metric = 'possible_loss'
        left join
            {{ ref('possible_losses') }} as losses
            on coverage.city_id = losses.city_id
            and coverage.feed_id = losses.feed_id
            and coverage.measure_id = losses.measure_id
            and year(coverage.start) = losses.year
        where
            coverage.freq = 'A'
            and coverage.months_covered = coverage.months_expected
            -- A count that is at least so many is no statement that another could contradict.
            and coalesce(losses.possible_loss, 0) <= limits.high
    ),

    numerator_measures as (
        select indicator_id, unnest(string_split(numerator, ';')) as measure_id
        from {{ ref('indicator_catalogue') }}
        where numerator is not null
    ),

    measure_values as (
        select
            event_counts.city_id,
            numerator_measures.indicator_id,
            event_counts.feed_id,
            event_counts.measure_id,
            event_counts.year,
            event_counts.what,
            cast(event_counts.value as double) as value
        from event_counts
        inner join numerator_measures on event_counts.measure_id = numerator_measures.measure_id
        union all
        select
            amounts.city_id,
            numerator_measures.indicator_id,
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
        inner join numerator_measures on measures.measure_id = numerator_measures.measure_id
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

    -- Residents of the city itself, or of its districts together; of everybody where the source states it,
    -- else of its sexes and ages together.
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
            {{ ref('city_areas') }} as areas
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

    resident_counts as (
        select
            residents.city_id,
            numerator_measures.indicator_id,
            residents.feed_id,
            numerator_measures.measure_id,
            cast(residents.year as integer) as year,
            'people' as what,
            cast(sum(residents.persons) as double) as value
        from residents
        inner join numerator_measures on numerator_measures.measure_id = 'residents'
        group by all
    ),

    reported_values as (
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

    survey_values as (
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

    attested_answers as (
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

    all_values as (
        select *
        from measure_values
        union all
        select *
        from resident_counts
        union all
        select *
        from reported_values
        union all
        select *
        from survey_values
        union all
        select distinct *
        from attested_answers
    ),

    delivery_quality as (
        select city_id, feed_id, sum(rows_quarantined) > 0.01 * sum(rows_in) as low_confidence
        from {{ source('run_records', 'deliveries') }}
        where in_use
        group by city_id, feed_id
    )

select
    all_values.city_id,
    all_values.indicator_id,
    coalesce(indicators.parent_id, all_values.indicator_id) as line,
    all_values.feed_id,
    feeds.title,
    all_values.measure_id,
    all_values.year,
    all_values.what,
    case
        when
            all_values.what in ('events', 'amount') and all_values.value between 1 and indicators.min_cell - 1
        then null
        else all_values.value
    end as value,
    feeds.place_basis,
    lines.core_flag,
    coalesce(delivery_quality.low_confidence, false) as low_confidence,
    max(all_values.year) over (
        partition by
            all_values.city_id, coalesce(indicators.parent_id, all_values.indicator_id), all_values.feed_id
    ) as newest_year
from all_values
inner join
    {{ source('run_records', 'cities') }} as cities
    on all_values.city_id = cities.city_id
    and all_values.year between cities.first_year and cities.last_year
inner join
    {{ ref('indicators') }} as indicators
    on all_values.city_id = indicators.city_id
    and all_values.indicator_id = indicators.indicator_id
inner join
    {{ source('run_records', 'feeds') }} as feeds
    on all_values.city_id = feeds.city_id
    and all_values.feed_id = feeds.feed_id
inner join
    {{ ref('indicators') }} as lines
    on all_values.city_id = lines.city_id
    and coalesce(indicators.parent_id, all_values.indicator_id) = lines.indicator_id
left join
    delivery_quality
    on all_values.city_id = delivery_quality.city_id
    and all_values.feed_id = delivery_quality.feed_id
