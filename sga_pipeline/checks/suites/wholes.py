"""Parts and wholes: sexes, ages and areas against their total, components against what they are part of, cities against the country."""

from __future__ import annotations

from sga_pipeline.checks.suite import Rule, Suite
from sga_pipeline.contracts.catalogue import Catalogue

# Amounts that can be added up: not the answers of a survey, nor what a source reports as a finished value.
_YEARS = """
years as (
    select observations.*, facts.counted from observations
    inner join catalogue_facts as facts using (indicator_id)
    where observations.city_id = $city_id and observations.freq = 'A' and observations.other_dim is null and facts.adds_up
        and not list_has_any(observations.sources,
            (select coalesce(list(feed_id), []) from feeds where city_id = $city_id and shape in ('survey_answers', 'observations')))
)"""

# What we count must add up exactly. What a source states may be rounded part by part, and off by half a percent.
_JUDGED = """
judged as (
    select *, case when counted then 1e-6 else 0.005 * abs(whole) + 0.5 * parts_n end as allowed,
        whole + allowed as most_allowed, whole - allowed as least_allowed, case when counted then 'us' else 'world' end as about,
        greatest(parts - most_allowed, case when complete then least_allowed - parts else -1 end) as off
    from summed where parts is not null and whole is not null
)
-- Grain: indicator x level x year: of its areas the one that is furthest off.
select indicator_id, area_id, area_level, period, whole, parts, complete, about, most_allowed, least_allowed
from judged
qualify row_number() over (partition by indicator_id, area_level, period order by off / greatest(whole, 1) desc, area_id) = 1
order by off / greatest(whole, 1) desc, indicator_id, area_level, period
"""

_GROUPS = f"""
with {_YEARS},

summed as (
    select city_id, indicator_id, area_id, area_level, period, any_value(counted) as counted,
        max(numerator) filter (where sex = '_T' and age = '_T') as whole,
        sum(numerator) filter (where {{parts}}) as parts, count(numerator) filter (where {{parts}}) as parts_n,
        count(numerator) filter (where {{named}}) = {{named_n}} and coalesce(bool_and(numerator is not null) filter (where {{parts}}), false) as complete
    from years group by city_id, indicator_id, area_id, area_level, period
),
{_JUDGED}"""

_PARTS_OF_GROUP = (
    "select max(numerator) filter (where sex = '_T' and age = '_T') as whole, sum(numerator) filter (where {condition}) as parts "
    "from observations where indicator_id = '{{indicator_id}}' and area_id = '{{area_id}}' and period = '{{period}}' and other_dim is null"
)


def _rules(what: str, evidence: str) -> tuple[Rule, ...]:
    return (
        Rule(
            "parts_not_above_whole", f"The {what} shown do not add up to more than the total.",
            "ExpectColumnPairValuesAToBeGreaterThanB",
            {"column_A": "most_allowed", "column_B": "parts", "or_equal": True, "ignore_row_if": "neither"},
            ("whole", "parts"), evidence, "high", f"{what}_exceed_total",
        ),
        Rule(
            "parts_make_whole", f"Where all {what} are shown they add up to the total.",
            "ExpectColumnPairValuesAToBeGreaterThanB",
            {"column_A": "parts", "column_B": "least_allowed", "or_equal": True, "ignore_row_if": "neither"},
            ("whole", "parts"), evidence, "medium", f"{what}_fall_short", "complete",
        ),
    )  # fmt: skip


def sexes() -> Suite:
    """Women, men and those of unknown sex are everyone."""
    condition = "age = '_T' and sex <> '_T'"
    sql = _GROUPS.format(parts=condition, named="age = '_T' and sex in ('F', 'M')", named_n=2)
    rules = _rules("sexes", _PARTS_OF_GROUP.format(condition=condition))
    return Suite("sexes_sum_to_totals", "Sexes add up to the total", "published/observations", sql, rules, "about")


def ages(catalogue: Catalogue) -> Suite:
    """The groups of ICCS, and those of unknown age, are everyone."""
    groups = [name for name, row in catalogue.age_groups.items() if row["scheme"] == "iccs"]
    listed = ", ".join(f"'{name}'" for name in groups)
    condition = f"sex = '_T' and age in ({listed}, '_U')"
    sql = _GROUPS.format(parts=condition, named=f"sex = '_T' and age in ({listed})", named_n=len(groups))
    rules = _rules("ages", _PARTS_OF_GROUP.format(condition=condition))
    return Suite("ages_sum_to_totals", "Age groups add up to the total", "published/observations", sql, rules, "about")


