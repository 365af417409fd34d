-- Grain: city x feed x measure x frequency x period of the window: how many of its months accepted
-- deliveries cover, and of how many more they have rows that need not be all (`months_open`).
with
    months as (
        select
            cities.city_id,
            cast(
                make_date(cities.first_year, 1, 1) + to_months(cast(counted.range as integer)) as date
            ) as month
        from {{ source('run_records', 'cities') }} as cities
        inner join range(1200) as counted on counted.range < 12 * (cities.last_year - cities.first_year + 1)
    ),

    codes_needed as (
        select measure_id, shape, count(distinct code) as codes
        from {{ ref('measure_codes') }}
        group by measure_id, shape
    ),

    -- Months in which each code of a measure is covered by some delivery in use.
    covered_codes as (
        select
            coverage.city_id,
            coverage.feed_id,
            codes.measure_id,
            codes.code,
            months.month,
            bool_or(coverage.complete) as is_complete
        from {{ source('run_records', 'coverage') }} as coverage
        inner join
            {{ ref('measure_codes') }} as codes
            on coverage.shape = codes.shape
            -- Topics are whole words; offences and causes are coded from the broad to the fine.
            and (
                coverage.code_prefix in ('', codes.code)
                or (coverage.shape <> 'health_counts' and starts_with(codes.code, coverage.code_prefix))
            )
        inner join
            months
            on coverage.city_id = months.city_id
            and months.month >= coverage.period_start
            and {{ period_end("'M'", 'months.month') }} <= coverage.period_end
        group by coverage.city_id, coverage.feed_id, codes.measure_id, codes.code, months.month
    ),

    covered_months as (
        select
            covered_codes.city_id,
            covered_codes.feed_id,
            covered_codes.measure_id,
            covered_codes.month,
            bool_and(covered_codes.is_complete) as is_complete
        from covered_codes
        inner join codes_needed on covered_codes.measure_id = codes_needed.measure_id
        group by
            covered_codes.city_id,
            covered_codes.feed_id,
            covered_codes.measure_id,
            covered_codes.month,
            codes_needed.codes
        having count(distinct covered_codes.code) = codes_needed.codes
    ),

    -- A table of topics covers those it has ever had a row of, or names in its contract: one without a line
    -- for births has not counted none.
    known_topics as (select distinct city_id, feed_id, topic from {{ ref('cells') }} where topic is not null),

    -- A measure of several topics is their sum: a source that has never had a row of one of them has no sum.
    measures_of_missing_topics as (
        select feeds.city_id, feeds.feed_id, codes.measure_id
        from (select distinct city_id, feed_id, shape from {{ source('run_records', 'coverage') }}) as feeds
        inner join
            {{ ref('measure_codes') }} as codes on feeds.shape = codes.shape and codes.shape = 'health_counts'
        inner join
            {{ ref('measures') }} as measures
            on codes.measure_id = measures.measure_id
            and contains(measures.topic, ';')
            and {{ in_list('codes.code', 'measures.topic') }}
        left join
            known_topics
            on feeds.city_id = known_topics.city_id
            and feeds.feed_id = known_topics.feed_id
            and codes.code = known_topics.topic
        left join
            {{ source('run_records', 'coverage') }} as named
            on feeds.city_id = named.city_id
            and feeds.feed_id = named.feed_id
            and named.code_prefix <> ''
            and starts_with(codes.code, named.code_prefix)
        group by feeds.city_id, feeds.feed_id, codes.measure_id, codes.code
        having count(known_topics.topic) = 0 and count(named.code_prefix) = 0
    ),

    -- A source that knows only a broader offence, and has never had a row of this one, cannot say how many
    -- of those there were: not even none.
    codes_with_rows as (
        select distinct city_id, feed_id, shape, iccs_code from {{ ref('cells') }} where iccs_code is not null
    ),

    measures_known_only_broadly as (
        select reported.city_id, reported.feed_id, codes.measure_id
        from {{ ref('measure_codes') }} as codes
        inner join
            codes_with_rows as reported
            on codes.shape = reported.shape
            and length(reported.iccs_code) >= 2
            and reported.iccs_code <> '_U'
            and (
                (
                    starts_with(codes.code, reported.iccs_code)
                    and length(reported.iccs_code) < length(codes.code)
                )
                or starts_with(reported.iccs_code, codes.code)
            )
        where codes.code <> ''
        group by reported.city_id, reported.feed_id, codes.measure_id, codes.code
        having not bool_or(starts_with(reported.iccs_code, codes.code))
    ),

    -- Who counts offences has not counted victims, of none of them nor of this offence: not even none.
    measures_of_other_units as (
        select reported.city_id, reported.feed_id, codes.measure_id
        from {{ ref('measure_codes') }} as codes
        inner join {{ ref('measures') }} as measures on codes.measure_id = measures.measure_id
        inner join
            (
                select distinct city_id, feed_id, shape, iccs_code, unit_counted
                from {{ ref('cells') }}
                where unit_counted is not null
            ) as reported
            on codes.shape = reported.shape
        where measures.unit_counted is not null
        group by reported.city_id, reported.feed_id, codes.measure_id
        having
            not bool_or({{ in_list('reported.unit_counted', 'measures.unit_counted') }})
            or (
                bool_or(starts_with(reported.iccs_code, codes.code))
                and not bool_or(
                    starts_with(reported.iccs_code, codes.code)
                    and {{ in_list('reported.unit_counted', 'measures.unit_counted') }}
                )
            )
    ),

    -- Feeds that can say something of a measure: they hold some of its codes and every column it filters by.
    -- A source that never says which weapon was used has no homicides by firearm, not even zero.
    feeds_of_measures as (
        select distinct coverage.city_id, coverage.feed_id, codes.measure_id
        from {{ source('run_records', 'coverage') }} as coverage
        inner join
            {{ ref('measure_codes') }} as codes
            on coverage.shape = codes.shape
            and (
                starts_with(codes.code, coverage.code_prefix) or starts_with(coverage.code_prefix, codes.code)
            )
        inner join {{ ref('measures') }} as measures on codes.measure_id = measures.measure_id
        inner join
            {{ source('run_records', 'feeds') }} as feeds
            on coverage.city_id = feeds.city_id
            and coverage.feed_id = feeds.feed_id
        left join
            known_topics
            on coverage.city_id = known_topics.city_id
            and coverage.feed_id = known_topics.feed_id
            and codes.code = known_topics.topic
        where
            (
                coverage.shape <> 'health_counts'
                or coverage.code_prefix <> ''
                or known_topics.topic is not null
            )
            {%- for filter in ['icd10', 'cause_group', 'weapon', 'relation', 'situation', 'location_type', 'cleared'] %}
                and (
                    measures.{{ filter }} is null
                    or {{ in_list("'" ~ filter ~ "'", "replace(feeds.reported_columns, ',', ';')") }}
                )
            {%- endfor %}
    ),

    feeds_that_can_answer as (
        select *
        from feeds_of_measures
        anti join measures_of_missing_topics using (city_id, feed_id, measure_id)
        anti join measures_known_only_broadly using (city_id, feed_id, measure_id)
        anti join measures_of_other_units using (city_id, feed_id, measure_id)
    ),

    -- The finest frequency a feed knows: a source that gives years says nothing of months.
    finest_frequencies as (
        select city_id, feed_id, max(case freq when 'M' then 3 when 'Q' then 2 else 1 end) as fineness
        from {{ ref('cells') }}
        group by city_id, feed_id
    ),

    frequencies as (
        select 'M' as freq, 3 as fineness, 1 as months_expected
        union all
        select 'Q', 2, 3
        union all
        select 'A', 1, 12
    )

select
    feeds_that_can_answer.city_id,
    feeds_that_can_answer.feed_id,
    feeds_that_can_answer.measure_id,
    frequencies.freq,
    {{ period_start('frequencies.freq', 'months.month') }} as start,
    frequencies.months_expected,
    count(*) filter (covered_months.is_complete) as months_covered,
    count(*) filter (not covered_months.is_complete) as months_open
from feeds_that_can_answer
inner join months on feeds_that_can_answer.city_id = months.city_id
left join
    finest_frequencies
    on feeds_that_can_answer.city_id = finest_frequencies.city_id
    and feeds_that_can_answer.feed_id = finest_frequencies.feed_id
inner join frequencies on frequencies.fineness <= coalesce(finest_frequencies.fineness, 1)
left join
    covered_months
    on feeds_that_can_answer.city_id = covered_months.city_id
    and feeds_that_can_answer.feed_id = covered_months.feed_id
    and feeds_that_can_answer.measure_id = covered_months.measure_id
    and months.month = covered_months.month
group by all
having count(covered_months.month) > 0
