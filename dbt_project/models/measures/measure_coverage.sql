-- Grain: city x feed x measure x frequency x period of the window: how many of its months accepted
-- deliveries cover.
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

    needed as (
        select measure_id, shape, count(distinct code) as codes
        from {{ ref('measure_codes') }}
        group by measure_id, shape
    ),

    -- Months in which each needed code is covered by some delivery in use.
    covered_codes as (
        select distinct coverage.city_id, coverage.feed_id, codes.measure_id, codes.code, months.month
        from {{ source('run_records', 'coverage') }} as coverage
        inner join
            {{ ref('measure_codes') }} as codes
            on coverage.shape = codes.shape
            and starts_with(codes.code, coverage.code_prefix)
        inner join
            months
            on coverage.city_id = months.city_id
            and months.month >= coverage.period_start
            and {{ period_end("'M'", 'months.month') }} <= coverage.period_end
        where coverage.complete
    ),

    covered_months as (
        select covered_codes.city_id, covered_codes.feed_id, covered_codes.measure_id, covered_codes.month
        from covered_codes
        inner join needed on covered_codes.measure_id = needed.measure_id
        group by
            covered_codes.city_id,
            covered_codes.feed_id,
            covered_codes.measure_id,
            covered_codes.month,
            needed.codes
        having count(distinct covered_codes.code) = needed.codes
    ),

    -- A table of topics covers those it has ever had a row of, or names in its contract: one without a line
    -- for births has not counted none.
    known_topics as (select distinct city_id, feed_id, topic from {{ ref('cells') }} where topic is not null),

    -- A source that knows only a broader offence, and has never had a row of this one, cannot say how many
    -- of those there were: not even none.
    told_codes as (
        select distinct city_id, feed_id, shape, iccs_code from {{ ref('cells') }} where iccs_code is not null
    ),

    too_broad as (
        select told.city_id, told.feed_id, codes.measure_id
        from {{ ref('measure_codes') }} as codes
        inner join
            told_codes as told
            on codes.shape = told.shape
            and length(told.iccs_code) >= 2
            and told.iccs_code <> '_U'
            and (
                (starts_with(codes.code, told.iccs_code) and length(told.iccs_code) < length(codes.code))
                or starts_with(told.iccs_code, codes.code)
            )
        where codes.code <> ''
        group by told.city_id, told.feed_id, codes.measure_id, codes.code
        having not bool_or(starts_with(told.iccs_code, codes.code))
    ),

    -- Who counts offences has not counted victims, of none of them nor of this offence: not even none.
    other_units as (
        select told.city_id, told.feed_id, codes.measure_id
        from {{ ref('measure_codes') }} as codes
        inner join {{ ref('measures') }} as measures on codes.measure_id = measures.measure_id
        inner join
            (
                select distinct city_id, feed_id, shape, iccs_code, unit_counted
                from {{ ref('cells') }}
                where unit_counted is not null
            ) as told
            on codes.shape = told.shape
        where measures.unit_counted is not null
        group by told.city_id, told.feed_id, codes.measure_id
        having
            not bool_or({{ in_list('told.unit_counted', 'measures.unit_counted') }})
            or (
                bool_or(starts_with(told.iccs_code, codes.code))
                and not bool_or(
                    starts_with(told.iccs_code, codes.code)
                    and {{ in_list('told.unit_counted', 'measures.unit_counted') }}
                )
            )
    ),

    -- Feeds that could speak for a measure at all: they hold some of its codes, and tell what it filters by.
    -- A source that never says which weapon was used has no homicides by firearm, not even zero.
    speakers as (
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

    trusted as (
        select *
        from speakers
        anti join too_broad using (city_id, feed_id, measure_id)
        anti join other_units using (city_id, feed_id, measure_id)
    ),

    -- The finest frequency a feed knows: a source that gives years says nothing of months.
    finest as (
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
    trusted.city_id,
    trusted.feed_id,
    trusted.measure_id,
    frequencies.freq,
    {{ period_start('frequencies.freq', 'months.month') }} as start,
    frequencies.months_expected,
    count(covered_months.month) as months_covered
from trusted
inner join months on trusted.city_id = months.city_id
left join finest on trusted.city_id = finest.city_id and trusted.feed_id = finest.feed_id
inner join frequencies on frequencies.fineness <= coalesce(finest.fineness, 1)
left join
    covered_months
    on trusted.city_id = covered_months.city_id
    and trusted.feed_id = covered_months.feed_id
    and trusted.measure_id = covered_months.measure_id
    and months.month = covered_months.month
group by all
having count(covered_months.month) > 0
