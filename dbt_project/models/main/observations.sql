-- Grain: city x indicator x area x frequency x period x sex x age x other dimension. Every value the
-- assessment has or lacks, protected.
with
    values_in_window as (
        select indicator_values.*
        from {{ ref('indicator_values') }} as indicator_values
        inner join
            {{ source('run_records', 'cities') }} as cities on indicator_values.city_id = cities.city_id
        where year(indicator_values.start) between cities.first_year and cities.last_year
    ),

    newest_deliveries as (
        select city_id, max(cast(left(retrieved_at, 10) as date)) as data_as_of
        from {{ source('run_records', 'deliveries') }}
        where in_use
        group by city_id
    ),

    -- Sources whose definition is not the catalogue's own say so in their contracts.
    differing_sources as (
        select
            sources.city_id,
            sources.numerator_source,
            string_agg(feeds.differs, ' ' order by feeds.feed_id) as differs
        from (select distinct city_id, numerator_source from values_in_window) as sources
        inner join
            {{ source('run_records', 'feeds') }} as feeds
            on sources.city_id = feeds.city_id
            and {{ in_list('feeds.feed_id', 'sources.numerator_source') }}
        where feeds.differs is not null
        group by sources.city_id, sources.numerator_source
    ),

    -- Of a sum of money the unit names the currency: that of a feed that states one, else the city's.
    currencies as (
        select
            values_in_window.city_id,
            values_in_window.sources,
            coalesce(min(feeds.currency), any_value(cities.currency)) as currency
        from values_in_window
        inner join
            {{ source('run_records', 'cities') }} as cities on values_in_window.city_id = cities.city_id
        left join
            {{ source('run_records', 'feeds') }} as feeds
            on values_in_window.city_id = feeds.city_id
            and list_contains(values_in_window.sources, feeds.feed_id)
        where contains(values_in_window.unit, 'local currency')
        group by values_in_window.city_id, values_in_window.sources
    ),

    -- Values to whose numerator or denominator some more rows of a feed that they rest on may belong.
    possible_losses as (
        select
            city_id,
            indicator_id,
            area_id,
            freq,
            start,
            sex,
            age,
            other_dim,
            other_code,
            max(parts.possible_loss) as possible_loss
        from values_in_window
        inner join
            {{ ref('indicator_parts') }} as parts using (
                city_id, indicator_id, area_id, freq, start, sex, age, other_dim, other_code
            )
        where parts.possible_loss is not null and list_contains(values_in_window.sources, parts.feed_id)
        group by all
    ),

    -- What the receiving office put in the place of what the source says is imputed (I), in the words of
    -- official statistics.
    -- Few people in a cell are people one might recognise: below the indicator's threshold, or ten of the
    -- young, the whole cell is suppressed.
    -- Of the most sensitive lines only the city's years are shown.
    -- Few events make no rate (S1): below ten the count is shown and the rate is not, below twenty it is
    -- marked as uncertain. Zero is zero.
    protected_values as (
        select
            values_in_window.* replace (
                replace(
                    values_in_window.unit, 'local currency', coalesce(currencies.currency, 'local currency')
                ) as unit
            ),
            areas.level as area_level,
            areas.boundary_version,
            newest_deliveries.data_as_of,
            differing_sources.differs,
            scale.reason_code as scale_code,
            scale.factor as scale_detail,
            breaks.reason_code as break_code,
            breaks.reason_detail as break_detail,
            coalesce(list_has_any(values_in_window.sources, corrected.feeds), false) as corrected,
            losses.possible_loss,
            coalesce(
                indicators.min_cell > 0
                and areas.level <> 'country'
                and values_in_window.numerator > 0
                and values_in_window.numerator < case
                    when {{ age_high('cast(null as bigint)', 'values_in_window.age') }} < 18
                    then greatest(indicators.min_cell, 10)
                    else indicators.min_cell
                end,
                false
            ) as few_people,
            coalesce(
                indicators.finest_shown = 'city_year'
                and (values_in_window.freq <> 'A' or areas.level in ('district', 'neighbourhood')),
                false
            ) as too_fine,
            coalesce(
                indicators.small_number_rule = 'S1'
                and indicators.kind in ('rate', 'share')
                and values_in_window.n > 0
                and values_in_window.n < 10,
                false
            ) as few_events,
            coalesce(
                indicators.small_number_rule = 'S1'
                and indicators.kind in ('rate', 'share')
                and values_in_window.n between 10 and 19,
                false
            ) as some_events
        from values_in_window
        inner join
            {{ ref('city_areas') }} as areas
            on values_in_window.city_id = areas.city_id
            and values_in_window.area_id = areas.area_id
        inner join
            {{ ref('indicator_catalogue') }} as indicators
            on values_in_window.indicator_id = indicators.indicator_id
        left join newest_deliveries on values_in_window.city_id = newest_deliveries.city_id
        left join
            {{ ref('corrected_cells') }} as corrected
            on values_in_window.city_id = corrected.city_id
            and values_in_window.area_id = corrected.area_id
            and values_in_window.freq = corrected.freq
            and values_in_window.start = corrected.start
        left join
            possible_losses as losses
            on values_in_window.city_id = losses.city_id
            and values_in_window.indicator_id = losses.indicator_id
            and values_in_window.area_id = losses.area_id
            and values_in_window.freq = losses.freq
            and values_in_window.start = losses.start
            and values_in_window.sex = losses.sex
            and values_in_window.age = losses.age
            and values_in_window.other_dim = losses.other_dim
            and values_in_window.other_code = losses.other_code
        left join
            currencies
            on values_in_window.city_id = currencies.city_id
            and values_in_window.sources = currencies.sources
        left join
            differing_sources
            on values_in_window.city_id = differing_sources.city_id
            and values_in_window.numerator_source = differing_sources.numerator_source
        left join
            {{ ref('out_of_scale') }} as scale
            on values_in_window.city_id = scale.city_id
            and values_in_window.indicator_id = scale.indicator_id
            and values_in_window.area_id = scale.area_id
            and values_in_window.freq = scale.freq
            and values_in_window.start = scale.start
            and values_in_window.sex = scale.sex
            and values_in_window.age = scale.age
            and values_in_window.other_dim = scale.other_dim
            and values_in_window.other_code = scale.other_code
            and not scale.is_confirmed
        left join
            {{ ref('series_breaks') }} as breaks
            on values_in_window.city_id = breaks.city_id
            and values_in_window.indicator_id = breaks.indicator_id
            and values_in_window.area_id = breaks.area_id
            and values_in_window.freq = breaks.freq
            and values_in_window.start = breaks.start
            and values_in_window.sex = breaks.sex
            and values_in_window.age = breaks.age
            and values_in_window.other_dim = breaks.other_dim
            and values_in_window.other_code = breaks.other_code
    ),

    values_with_status as (
        select
            * exclude (obs_status, reason_code, reason_detail),
            few_people or too_fine as suppressed,
            case
                when few_people or too_fine
                then 'Q'
                when obs_status in ('L', 'M', 'O', 'Q')
                then obs_status
                when few_events or scale_code is not null
                then 'O'
                when some_events or possible_loss is not null
                then 'U'
                when break_code is not null
                then 'B'
                when obs_status = 'A' and differs is not null
                then 'D'
                when obs_status = 'A' and corrected
                then 'I'
                else obs_status
            end as obs_status,
            case
                when few_people
                then 'few_people'
                when too_fine
                then 'city_and_year_only'
                when obs_status in ('L', 'M', 'O', 'Q')
                then reason_code
                when scale_code is not null
                then scale_code
                when few_events
                then 'few_events'
                when reason_code is not null
                then reason_code
                when some_events
                then 'some_events'
                when possible_loss is not null
                then 'possible_loss'
                when break_code is not null
                then break_code
                when differs is not null
                then 'definition_differs'
                when corrected
                then 'corrected_records'
            end as reason_code,
            case
                when few_people or too_fine
                then null
                when obs_status in ('L', 'M', 'O', 'Q')
                then reason_detail
                when scale_code is not null
                then scale_detail
                when few_events
                then null
                when reason_code is not null
                then reason_detail
                when not some_events and possible_loss is not null
                then cast(5 * ceil(20 * possible_loss) as integer) || '%'
                when some_events
                then null
                else coalesce(break_detail, differs)
            end as reason_detail
        from protected_values
    )

