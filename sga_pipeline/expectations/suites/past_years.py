"""The newest year compared with the years before: how much each feed reports, and in which shares of offence classes."""

from __future__ import annotations

from sga_pipeline.expectations.suite import Rule, Suite

# Before this many events or earlier years, a jump may be chance.
ENOUGH_EVENTS, ENOUGH_YEARS = 50, 3

# Whole years of what a feed counts for the city. Only indicators known for every year of the feed are compared.
_FEED_YEARS = """
whole_years as (
    select
        observations.indicator_id,
        indicators.iccs_code,
        feeds.feed_id,
        observations.period,
        observations.numerator,
        observations.area_id
    from observations
    inner join cities on observations.city_id = cities.city_id and observations.area_id = cities.city_area
    inner join catalogue_facts as facts using (indicator_id)
    inner join indicators
        on observations.city_id = indicators.city_id
        and observations.indicator_id = indicators.indicator_id
    inner join feeds
        on observations.city_id = feeds.city_id
        and list_contains(observations.sources, feeds.feed_id)
    inner join shape_kinds on feeds.shape = shape_kinds.shape and shape_kinds.kind in ('events', 'counts')
    where
        observations.city_id = $city_id
        and observations.freq = 'A'
        and observations.sex = '_T'
        and observations.age = '_T'
        and observations.other_dim is null
        and facts.counted
        and facts.kind in ('count', 'rate')
        and observations.numerator is not null
        and coalesce(observations.reason_code, '') not in ('months_covered', 'denominator_months_covered')
),

spans as (
    select feed_id, count(distinct period) as years_n, max(period) as newest_year
    from whole_years
    group by feed_id
),

steady as (
    select whole_years.*, spans.newest_year, spans.years_n
    from whole_years
    inner join spans using (feed_id)
    qualify count(*) over (partition by whole_years.feed_id, whole_years.indicator_id) = spans.years_n
)"""

_VOLUMES = f"""
with {_FEED_YEARS},

yearly as (
    select
        feed_id,
        period,
        any_value(area_id) as area_id,
        any_value(newest_year) as newest_year,
        sum(numerator) as events
    from steady
    group by feed_id, period
),

-- Grain: feed: its newest whole year, and the median of the years before.
compared as (
    select
        feed_id,
        max(area_id) as area_id,
        any_value(newest_year) as period,
        max(events) filter (where yearly.period = newest_year) as newest,
        median(events) filter (where yearly.period < newest_year) as usual,
        count(*) filter (where yearly.period < newest_year) as years_before
    from yearly
    group by feed_id
)

select *, newest / usual as times_usual
from compared
where years_before >= {ENOUGH_YEARS} and usual >= {ENOUGH_EVENTS}
order by abs(ln((newest + 0.5) / usual)) desc, feed_id
"""

_EVIDENCE_YEARS = """
with whole_years as (
    select
        o.*,
        max(o.period) over () as newest_year,
        count(*) over (partition by o.indicator_id) as known_years,
        i.iccs_code
    from observations as o
    inner join indicators as i using (indicator_id)
    where
        list_contains(o.sources, '{feed_id}')
        and o.area_id = '{area_id}'
        and o.freq = 'A'
        and o.sex = '_T'
        and o.age = '_T'
        and o.other_dim is null
        and i.kind in ('count', 'rate')
        and o.numerator is not null
        and coalesce(o.reason_code, '') not in ('months_covered', 'denominator_months_covered')
),
steady as (
    select * from whole_years where known_years = (select count(distinct period) from whole_years)
)
"""


def volumes() -> Suite:
    """A feed that reports half or twice its usual number of events has lost, doubled or redefined something."""
    evidence = (
        _EVIDENCE_YEARS + "select max(events) filter (where period = newest_year) as newest, "
        "median(events) filter (where period < newest_year) as usual "
        "from (select period, newest_year, sum(numerator) as events from steady group by period, newest_year)"
    )

    def rule(name: str, says: str, limit: dict[str, float]) -> Rule:
        return Rule(
            name,
            says,
            "ExpectColumnValuesToBeBetween",
            {"column": "times_usual", **limit},
            ("newest", "usual"),
            evidence,
            "medium",
            name,
        )

    return Suite(
        "volumes_are_usual",
        "Feeds report about as much as they used to",
        "main/observations",
        _VOLUMES,
        (
            rule(
                "volume_fell",
                "The newest whole year has at least half the events of the years before.",
                {"min_value": 0.5},
            ),
            rule(
                "volume_rose",
                "The newest whole year has at most twice the events of the years before.",
                {"max_value": 2},
            ),
        ),
        "world",
    )


# How far the shares of the classes of the newest year are from those of the years before.
_SHARES = """
by_class as (
    select {group}iccs_code, period = newest_year as newest, sum(numerator) as events
    from steady
    where iccs_code is not null and iccs_code <> ''
    group by {group}iccs_code, period = newest_year
),
shares as (
    select *, events / sum(events) over (partition by {group}newest) as share from by_class
),
compared_shares as (
    select
        {group}iccs_code,
        coalesce(max(share) filter (where newest), 0) as share_newest,
        coalesce(max(share) filter (where not newest), 0) as share_before
    from shares
    group by {group}iccs_code
)"""

_MIX = f"""
with {_FEED_YEARS},
{_SHARES.format(group="feed_id, ")},

sizes as (
    select
        feed_id,
        max(area_id) as area_id,
        any_value(newest_year) as period,
        any_value(years_n) - 1 as years_before,
        sum(numerator) filter (where period = newest_year and iccs_code <> '') as newest
    from steady
    group by feed_id
)

-- Grain: feed: how far the shares of the classes have moved, and how far chance alone may move them.
select
    compared_shares.feed_id,
    any_value(sizes.area_id) as area_id,
    any_value(sizes.period) as period,
    count(*) as classes,
    0.5 * sum(abs(share_newest - share_before)) as moved,
    0.15 + 2 * sqrt(count(*) / any_value(sizes.newest)) as may_move
from compared_shares
inner join sizes using (feed_id)
where sizes.years_before >= {ENOUGH_YEARS} and sizes.newest >= {ENOUGH_EVENTS}
group by compared_shares.feed_id
having count(*) > 1
order by moved - may_move desc, compared_shares.feed_id
"""


def offence_mix() -> Suite:
    """Where the shares of offence classes move much from one year to the next, codes were remapped rather than crime changed."""
    evidence = (
        f"{_EVIDENCE_YEARS}, {_SHARES.format(group='')}\n"
        "select 0.5 * sum(abs(share_newest - share_before)) as moved, count(*) as classes from compared_shares"
    )
    return Suite(
        "offence_mix_is_usual",
        "What feeds count is made up as it used to be",
        "main/observations",
        _MIX,
        (
            Rule(
                "mix_moved",
                "The shares of the classes of the newest whole year are those of the years before.",
                "ExpectColumnPairValuesAToBeGreaterThanB",
                {"column_A": "may_move", "column_B": "moved", "or_equal": True, "ignore_row_if": "neither"},
                ("moved", "classes"),
                evidence,
                "medium",
                "mix_moved",
            ),
        ),
        "world",
    )
