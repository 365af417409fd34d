-- Grain: finding. Zeros that may be missing records, and silence that may be a zero (G17).
with
    least_probable_runs as (
        select *
        from {{ ref('zero_runs') }}
        where improbable and not within_larger
        qualify
            row_number() over (partition by city_id, feed_id, area_id order by probability, first_month) = 1
    ),

    improbable_zeros as (
        select
            'improbable_zeros' as rule_id,
            city_id,
            feed_id,
            area_id,
            name as area,
            first_month,
            last_month,
            months_n,
            expected,
            1 as improbable_zeros
        from least_probable_runs
    ),

    -- Nobody has said whether the feed is complete, so no record may be zero or missing.
    zeros_undeclared as (
        select
            'zeros_undeclared' as rule_id,
            city_id,
            feed_id,
            cast(sum(undeclared.cells_n) as bigint) as expected_n,
            cast(sum(undeclared.cells_n - undeclared.ambiguous_n) as bigint) as available_n,
            cast(sum(undeclared.cells_n) as bigint) as cells_n,
            cast(sum(undeclared.ambiguous_n) as bigint) as ambiguous_n,
            arg_max(
                year, (undeclared.ambiguous_n / undeclared.cells_n, undeclared.ambiguous_n, year)
            ) as worst_year,
            max(undeclared.ambiguous_n / undeclared.cells_n) as share_ambiguous,
            round(100 * share_ambiguous, 1) as worst_pct
        from {{ ref('undeclared_cells') }} as undeclared
        group by city_id, feed_id
        having sum(undeclared.ambiguous_n) > 0
    ),

    -- Rows there are, and nobody has said of any period that they are all.
    figures_unused as (
        select 'figures_unused' as rule_id, city_id, feed_id, cells_n, first_month, last_month
        from {{ ref('unused_figures') }}
        where reason = 'not_complete'
    ),

    -- That a code is in no year says more than that one year lacks it; of single years the worst counts.
    codes_absent as (
        select
            'codes_absent' as rule_id,
            coalesce(cast(year as varchar), 'all years') as time,
            city_id,
            feed_id,
            icd10 as dimension,
            deaths_n,
            "within",
            title as title_of_code,
            expected,
            icd10 as code,
            1 as codes_never_used
        from {{ ref('absent_codes') }} as codes
        where improbable
        qualify
            row_number() over (
                partition by city_id, feed_id, icd10 order by year is not null, codes.expected desc, year desc
            )
            = 1
    ),

    -- The worst of all years stands for the others.
    may_belong as (
        select
            'may_belong' as rule_id,
            city_id,
            feed_id,
            measure_id as dimension,
            measure,
            year as worst_year,
            cast(round(100 * possible_loss) as integer) as lost_pct,
            possible_loss,
            count(*) over (partition by city_id, feed_id, measure_id) as years_n
        from {{ ref('possible_losses') }}
        qualify
            row_number() over (
                partition by city_id, feed_id, measure_id order by possible_loss desc, year desc
            )
            = 1
    )

select *
from improbable_zeros
union all by name
select *
from zeros_undeclared
union all by name
select *
from figures_unused
union all by name
select *
from codes_absent
union all by name
select *
from may_belong
