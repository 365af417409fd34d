-- Grain: city x measure x area x frequency x period x sex x age x other dimension, from the one feed that
-- speaks for it.
-- 0 stands only where an accepted delivery covers the whole period; a period covered in part has no amount,
-- only what was seen.
with
    spoken as (
        select
            coverage.city_id,
            coverage.feed_id,
            coverage.measure_id,
            coverage.freq,
            coverage.start,
            scope.area_id,
            scope.level,
            coverage.months_covered,
            coverage.months_expected,
            scope.promised,
            feeds.preference,
            coverage.months_covered = coverage.months_expected as whole,
            feeds.disaggregations
        from {{ ref('measure_coverage') }} as coverage
        inner join
            {{ ref('feed_scope') }} as scope
            on coverage.city_id = scope.city_id
            and coverage.feed_id = scope.feed_id
        inner join
            {{ source('run_records', 'feeds') }} as feeds
            on coverage.city_id = feeds.city_id
            and coverage.feed_id = feeds.feed_id
        where scope.promised
    ),

    -- Where several feeds cover the same thing one speaks: a whole period before a part, then the
    -- contract's preference.
    -- Most measures have one feed; only the others need to be looked at cell by cell.
    contested as (
        select city_id, measure_id
        from {{ ref('measure_coverage') }}
        group by city_id, measure_id
        having count(distinct feed_id) > 1
    ),

    one_speaker as (
        select *
        from spoken
        anti join contested using (city_id, measure_id)
        union all
        select *
        from (select * from spoken semi join contested using (city_id, measure_id))
        qualify
            row_number() over (
                partition by city_id, measure_id, area_id, freq, start
                order by whole desc, case when whole then 0 else - months_covered end, preference, feed_id
            )
            = 1
    ),

    -- The cells a reader may expect: totals everywhere, and for years the sexes and ages the feed promises.
    wanted as (
        select
            one_speaker.city_id,
            one_speaker.feed_id,
            one_speaker.measure_id,
            one_speaker.area_id,
            one_speaker.freq,
            one_speaker.start,
            one_speaker.months_covered,
            one_speaker.months_expected,
            one_speaker.whole,
            sexes.sex,
            ages.age,
            '' as other_dim,
            '' as other_code
        from one_speaker
        inner join
            (
                select '_T' as sex
                union all
                select 'F'
                union all
                select 'M'
            ) as sexes
            on sexes.sex = '_T'
            or (
                one_speaker.freq = 'A'
                and {{ in_list("'sex'", "replace(one_speaker.disaggregations, ',', ';')") }}
            )
        inner join
            (
                select '_T' as age, 'iccs' as scheme
                union all
                select age_group, scheme
                from {{ ref('age_groups') }}
                where scheme <> 'asked'
            ) as ages
            on ages.age = '_T'
            or (
                one_speaker.freq = 'A'
                and {{ in_list("'age'", "replace(one_speaker.disaggregations, ',', ';')") }}
                and {{ scheme_is_for('ages.scheme', 'one_speaker.level') }}
            )
    ),

    seen as (
        select amounts.*, one_speaker.months_covered, one_speaker.months_expected, one_speaker.whole
        from {{ ref('measure_amounts') }} as amounts
        inner join one_speaker using (city_id, feed_id, measure_id, area_id, freq, start)
    )

select
    city_id,
    coalesce(seen.feed_id, wanted.feed_id) as feed_id,
    measure_id,
    area_id,
    freq,
    start,
    sex,
    age,
    other_dim,
    other_code,
    case
        when coalesce(seen.whole, wanted.whole) and coalesce(seen.unsure, 0) = 0 then coalesce(seen.amount, 0)
    end as amount,
    -- Of a group whose edge a band crosses, not even what was seen can be said.
    case when coalesce(seen.unsure, 0) = 0 then coalesce(seen.amount, 0) end as amount_seen,
    coalesce(seen.months_covered, wanted.months_covered) as months_covered,
    coalesce(seen.months_expected, wanted.months_expected) as months_expected,
    case
        when not coalesce(seen.whole, wanted.whole)
        then 'months_covered'
        when seen.unsure > 0
        then 'ages_not_nested'
    end as reason_code,
    case
        when not coalesce(seen.whole, wanted.whole)
        then
            cast(coalesce(seen.months_covered, wanted.months_covered) as varchar)
            || ' of '
            || cast(coalesce(seen.months_expected, wanted.months_expected) as varchar)
    end as reason_detail
from wanted
full outer join seen using (city_id, measure_id, area_id, freq, start, sex, age, other_dim, other_code)
left join {{ ref('age_groups') }} as groups on age = groups.age_group
-- A source of broad bands has no five-year groups; to refuse each of them would say nothing new.
where coalesce(seen.unsure, 0) = 0 or groups.scheme <> 'five_year'
