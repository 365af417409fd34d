"""Values within what their kind allows, intervals that hold their values, and values that follow from their parts."""

from __future__ import annotations

from sga_pipeline.expectations.suite import Rule, Suite

_OF_LEVEL = "from observations where indicator_id = '{indicator_id}' and area_level = '{area_level}'"

_EXTREMES = """
-- Grain: indicator x level of area.
select
    observations.indicator_id,
    observations.area_level,
    {extreme}(observations.value) as {found},
    any_value({limit}) as {allowed},
    arg_{extreme}(observations.area_id, observations.value) as area_id,
    arg_{extreme}(observations.period, observations.value) as period
from observations
inner join catalogue_facts as facts using (indicator_id)
where observations.city_id = $city_id and observations.value is not null and {limit} is not null
group by observations.indicator_id, observations.area_level
order by {order}, observations.indicator_id, observations.area_level
"""
_UPPER = (
    "case when observations.area_level in ('country', 'county', 'city') "
    "then facts.upper_limit_wide else facts.upper_limit end"
)
_PROMISED = """
select count(distinct observations.indicator_id) from observations
inner join catalogue_facts as facts using (indicator_id)
where observations.city_id = $city_id and observations.value is not null and {limit} is not null
"""


def not_too_low() -> Suite:
    """No share, count or rate is below zero."""
    return Suite(
        "values_not_too_low",
        "No value lies below what its kind allows",
        "main/observations",
        _EXTREMES.format(
            extreme="min",
            found="lowest",
            allowed="least_possible",
            limit="facts.lower_limit",
            order="lowest - least_possible",
        ),
        (
            Rule(
                "not_below_least_possible",
                "The lowest value of each indicator is no lower than its kind allows.",
                "ExpectColumnPairValuesAToBeGreaterThanB",
                {"column_A": "lowest", "column_B": "least_possible", "or_equal": True, "ignore_row_if": "neither"},
                ("lowest", "least_possible"),
                f"select min(value) as lowest, {{least_possible}} as least_possible {_OF_LEVEL}",
                "critical",
                "value_too_low",
            ),
        ),
        "world",
        _PROMISED.format(limit="facts.lower_limit"),
    )


def not_too_high() -> Suite:
    """No share is above its whole, and no city has more victims in a year than residents."""
    return Suite(
        "values_not_too_high",
        "No value lies above what its kind allows",
        "main/observations",
        _EXTREMES.format(
            extreme="max", found="highest", allowed="most_possible", limit=_UPPER, order="most_possible - highest"
        ),
        (
            Rule(
                "not_above_most_possible",
                "The highest value of each indicator is no higher than its kind allows.",
                "ExpectColumnPairValuesAToBeGreaterThanB",
                {"column_A": "most_possible", "column_B": "highest", "or_equal": True, "ignore_row_if": "neither"},
                ("highest", "most_possible"),
                f"select max(value) as highest, {{most_possible}} as most_possible {_OF_LEVEL}",
                "critical",
                "value_too_high",
            ),
        ),
        "world",
        _PROMISED.format(limit=_UPPER),
    )


_INTERVALS = """
with
    -- Feeds that report finished values, with their intervals.
    feeds_of_values as (
        select coalesce(list(feed_id), []) as feed_ids
        from feeds
        where city_id = $city_id and shape = 'observations'
    ),

    values_with_interval as (
        select *, least(value - ci_low, ci_high - value) as room
        from observations
        where city_id = $city_id and value is not null and ci_low is not null and ci_high is not null
    )

-- Grain: indicator x level of area x sources.
select
    indicator_id,
    area_level,
    array_to_string(sources, ',') as source_list,
    case when list_has_any(sources, (select feed_ids from feeds_of_values)) then 'world' else 'us' end as about,
    min(value - ci_low) as room_below,
    min(ci_high - value) as room_above,
    arg_min(area_id, room) as area_id,
    arg_min(period, room) as period,
    1e-9 * max(abs(value)) as rounding,
    room_below + rounding as below_rounded,
    room_above + rounding as above_rounded
from values_with_interval
group by indicator_id, area_level, sources
order by least(room_below, room_above), indicator_id, area_level, source_list
"""


def intervals() -> Suite:
    """An interval that does not hold its value is an error of arithmetic: ours, or the source's own where it gave the interval."""

    def rule(side: str, formula: str) -> Rule:
        return Rule(
            f"value_not_{side}_interval",
            f"No value lies {side} its interval.",
            "ExpectColumnValuesToBeBetween",
            {"column": f"{side}_rounded", "min_value": 0},
            (f"room_{side}",),
            f"select min({formula}) as room_{side} {_OF_LEVEL} and array_to_string(sources, ',') = '{{source_list}}' "
            "and value is not null and ci_low is not null and ci_high is not null",
            "high",
            "value_outside_interval",
        )

    return Suite(
        "intervals_hold_values",
        "Every interval holds its value",
        "main/observations",
        _INTERVALS,
        (rule("below", "value - ci_low"), rule("above", "ci_high - value")),
        "about",
        "select count(distinct indicator_id) from observations "
        "where city_id = $city_id and value is not null and ci_low is not null and ci_high is not null",
    )


_ARITHMETIC = """
with
    survey_feeds as (
        select coalesce(list(feed_id), []) as feed_ids
        from feeds
        where city_id = $city_id and shape = 'survey_answers'
    ),

    values_with_parts as (
        select
            observations.*,
            abs(
                observations.value
                - indicators.multiplier * observations.numerator / observations.denominator
            ) as off
        from observations
        inner join indicators using (city_id, indicator_id)
        where
            observations.city_id = $city_id
            and indicators.kind in ('rate', 'share', 'ratio')
            and observations.value is not null
            and observations.numerator is not null
            and observations.denominator > 0
            and not list_has_any(observations.sources, (select feed_ids from survey_feeds))
    )

-- Grain: indicator. How far a published rate or share is, at most, from its published parts.
select
    indicator_id,
    max(off) as furthest_off,
    1e-9 * max(abs(value)) + 1e-12 as rounding,
    arg_max(area_id, off) as area_id,
    arg_max(period, off) as period
from values_with_parts
group by indicator_id
order by furthest_off desc, indicator_id
"""


def arithmetic() -> Suite:
    """A reader who divides the numerator by the denominator finds the value."""
    return Suite(
        "values_follow_from_parts",
        "Rates and shares follow from the numerators and denominators published with them",
        "main/observations",
        _ARITHMETIC,
        (
            Rule(
                "value_is_numerator_over_denominator",
                "Each value is its numerator over its denominator times the multiplier.",
                "ExpectColumnPairValuesAToBeGreaterThanB",
                {"column_A": "rounding", "column_B": "furthest_off", "or_equal": True, "ignore_row_if": "neither"},
                ("furthest_off",),
                "select max(abs(o.value - i.multiplier * o.numerator / o.denominator)) as furthest_off "
                "from observations as o inner join indicators as i using (indicator_id) "
                "where o.indicator_id = '{indicator_id}' and o.denominator > 0",
            ),
        ),
    )