_AREAS = f"""
with {_YEARS},

totals as (select * from years where sex = '_T' and age = '_T' and numerator is not null),

-- Areas of a level fill their city where each of them has a figure.
summed as (
    select wholes.city_id, wholes.indicator_id, wholes.area_id, parts.area_level, wholes.period, any_value(wholes.counted) as counted,
        any_value(wholes.numerator) as whole, sum(parts.numerator) as parts, count(*) as parts_n,
        -- Events without an area are the city's alone; what a source states for every area is all there is.
        not any_value(wholes.counted) and count(*) = (select count(*) from areas where areas.city_id = $city_id and areas.level = parts.area_level) as complete
    from totals as wholes
    inner join cities on wholes.city_id = cities.city_id and wholes.area_id = cities.city_area
    inner join totals as parts on wholes.indicator_id = parts.indicator_id and wholes.period = parts.period
    where parts.area_level in ('district', 'neighbourhood') and (not wholes.counted or wholes.sources = parts.sources)
    group by wholes.city_id, wholes.indicator_id, wholes.area_id, wholes.period, parts.area_level
),
{_JUDGED}"""


def areas() -> Suite:
    """Districts, or neighbourhoods, are not more than their city."""
    evidence = (
        "select sum(numerator) filter (where area_id = '{area_id}') as whole, sum(numerator) filter (where area_level = '{area_level}') as parts "
        "from observations where indicator_id = '{indicator_id}' and period = '{period}' and sex = '_T' and age = '_T' and other_dim is null"
    )
    return Suite(
        "areas_sum_to_city", "Districts and neighbourhoods add up to the city", "published/observations", _AREAS,
        _rules("areas", evidence), "about", tables=("observations", "areas", "cities"),
    )  # fmt: skip


_COMPONENTS = f"""
with {_YEARS}

-- Grain: indicator x what it is part of: the area and year where it comes nearest to its whole, or above it.
select parts.indicator_id, nested.whole_id, parts.area_id, parts.period, wholes.numerator as whole, parts.numerator as part,
    case when parts.counted then 'us' else 'world' end as about
from years as parts
inner join nested on parts.indicator_id = nested.part_id
inner join years as wholes
    on nested.whole_id = wholes.indicator_id and parts.area_id = wholes.area_id and parts.period = wholes.period and parts.sex = wholes.sex
    and parts.age = wholes.age and parts.sources = wholes.sources
where parts.sex = '_T' and parts.age = '_T' and parts.numerator is not null and wholes.numerator is not null
qualify row_number() over (
    partition by parts.indicator_id, nested.whole_id order by parts.numerator - wholes.numerator desc, parts.period, parts.area_id) = 1
order by part - whole desc, parts.indicator_id, nested.whole_id
"""


def components() -> Suite:
    """No more homicides with a firearm than homicides, from the same source."""
    return Suite(
        "parts_within_wholes", "Indicators that count a part do not exceed those that count the whole", "published/observations",
        _COMPONENTS,
        (Rule(
            "component_not_above_whole", "What is part of another indicator is not more than it.",
            "ExpectColumnPairValuesAToBeGreaterThanB",
            {"column_A": "whole", "column_B": "part", "or_equal": True, "ignore_row_if": "neither"},
            ("whole", "part"),
            "select max(numerator) filter (where indicator_id = '{whole_id}') as whole, "
            "max(numerator) filter (where indicator_id = '{indicator_id}') as part from observations "
            "where area_id = '{area_id}' and period = '{period}' and sex = '_T' and age = '_T' and other_dim is null",
            "critical", "component_exceeds_whole",
        ),), "about",
    )  # fmt: skip


_COUNTRY = """
with totals as (
    -- A source that reports a finished count gives no numerator; the count is its value.
    select observations.*, coalesce(observations.numerator, case when facts.kind = 'count' then observations.value end) as amount
    from observations
    inner join catalogue_facts as facts using (indicator_id)
    where observations.city_id = $city_id and observations.freq = 'A' and observations.sex = '_T' and observations.age = '_T'
        and observations.other_dim is null and facts.adds_up
        and not list_has_any(observations.sources, (select coalesce(list(feed_id), []) from feeds where city_id = $city_id and shape = 'survey_answers'))
)

-- Grain: indicator x year.
select own.indicator_id, own.area_id, own.period, country.area_id as country_id, country.amount as country, own.amount as city
from totals as own
inner join cities on own.city_id = cities.city_id and own.area_id = cities.city_area
inner join totals as country on own.indicator_id = country.indicator_id and own.period = country.period and country.area_level = 'country'
where own.amount is not null and country.amount is not null
order by own.amount / greatest(country.amount, 1) desc, own.indicator_id, own.period
"""


def country() -> Suite:
    """A country has at least as much of everything that is counted as one of its cities."""
    return Suite(
        "country_not_below_city", "The country counts at least as many as the city", "published/observations", _COUNTRY,
        (Rule(
            "country_at_least_city", "The count of the country is no smaller than the city's.",
            "ExpectColumnPairValuesAToBeGreaterThanB",
            {"column_A": "country", "column_B": "city", "or_equal": True, "ignore_row_if": "neither"},
            ("country", "city"),
            "select max(coalesce(numerator, value)) filter (where area_id = '{country_id}') as country, "
            "max(coalesce(numerator, value)) filter (where area_id = '{area_id}') as city from observations where indicator_id = '{indicator_id}' and period = '{period}' and sex = '_T' and age = '_T' and other_dim is null",
            "high", "city_exceeds_country",
        ),), "world", tables=("observations", "cities"),
    )  # fmt: skip
