"""What is larger than what: an indicator than those that count a part of it, the country than its city."""

from __future__ import annotations

from sga_pipeline.expectations.suite import Rule, Suite
from sga_pipeline.expectations.suites.years import YEARS

_COMPONENTS = f"""
with {YEARS},

totals as (
    select * from years where sex = '_T' and age = '_T' and numerator is not null
)

-- Grain: indicator x what it is part of: the area and year where it comes nearest to its whole, or above it.
select
    parts.indicator_id,
    nested.whole_id,
    parts.area_id,
    parts.period,
    wholes.numerator as whole,
    parts.numerator as part,
    case when parts.counted then 'us' else 'world' end as about
from totals as parts
inner join nested on parts.indicator_id = nested.part_id
inner join totals as wholes
    on nested.whole_id = wholes.indicator_id
    and parts.area_id = wholes.area_id
    and parts.period = wholes.period
    and parts.sources = wholes.sources
qualify
    row_number() over (
        partition by parts.indicator_id, nested.whole_id
        order by parts.numerator - wholes.numerator desc, parts.period, parts.area_id
    ) = 1
order by part - whole desc, parts.indicator_id, nested.whole_id
"""


def components() -> Suite:
    """No more homicides with a firearm than homicides, from the same source."""
    return Suite(
        "parts_within_wholes",
        "Indicators that count a part do not exceed those that count the whole",
        "main/observations",
        _COMPONENTS,
        (
            Rule(
                "component_not_above_whole",
                "What is part of another indicator is not more than it.",
                "ExpectColumnPairValuesAToBeGreaterThanB",
                {"column_A": "whole", "column_B": "part", "or_equal": True, "ignore_row_if": "neither"},
                ("whole", "part"),
                "select max(numerator) filter (where indicator_id = '{whole_id}') as whole, "
                "max(numerator) filter (where indicator_id = '{indicator_id}') as part from observations "
                "where area_id = '{area_id}' and period = '{period}' "
                "and sex = '_T' and age = '_T' and other_dim is null",
                "critical",
                "component_exceeds_whole",
            ),
        ),
        "about",
    )


_COUNTRY = """
with totals as (
    select
        observations.*,
        -- A source that reports a finished count gives no numerator; the count is its value.
        coalesce(observations.numerator, case when facts.kind = 'count' then observations.value end) as amount
    from observations
    inner join catalogue_facts as facts using (indicator_id)
    where
        observations.city_id = $city_id
        and observations.freq = 'A'
        and observations.sex = '_T'
        and observations.age = '_T'
        and observations.other_dim is null
        and facts.adds_up
        and not list_has_any(
            observations.sources,
            (
                select coalesce(list(feed_id), [])
                from feeds
                where city_id = $city_id and shape = 'survey_answers'
            )
        )
)

-- Grain: indicator x year.
select
    own.indicator_id,
    own.area_id,
    own.period,
    country.area_id as country_id,
    country.amount as country,
    own.amount as city
from totals as own
inner join cities on own.city_id = cities.city_id and own.area_id = cities.city_area
inner join totals as country
    on own.indicator_id = country.indicator_id
    and own.period = country.period
    and country.area_level = 'country'
where own.amount is not null and country.amount is not null
order by own.amount / greatest(country.amount, 1) desc, own.indicator_id, own.period
"""


def country() -> Suite:
    """A country has at least as much of everything that is counted as one of its cities."""
    return Suite(
        "country_not_below_city",
        "The country counts at least as many as the city",
        "main/observations",
        _COUNTRY,
        (
            Rule(
                "country_at_least_city",
                "The count of the country is no smaller than the city's.",
                "ExpectColumnPairValuesAToBeGreaterThanB",
                {"column_A": "country", "column_B": "city", "or_equal": True, "ignore_row_if": "neither"},
                ("country", "city"),
                "select max(coalesce(numerator, value)) filter (where area_id = '{country_id}') as country, "
                "max(coalesce(numerator, value)) filter (where area_id = '{area_id}') as city from observations "
                "where indicator_id = '{indicator_id}' and period = '{period}' "
                "and sex = '_T' and age = '_T' and other_dim is null",
                "high",
                "city_exceeds_country",
            ),
        ),
        "world",
    )
