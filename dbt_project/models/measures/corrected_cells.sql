-- Grain: city x area x frequency x period in which rows stand that the city corrected, with their feeds. Kept out of releases: it may point at a person.
with placed as (
    select corrected.city_id, corrected.feed_id, above.ancestor_id as area_id,
        {{ start_of_text('corrected.period') }} as start, {{ freq_of_text('corrected.period') }} as told_freq
    from {{ source('register', 'corrected') }} as corrected
    inner join {{ ref('area_ancestors') }} as above
        on corrected.city_id = above.city_id and corrected.area_id = above.area_id
    where corrected.period <> ''
),

frequencies as (
    select 'A' as freq, ['A', 'Q', 'M'] as told
    union all select 'Q', ['Q', 'M']
    union all select 'M', ['M']
)

select placed.city_id, placed.area_id, frequencies.freq, {{ period_start('frequencies.freq', 'placed.start') }} as start,
    {{ distinct_list('placed.feed_id') }} as feeds
from placed
inner join frequencies on list_contains(frequencies.told, placed.told_freq)
group by all
