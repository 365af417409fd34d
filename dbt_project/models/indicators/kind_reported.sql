-- Grain: city x indicator x area x frequency x period x sex x age x other dimension.
-- reported: the value as official statistics give it, with the status they give it, for any indicator.
select
    reported.city_id,
    reported.indicator_id,
    reported.area_id,
    {{ freq_of_text('reported.period') }} as freq,
    {{ start_of_text('reported.period') }} as start,
    reported.sex,
    reported.age_group as age,
    case
        when reported.other_code is distinct from '_T' then coalesce(reported.other_dim, '') else ''
    end as other_dim,
    coalesce(nullif(reported.other_code, '_T'), '') as other_code,
    case when coalesce(reported.obs_status, 'A') not in ('L', 'M', 'O', 'Q') then reported.value end as value,
    indicators.unit,
    cast(null as double) as numerator,
    cast(null as double) as denominator,
    case when reported.obs_status is distinct from 'Q' then reported.ci_low end as ci_low,
    case when reported.obs_status is distinct from 'Q' then reported.ci_high end as ci_high,
    -- Of a figure that the source suppresses the number of people would give away what it is.
    case when reported.obs_status is distinct from 'Q' then reported.n end as n,
    case
        when reported.value is null and coalesce(reported.obs_status, 'O') not in ('L', 'M', 'Q')
        then 'O'
        else coalesce(reported.obs_status, 'A')
    end as obs_status,
    case when reported.value is null then 'no_value_given' end as reason_code,
    cast(null as varchar) as reason_detail,
    {{ list_of(['reported.feed_id']) }} as sources,
    reported.feed_id as numerator_source,
    cast(null as varchar) as population_base,
    cast(null as varchar) as denominator_source
from {{ ref('stg_observations') }} as reported
inner join {{ ref('indicator_catalogue') }} as indicators on reported.indicator_id = indicators.indicator_id
inner join
    {{ source('run_records', 'feeds') }} as feeds
    on reported.city_id = feeds.city_id
    and reported.feed_id = feeds.feed_id
qualify
    row_number() over (
        partition by
            reported.city_id,
            reported.indicator_id,
            reported.area_id,
            reported.period,
            reported.sex,
            reported.age_group,
            case
                when reported.other_code is distinct from '_T' then coalesce(reported.other_dim, '') else ''
            end,
            coalesce(nullif(reported.other_code, '_T'), '')
        order by
            (reported.value is null),
            reported.other_code is not distinct from '_T',
            feeds.preference,
            reported.feed_id
    )
    = 1
