-- Grain: finding. Indicators of the guide without any figure for the city (G01): because nothing came, or
-- because no figure can be made of what came.
with
    -- Where data came, each year says why it gives no figure.
    causes as (
        select
            *,
            case
                when reason_code = 'no_denominator' and is_rate_of_residents
                then 'residents'
                when reason_code in ('months_covered', 'denominator_months_covered')
                then 'months'
                when reason_code in ('at_least', 'denominator_at_least')
                then 'records'
                when reason_code in ('no_value_given', 'denominator_no_value_given')
                then 'value'
                when reason_code is not null
                then 'other'
            end as cause
        from
            (
                select cells.*, without_residents.indicator_id is not null as is_rate_of_residents
                from {{ ref('expected_cells') }} as cells
                left join
                    {{ ref('rates_without_residents') }} as without_residents
                    on cells.city_id = without_residents.city_id
                    and cells.indicator_id = without_residents.indicator_id
                    and cells.year = without_residents.year
                where cells.area_level = 'city'
            )
    ),

    indicators_without_figure as (
        select
            city_id,
            indicator_id,
            count(*) filter (where state <> 'not_required') as needed_n,
            count(*) filter (where state not in ('missing', 'partial', 'not_required')) as there_n,
            needed_n as expected_n,
            there_n as available_n,
            min(year) as first_year,
            max(year) as last_year,
            any_value(family) as family,
            bool_or(is_optional) as is_optional,
            max(case when core_flag then 1 else 0 end) as core,
            case when core = 1 then 1 end as missing_core,
            case when core = 0 then 1 end as missing_other,
            -- The newest year says what stands in the way now.
            arg_max(cause, year) filter (where cause is not null) as cause
        from causes
        group by city_id, indicator_id
        having needed_n > 0 and there_n = 0
    ),

    missing_indicator as (
        select 'missing_indicator' as rule_id, * exclude (cause, is_optional)
        from indicators_without_figure
        where cause is null and not is_optional
    ),

    missing_optional as (
        select
            'missing_optional' as rule_id,
            * exclude (cause, is_optional, core, missing_core, missing_other),
            1 as optional
        from indicators_without_figure
        where is_optional
    ),

    not_computable as (
        select
            'not_computable' as rule_id,
            * exclude (cause, is_optional),
            case
                cause
                when 'residents'
                then 'there are no residents to divide by'
                when 'months'
                then 'no year is covered whole'
                when 'records'
                then 'too many records lack the code or the mark that would say so'
                when 'value'
                then 'the source gives no value'
                else 'the page gives the reason for each year'
            end as why,
            case
                cause
                when 'residents'
                then 'the residents of these years; the counts are there'
                when 'months'
                then 'the missing months'
                when 'records'
                then 'the codes and marks of the records'
                when 'value'
                then 'the values'
                else 'what the reasons name'
            end as needed
        from indicators_without_figure
        where cause is not null and not is_optional
    )

select *
from missing_indicator
union all by name
select *
from missing_optional
union all by name
select *
from not_computable
