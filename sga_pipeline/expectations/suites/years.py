"""The yearly amounts that suites add up or compare."""

# Amounts that can be added up: neither the answers of a survey, nor what a source reports as a finished value.
YEARS = """
years as (
    select
        observations.*,
        -- A table of counts gives its own totals: where its parts do not make them, that is the source's affair.
        facts.counted
        and not list_has_any(
            observations.sources,
            (
                select coalesce(list(feeds.feed_id), [])
                from feeds
                inner join shape_kinds on feeds.shape = shape_kinds.shape
                where feeds.city_id = $city_id and shape_kinds.kind = 'counts'
            )
        ) as counted
    from observations
    inner join catalogue_facts as facts using (indicator_id)
    where
        observations.city_id = $city_id
        and observations.freq = 'A'
        and observations.other_dim is null
        and facts.adds_up
        and not list_has_any(
            observations.sources,
            (
                select coalesce(list(feed_id), [])
                from feeds
                where city_id = $city_id and shape in ('survey_answers', 'observations')
            )
        )
)"""
