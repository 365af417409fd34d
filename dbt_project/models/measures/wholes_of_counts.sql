-- Grain: row of a table of counts x row of the same table that it is part of: of a larger area, a longer
-- period, a broader code, or of all weapons, relations or situations.
-- A figure counts a part only where no whole of it counts too (measure_amounts).
{% set tags = ['weapon', 'relation', 'situation'] %}
with
    rows_of_counts as (select * from {{ ref('count_rows') }}),

    possible_wholes as (select * from rows_of_counts where amount is not null and unknown_area is null),

    areas_of_feeds as (select distinct city_id, feed_id, area_id from possible_wholes),

    areas_above as (
        select
            ancestors.city_id,
            wholes.feed_id,
            ancestors.area_id,
            ancestors.ancestor_id as whole_area,
            ancestors.steps
        from {{ ref('area_ancestors') }} as ancestors
        inner join
            areas_of_feeds as wholes
            on ancestors.city_id = wholes.city_id
            and ancestors.ancestor_id = wholes.area_id
    ),

    codes_of_feeds as (select distinct city_id, feed_id, shape, code from rows_of_counts),

    -- Rows of all causes have no code.
    broader_codes as (
        select parts.city_id, parts.feed_id, parts.shape, parts.code, wholes.code as whole_code
        from codes_of_feeds as parts
        inner join
            codes_of_feeds as wholes
            on parts.city_id = wholes.city_id
            and parts.feed_id = wholes.feed_id
            and parts.shape = wholes.shape
            and starts_with(parts.code, wholes.code)
    ),

    periods_of_feeds as (
        select distinct city_id, feed_id, freq, start, {{ period_end('freq', 'start') }} as last_day
        from rows_of_counts
    ),

    longer_periods as (
        select
            parts.city_id,
            parts.feed_id,
            parts.freq,
            parts.start,
            wholes.freq as whole_freq,
            wholes.start as whole_start
        from periods_of_feeds as parts
        inner join
            periods_of_feeds as wholes
            on parts.city_id = wholes.city_id
            and parts.feed_id = wholes.feed_id
            and parts.start between wholes.start and wholes.last_day
            and parts.last_day <= wholes.last_day
    ),

    places as (select distinct city_id, feed_id, shape, area_id, code, freq, start from rows_of_counts),

    places_of_wholes as (
        select distinct city_id, feed_id, shape, area_id, code, freq, start from possible_wholes
    ),

    -- Of areas, codes and periods there are few, whatever else the rows say: what contains what is worked out
    -- for them alone.
    places_within as (
        select
            parts.*,
            wholes.area_id as whole_area,
            wholes.code as whole_code,
            wholes.freq as whole_freq,
            wholes.start as whole_start,
            areas_above.steps,
            areas_above.steps = 0 and parts.code = wholes.code and parts.freq = wholes.freq as is_itself
        from places as parts
        inner join
            areas_above
            on parts.city_id = areas_above.city_id
            and parts.feed_id = areas_above.feed_id
            and parts.area_id = areas_above.area_id
        inner join
            longer_periods
            on parts.city_id = longer_periods.city_id
            and parts.feed_id = longer_periods.feed_id
            and parts.freq = longer_periods.freq
            and parts.start = longer_periods.start
        inner join
            broader_codes
            on parts.city_id = broader_codes.city_id
            and parts.feed_id = broader_codes.feed_id
            and parts.shape = broader_codes.shape
            and parts.code = broader_codes.code
        inner join
            places_of_wholes as wholes
            on parts.city_id = wholes.city_id
            and parts.feed_id = wholes.feed_id
            and parts.shape = wholes.shape
            and areas_above.whole_area = wholes.area_id
            and broader_codes.whole_code = wholes.code
            and longer_periods.whole_freq = wholes.freq
            and longer_periods.whole_start = wholes.start
    ),

    -- Worked out before wholes are looked up: the other way round every row would meet every other.
    parts_in_places as materialized(
        select
            parts.*,
            places_within.whole_area,
            places_within.whole_code,
            places_within.whole_freq,
            places_within.whole_start,
            places_within.steps,
            places_within.is_itself
        from rows_of_counts as parts
        inner join
            places_within
            on parts.city_id = places_within.city_id
            and parts.feed_id = places_within.feed_id
            and parts.shape = places_within.shape
            and parts.area_id = places_within.area_id
            and parts.code = places_within.code
            and parts.freq = places_within.freq
            and parts.start = places_within.start
    )

select parts.row_id, wholes.row_id as whole_id, wholes.profile, parts.steps, wholes.freq
from parts_in_places as parts
inner join
    possible_wholes as wholes
    on parts.city_id = wholes.city_id
    and parts.feed_id = wholes.feed_id
    and parts.shape = wholes.shape
    and parts.margin = wholes.margin
    and parts.sex = wholes.sex
    and parts.whole_area = wholes.area_id
    and parts.whole_code = wholes.code
    and parts.whole_freq = wholes.freq
    and parts.whole_start = wholes.start
    and coalesce(parts.topic, '') = coalesce(wholes.topic, '')
    and coalesce(parts.unit_counted, '') = coalesce(wholes.unit_counted, '')
where
    -- In one place only a row of all weapons, relations or situations is a whole, and of areas that nobody
    -- knows the row of the area that they lie in.
    (
        not parts.is_itself or parts.unknown_area is not null
        {% for tag in tags %}
            or (wholes.{{ tag }} = '_T' and parts.{{ tag }} is distinct from wholes.{{ tag }})
        {% endfor %}
    )
    and parts.row_id <> wholes.row_id
    -- What may be of missing ages is no matter where the whole gives ages of its own.
    and (
        parts.amount is null
        or (
            parts.age_reported = wholes.age_reported
            and parts.age_low is not distinct from wholes.age_low
            and parts.age_high is not distinct from wholes.age_high
        )
    )
    {% for tag in tags %}
        and (parts.{{ tag }} is not distinct from wholes.{{ tag }} or wholes.{{ tag }} = '_T')
    {% endfor %}