select
    values_with_status.city_id,
    indicator_id,
    area_id,
    area_level,
    freq,
    {{ period_text('freq', 'start') }} as period,
    start as period_start,
    {{ period_end('freq', 'start') }} as period_end,
    sex,
    age,
    nullif(other_dim, '') as other_dim,
    nullif(other_code, '') as other_code,
    case when obs_status not in ('L', 'M', 'O', 'Q') then value end as value,
    unit,
    case when not suppressed then numerator end as numerator,
    case when not suppressed then denominator end as denominator,
    case when obs_status not in ('L', 'M', 'O', 'Q') then ci_low end as ci_low,
    case when obs_status not in ('L', 'M', 'O', 'Q') then ci_high end as ci_high,
    case when not suppressed then n end as n,
    obs_status,
    case when suppressed then 'C' else 'F' end as conf_status,
    case
        when n is null or obs_status in ('L', 'M', 'O', 'Q')
        then null
        when n >= 20 and obs_status <> 'U'
        then 'A'
        when n >= 10
        then 'B'
        else 'C'
    end as quality_grade,
    sources,
    numerator_source,
    population_base,
    denominator_source,
    boundary_version,
    data_as_of,
    values_with_status.reason_code,
    values_with_status.reason_detail,
    replace(reasons.text, '{detail}', coalesce(values_with_status.reason_detail, '')) as reason
from values_with_status
left join
    {{ ref('reasons') }} as reasons
    on values_with_status.city_id = reasons.city_id
    and values_with_status.reason_code = reasons.reason_code
    and reasons.language = 'en'
