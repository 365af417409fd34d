-- Grain: city x measure x area x frequency x period x sex x age x other dimension, from its preferred feed.
-- An amount is 0 only where an accepted delivery covers the whole period; a period covered in part has no
-- amount, only what was observed; and so has one to which many rows may belong that do not say so.
with
    covered_periods as (
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

    -- Where several feeds cover the same thing one is preferred: a whole period before a part, then the
    -- contract's order. Most measures have one feed; only the others need a choice, cell by cell.
    measures_of_several_feeds as (
        select city_id, measure_id
        from {{ ref('measure_coverage') }}
        group by city_id, measure_id
        having count(distinct feed_id) > 1
    ),

    preferred_feeds as (
        select *
        from covered_periods
        anti join measures_of_several_feeds using (city_id, measure_id)
        union all
        select *
        from (select * from covered_periods semi join measures_of_several_feeds using (city_id, measure_id))
        qualify
            row_number() over (
                partition by city_id, measure_id, area_id, freq, start
                order by whole desc, case when whole then 0 else - months_covered end, preference, feed_id
            )
            = 1
    ),

    -- The cells a reader may expect: totals everywhere, and for years the sexes and ages the feed promises.
    promised_cells as (
        select
            preferred_feeds.city_id,
            preferred_feeds.feed_id,
            preferred_feeds.measure_id,
            preferred_feeds.area_id,
            preferred_feeds.freq,
            preferred_feeds.start,
            preferred_feeds.months_covered,
            preferred_feeds.months_expected,
            preferred_feeds.whole,
            sexes.sex,
            ages.age,
            '' as other_dim,
            '' as other_code
        from preferred_feeds
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
                preferred_feeds.freq = 'A'
                and {{ in_list("'sex'", "replace(preferred_feeds.disaggregations, ',', ';')") }}
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
                preferred_feeds.freq = 'A'
                and {{ in_list("'age'", "replace(preferred_feeds.disaggregations, ',', ';')") }}
                and {{ scheme_is_for('ages.scheme', 'preferred_feeds.level') }}
            )
    ),

    observed_amounts as (
        select
            amounts.*, preferred_feeds.months_covered, preferred_feeds.months_expected, preferred_feeds.whole
        from {{ ref('measure_amounts') }} as amounts
        inner join preferred_feeds using (city_id, feed_id, measure_id, area_id, freq, start)
    ),

    cells_with_amounts as (
        select
            city_id,
            coalesce(observed_amounts.feed_id, promised_cells.feed_id) as feed_id,
            measure_id,
            area_id,
            freq,
            start,
            sex,
            age,
            other_dim,
            other_code,
            coalesce(observed_amounts.amount, 0) as amount,
            coalesce(observed_amounts.unsure, 0) as unsure,
            -- Of all that may belong to the cell, the share of which nobody knows whether it does.
            coalesce(
                observed_amounts.possible / nullif(observed_amounts.amount + observed_amounts.possible, 0), 0
            ) as possible_loss,
            coalesce(observed_amounts.months_covered, promised_cells.months_covered) as months_covered,
            coalesce(observed_amounts.months_expected, promised_cells.months_expected) as months_expected,
            coalesce(observed_amounts.whole, promised_cells.whole) as whole
        from promised_cells
        full outer join
            observed_amounts using (
                city_id, measure_id, area_id, freq, start, sex, age, other_dim, other_code
            )
    ),

    limits as (
        select city_id, low, high
        from {{ ref('thresholds_in_force') }}
        where gap_code = 'G17' and metric = 'possible_loss'
    )

select
    cells.city_id,
    cells.feed_id,
    cells.measure_id,
    cells.area_id,
    cells.freq,
    cells.start,
    cells.sex,
    cells.age,
    cells.other_dim,
    cells.other_code,
    case
        when cells.whole and cells.unsure = 0 and cells.possible_loss <= limits.high then cells.amount
    end as amount,
    -- Of a group whose edge a band crosses, not even the observed amount is known.
    case when cells.unsure = 0 then cells.amount end as amount_seen,
    case when cells.possible_loss > limits.low then cells.possible_loss end as possible_loss,
    cells.months_covered,
    cells.months_expected,
    case
        when not cells.whole
        then 'months_covered'
        when cells.unsure > 0
        then 'ages_not_nested'
        when cells.possible_loss > limits.high
        then 'at_least'
    end as reason_code,
    case
        when not cells.whole
        then cast(cells.months_covered as varchar) || ' of ' || cast(cells.months_expected as varchar)
        when cells.unsure = 0 and cells.possible_loss > limits.high
        then cast(round(100 * limits.high) as integer) || '%'
    end as reason_detail
from cells_with_amounts as cells
inner join limits on cells.city_id = limits.city_id
left join {{ ref('age_groups') }} as groups on cells.age = groups.age_group
-- A source of broad bands has no five-year groups; a reason for each of them would say nothing new.
where cells.unsure = 0 or groups.scheme <> 'five_year'
