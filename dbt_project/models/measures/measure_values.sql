-- Grain: city x measure x area x frequency x period x sex x age x other dimension, from its preferred feed.
-- An amount is 0 only where an accepted delivery covers the whole period; a period covered in part has no
-- amount, only what was observed; and so has one of which the source does not say that its rows are all, and
-- one to which many rows may belong that do not say so, or that were set aside.
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
            coverage.months_open > 0 as is_open,
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
            preferred_feeds.is_open,
            undivided.area_id is not null as is_undivided,
            sexes.sex,
            ages.age,
            '' as other_dim,
            '' as other_code
        from preferred_feeds
        left join
            {{ ref('undivided_cells') }} as undivided
            on preferred_feeds.city_id = undivided.city_id
            and preferred_feeds.feed_id = undivided.feed_id
            and preferred_feeds.measure_id = undivided.measure_id
            and preferred_feeds.area_id = undivided.area_id
            and preferred_feeds.freq = undivided.freq
            and preferred_feeds.start = undivided.start
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
        where preferred_feeds.months_covered > 0
    ),

    observed_amounts as (
        select
            amounts.*,
            preferred_feeds.months_covered,
            preferred_feeds.months_expected,
            preferred_feeds.whole,
            preferred_feeds.is_open
        from {{ ref('measure_amounts') }} as amounts
        inner join preferred_feeds using (city_id, feed_id, measure_id, area_id, freq, start)
        -- What may belong to any group is a figure of none.
        where
            amounts.amount > 0
            or amounts.possible = 0
            or '_U' not in (amounts.sex, amounts.age, amounts.other_code)
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
            coalesce(observed_amounts.possible, 0) as possible,
            -- Without a row of its own an area or a month may have what the others leave of their whole.
            greatest(
                coalesce(observed_amounts.unsplit, 0), case when promised_cells.is_undivided then 1 else 0 end
            ) as unsplit,
            coalesce(observed_amounts.months_covered, promised_cells.months_covered) as months_covered,
            coalesce(observed_amounts.months_expected, promised_cells.months_expected) as months_expected,
            coalesce(observed_amounts.whole, promised_cells.whole) as whole,
            coalesce(observed_amounts.is_open, promised_cells.is_open) as is_open
        from promised_cells
        full outer join
            observed_amounts using (
                city_id, measure_id, area_id, freq, start, sex, age, other_dim, other_code
            )
    ),

    -- People of unknown sex are some of each, and so with ages and other groups: of a year, the share that
    -- is unknown.
    unknown_groups as (
        select
            city_id,
            feed_id,
            measure_id,
            area_id,
            freq,
            start,
            case when sex = '_U' then 'sex' when age = '_U' then 'age' else other_dim end as dimension,
            (amount + possible) / nullif(
                max(amount + possible) filter (sex = '_T' and age = '_T' and other_dim = '') over (
                    partition by city_id, feed_id, measure_id, area_id, start
                ),
                0
            ) as share
        from {{ ref('measure_amounts') }}
        where freq = 'A'
        qualify
            (sex = '_U' and age = '_T')
            or (sex = '_T' and age = '_U')
            or (other_dim <> '' and other_code = '_U')
    ),

    -- Of all that may belong to the cell, the share of which nobody knows whether it does. What was set aside
    -- may be of any age and sex.
    cells_with_losses as (
        select
            cells.*,
            least(
                1,
                {{
                    possible_loss(
                        'cells.amount', 'cells.possible', 'here', 'of_extent', 'cells.area_id'
                    )
                }}
                {%- for dimension in ['sex', 'age', 'other'] %}
                    + coalesce(unknown_{{ dimension }}.share, 0)
                {%- endfor %}
            ) as possible_loss
        from cells_with_amounts as cells
        left join
            {{ ref('measure_losses') }} as here
            on cells.city_id = here.city_id
            and cells.feed_id = here.feed_id
            and cells.measure_id = here.measure_id
            and cells.area_id = here.area_id
            and cells.freq = here.freq
            and cells.start = here.start
        left join
            (
                select losses.*
                from {{ ref('measure_losses') }} as losses
                inner join
                    {{ source('run_records', 'feeds') }} as feeds
                    on losses.city_id = feeds.city_id
                    and losses.feed_id = feeds.feed_id
                    and losses.area_id = feeds.extent_area
            ) as of_extent
            on cells.city_id = of_extent.city_id
            and cells.feed_id = of_extent.feed_id
            and cells.measure_id = of_extent.measure_id
            and cells.freq = of_extent.freq
            and cells.start = of_extent.start
        {% for dimension, of_cell, is_known in [
            ('sex', "'sex'", "cells.sex not in ('_T', '_U')"),
            ('age', "'age'", "cells.age not in ('_T', '_U')"),
            ('other', 'cells.other_dim', "cells.other_dim <> '' and cells.other_code <> '_U'"),
        ] %}
            left join
                unknown_groups as unknown_{{ dimension }}
                on cells.city_id = unknown_{{ dimension }}.city_id
                and cells.feed_id = unknown_{{ dimension }}.feed_id
                and cells.measure_id = unknown_{{ dimension }}.measure_id
                and cells.area_id = unknown_{{ dimension }}.area_id
                and cells.start = unknown_{{ dimension }}.start
                and cells.freq = unknown_{{ dimension }}.freq
                and case when {{ is_known }} then {{ of_cell }} end = unknown_{{ dimension }}.dimension
        {% endfor %}
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
        when cells.whole and cells.unsure = 0 and cells.unsplit = 0 and cells.possible_loss <= limits.high
        then cells.amount
    end as amount,
    -- Of a group whose edge a band crosses, or to which a total may belong, not even the observed amount is
    -- known.
    case when cells.unsure = 0 and cells.unsplit = 0 then cells.amount end as amount_seen,
    -- A zero is sure only where nothing that may belong to it was lost.
    case
        when cells.possible_loss > limits.low or (cells.amount = 0 and cells.possible_loss > 0)
        then cells.possible_loss
    end as possible_loss,
    cells.months_covered,
    cells.months_expected,
    case
        when cells.is_open
        then 'not_complete'
        when not cells.whole
        then 'months_covered'
        when cells.unsure > 0
        then 'ages_not_nested'
        when cells.unsplit > 0
        then 'totals_alone'
        when cells.possible_loss > limits.high
        then 'at_least'
    end as reason_code,
    case
        when cells.is_open
        then null
        when not cells.whole
        then cast(cells.months_covered as varchar) || ' of ' || cast(cells.months_expected as varchar)
        when cells.unsure = 0 and cells.unsplit = 0 and cells.possible_loss > limits.high
        then cast(round(100 * limits.high) as integer) || '%'
    end as reason_detail
from cells_with_losses as cells
inner join limits on cells.city_id = limits.city_id
left join {{ ref('age_groups') }} as groups on cells.age = groups.age_group
-- A source of broad bands has no five-year groups; a reason for each of them would say nothing new.
where (cells.unsure = 0 and cells.unsplit = 0) or coalesce(groups.scheme, '') <> 'five_year'
