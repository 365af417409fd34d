-- Grain: whole that a table of counts does not give, of figures of it that overlap while neither is part of
-- the other, such as the months of a city and the years of its districts.
-- Neither can be added to the other: the whole is what figures of one sort add up to that lack no part of it,
-- or those of two sorts that agree; else it is not known (`unsplit`), and nor is what contains it.
{% set tags = ['weapon', 'relation', 'situation'] %}
{% set series = ['margin', 'sex', 'age_reported', 'age_low', 'age_high', 'topic', 'unit_counted'] %}
{% set feed = ['city_id', 'feed_id', 'shape'] %}
{% set codes = ['iccs_code', 'icd10', 'code'] + tags %}
{% set ranks = ['area_rank', 'period_rank', 'code_rank'] %}
{% for tag in tags %} {% do ranks.append(tag ~ '_rank') %} {% endfor %}
with
    -- A rank is lower the more it covers: of areas, periods, codes, and of each tag.
    figures as materialized(
        select
            counts.*,
            list_position(
                ['country', 'county', 'city', 'district', 'neighbourhood'], areas.level
            ) as area_rank,
            list_position(['A', 'Q', 'M'], counts.freq) as period_rank,
            length(counts.code) as code_rank,
            {% for tag in tags %}
                (coalesce(counts.{{ tag }}, '_T') <> '_T')::int as {{ tag }}_rank,
            {% endfor %}
            {{ period_end('counts.freq', 'counts.start') }} as last_day
        from {{ ref('delivered_counts') }} as counts
        inner join
            {{ ref('city_areas') }} as areas
            on counts.city_id = areas.city_id
            and counts.area_id = areas.area_id
        where counts.amount is not null and counts.unknown_area is null
    ),

    sorts as (
        select distinct {{ feed | join(', ') }}, {{ ranks | join(', ') }}, [{{ ranks | join(', ') }}] as sort
        from figures
    ),

    -- Most tables have figures of one sort, or of sorts of which one covers more in everything.
    overlapping_sorts as materialized(
        select {{ prefixed('one', feed) }}, one.sort, other.sort as other_sort
        from sorts as one
        inner join
            sorts as other
            on {{ same('one', 'other', feed) }}
            and one.sort < other.sort
            and (
                {% for rank in ranks %}
                    one.{{ rank }} < other.{{ rank }}{{ ' or ' if not loop.last }}
                {% endfor %}
            )
            and (
                {% for rank in ranks %}
                    one.{{ rank }} > other.{{ rank }}{{ ' or ' if not loop.last }}
                {% endfor %}
            )
    ),

    figures_of_overlapping_sorts as materialized(
        select figures.*, [{{ prefixed('figures', ranks) }}] as sort
        from figures
        semi join
            (
                select {{ feed | join(', ') }}, sort
                from overlapping_sorts
                union
                select {{ feed | join(', ') }}, other_sort
                from overlapping_sorts
            ) as sorts
            on {{ same('figures', 'sorts', feed) }}
            and [{{ prefixed('figures', ranks) }}] = sorts.sort
    ),

    areas_within_areas as (
        select city_id, area_id as one_area, ancestor_id as other_area, ancestor_id as whole_area
        from {{ ref('area_ancestors') }}
        union
        select city_id, ancestor_id, area_id, ancestor_id
        from {{ ref('area_ancestors') }}
    ),

    -- What two figures that overlap are parts of: the larger area, the longer period, the broader code.
    pairs as (
        select distinct
            {{ prefixed('one', feed + series) }},
            within.whole_area as area_id,
            case when one.period_rank <= other.period_rank then one.freq else other.freq end as freq,
            least(one.start, other.start) as start,
            {% for code in ['iccs_code', 'icd10', 'code'] %}
                case
                    when one.code_rank <= other.code_rank then one.{{ code }} else other.{{ code }}
                end as {{ code }},
            {% endfor %}
            {% for tag in tags %}
                case
                    when one.{{ tag }} is not distinct from other.{{ tag }} then one.{{ tag }} else '_T'
                end as {{ tag }},
            {% endfor %}
            sorts.sort,
            sorts.other_sort
        from overlapping_sorts as sorts
        inner join figures_of_overlapping_sorts as one on {{ same('sorts', 'one', feed + ['sort']) }}
        inner join
            areas_within_areas as within on one.city_id = within.city_id and one.area_id = within.one_area
        inner join
            figures_of_overlapping_sorts as other
            on {{ same('one', 'other', feed) }}
            and within.other_area = other.area_id
            and sorts.other_sort = other.sort
            and one.start <= other.last_day
            and other.start <= one.last_day
            and (starts_with(one.code, other.code) or starts_with(other.code, one.code))
            {% for column in series %}
                and one.{{ column }} is not distinct from other.{{ column }}
            {% endfor %}
            {% for tag in tags %}
                and (
                    one.{{ tag }}_rank <> other.{{ tag }}_rank
                    or coalesce(one.{{ tag }}, '_T') = coalesce(other.{{ tag }}, '_T')
                )
            {% endfor %}
    ),

    wholes as materialized(
        select
            row_number() over () as whole_id,
            wholes.*,
            {{ period_end('wholes.freq', 'wholes.start') }} as last_day,
            areas.level
        from
            (
                select distinct {{ (feed + series + codes) | join(', ') }}, area_id, freq, start from pairs
            ) as wholes
        inner join
            {{ ref('city_areas') }} as areas
            on wholes.city_id = areas.city_id
            and wholes.area_id = areas.area_id
        anti join
            figures as given on {{ same('wholes', 'given', feed + ['area_id', 'freq', 'start', 'code']) }}
            {% for column in series %}
                and wholes.{{ column }} is not distinct from given.{{ column }}
            {% endfor %}
            {% for tag in tags %}
                and coalesce(wholes.{{ tag }}, '_T') = coalesce(given.{{ tag }}, '_T')
            {% endfor %}
    ),

    areas_of_levels as (
        select ancestors.city_id, ancestors.ancestor_id as area_id, areas.level, count(*) as areas_n
        from {{ ref('area_ancestors') }} as ancestors
        inner join
            {{ ref('city_areas') }} as areas
            on ancestors.city_id = areas.city_id
            and ancestors.area_id = areas.area_id
        -- The areas of a city fill it; the cities that are known do not fill their country.
        where ancestors.steps = 0 or ancestors.ancestor_level in ('city', 'district')
        group by all
    ),

    feeds_with_unknown_areas as (
        select distinct city_id, feed_id from {{ ref('delivered_counts') }} where unknown_area is not null
    ),

    sums_of_sorts as (
        select
            wholes.whole_id,
            [{{ prefixed('parts', ranks) }}] as sort,
            {% for rank in ranks %} parts.{{ rank }}, {% endfor %}
            sum(parts.amount) as amount,
            coalesce(
                bool_and(parts.code = wholes.code)
                {% for tag in tags %}
                    and bool_and(coalesce(parts.{{ tag }}, '_T') = coalesce(wholes.{{ tag }}, '_T'))
                {% endfor %}
                and bool_and(unknown.feed_id is null or parts.area_id = wholes.area_id)
                and count(*)
                = max(levels.areas_n)
                * date_diff('month', wholes.start, wholes.last_day + interval 1 day)
                / case parts.period_rank when 1 then 12 when 2 then 3 else 1 end,
                false
            ) as is_all
        from wholes
        inner join
            {{ ref('area_ancestors') }} as ancestors
            on wholes.city_id = ancestors.city_id
            and wholes.area_id = ancestors.ancestor_id
        inner join
            figures as parts
            on {{ same('wholes', 'parts', feed) }}
            and ancestors.area_id = parts.area_id
            and parts.start between wholes.start and wholes.last_day
            and parts.last_day <= wholes.last_day
            and starts_with(parts.code, wholes.code)
            {% for column in series %}
                and wholes.{{ column }} is not distinct from parts.{{ column }}
            {% endfor %}
            {% for tag in tags %}
                and coalesce(wholes.{{ tag }}, '_T') in ('_T', coalesce(parts.{{ tag }}, '_T'))
            {% endfor %}
        inner join
            {{ ref('city_areas') }} as areas
            on parts.city_id = areas.city_id
            and parts.area_id = areas.area_id
        left join
            areas_of_levels as levels
            on wholes.city_id = levels.city_id
            and wholes.area_id = levels.area_id
            and areas.level = levels.level
        left join
            feeds_with_unknown_areas as unknown
            on wholes.city_id = unknown.city_id
            and wholes.feed_id = unknown.feed_id
        group by wholes.whole_id, wholes.start, wholes.last_day, {{ prefixed('parts', ranks) }}
    ),

    sums_that_agree as (
        select wholes.whole_id, max(one.amount) as amount
        from wholes
        inner join
            pairs on {{ same('wholes', 'pairs', feed + ['area_id', 'freq', 'start', 'code']) }}
            {% for column in series + tags %}
                and wholes.{{ column }} is not distinct from pairs.{{ column }}
            {% endfor %}
        inner join sums_of_sorts as one on wholes.whole_id = one.whole_id and pairs.sort = one.sort
        inner join
            sums_of_sorts as other
            on wholes.whole_id = other.whole_id
            and pairs.other_sort = other.sort
            and one.amount = other.amount
        group by wholes.whole_id
    ),

    -- The area's own figures come before those of the areas in it; what says less than some of its parts is
    -- no whole.
    known_amounts as (
        select
            sums.whole_id,
            coalesce(
                arg_min(sums.amount, (sums.area_rank, sums.period_rank)) filter (where sums.is_all),
                any_value(agreed.amount)
            ) as amount,
            coalesce(max(sums.amount) filter (where not sums.is_all), 0) as least
        from sums_of_sorts as sums
        left join sums_that_agree as agreed on sums.whole_id = agreed.whole_id
        group by sums.whole_id
    )

select
    {{ prefixed('wholes', feed + series) }},
    {{ prefixed('wholes', codes) }},
    wholes.area_id,
    wholes.freq,
    wholes.start,
    {{ period_text('wholes.freq', 'wholes.start') }} as period,
    case when known.amount >= known.least then known.amount end as amount,
    case when known.amount >= known.least then null else 1 end as unsplit
from wholes
inner join known_amounts as known on wholes.whole_id = known.whole_id
