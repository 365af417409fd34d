"""Parts that add up to their total: sexes, ages, areas."""

from __future__ import annotations

from sga_pipeline.contracts.catalogue import Catalogue
from sga_pipeline.expectations.suite import Rule, Suite
from sga_pipeline.expectations.suites.years import YEARS

# What we count must add up exactly. What a source states may be rounded part by part, and off by half a percent.
_COMPARED = """
compared as (
    select
        *,
        case when counted then 1e-6 else 0.005 * abs(whole) + 0.5 * parts_n end as allowed,
        whole + allowed as most_allowed,
        whole - allowed as least_allowed,
        case when counted then 'us' else 'world' end as about,
        greatest(parts - most_allowed, case when complete then least_allowed - parts else -1 end) as off
    from summed
    where parts is not null and whole is not null
)

-- Grain: indicator x level x year: of its areas the one that is furthest off.
select indicator_id, area_id, area_level, period, whole, parts, complete, about, most_allowed, least_allowed
from compared
qualify
    row_number() over (
        partition by indicator_id, area_level, period order by off / greatest(whole, 1) desc, area_id
    ) = 1
order by off / greatest(whole, 1) desc, indicator_id, area_level, period
"""

_GROUPS = f"""
with {YEARS},

summed as (
    select
        city_id,
        indicator_id,
        area_id,
        area_level,
        period,
        any_value(counted) as counted,
        max(numerator) filter (where sex = '_T' and age = '_T') as whole,
        sum(numerator) filter (where {{parts}}) as parts,
        count(numerator) filter (where {{parts}}) as parts_n,
        count(numerator) filter (where {{named}}) = {{named_n}}
            and coalesce(bool_and(numerator is not null) filter (where {{parts}}), false) as complete
    from years
    group by city_id, indicator_id, area_id, area_level, period
),
{_COMPARED}"""

_PARTS_OF_GROUP = (
    "select max(numerator) filter (where sex = '_T' and age = '_T') as whole, "
    "sum(numerator) filter (where {condition}) as parts from observations "
    "where indicator_id = '{{indicator_id}}' and area_id = '{{area_id}}' and period = '{{period}}' "
    "and other_dim is null"
)


def _rules(what: str, evidence: str) -> tuple[Rule, ...]:
    return (
        Rule(
            "parts_not_above_whole",
            f"The {what} shown do not add up to more than the total.",
            "ExpectColumnPairValuesAToBeGreaterThanB",
            {"column_A": "most_allowed", "column_B": "parts", "or_equal": True, "ignore_row_if": "neither"},
            ("whole", "parts"),
            evidence,
            "high",
            f"{what}_exceed_total",
        ),
        Rule(
            "parts_make_whole",
            f"Where all {what} are shown they add up to the total.",
            "ExpectColumnPairValuesAToBeGreaterThanB",
            {"column_A": "parts", "column_B": "least_allowed", "or_equal": True, "ignore_row_if": "neither"},
            ("whole", "parts"),
            evidence,
            "medium",
            f"{what}_fall_short",
            "complete",
        ),
    )


def sexes() -> Suite:
    """Women, men and those of unknown sex are everyone."""
    condition = "age = '_T' and sex <> '_T'"
    sql = _GROUPS.format(parts=condition, named="age = '_T' and sex in ('F', 'M')", named_n=2)
    rules = _rules("sexes", _PARTS_OF_GROUP.format(condition=condition))
    return Suite("sexes_sum_to_totals", "Sexes add up to the total", "main/observations", sql, rules, "about")


def ages(catalogue: Catalogue) -> Suite:
    """The groups of ICCS, and those of unknown age, are everyone."""
    groups = [name for name, row in catalogue.age_groups.items() if row["scheme"] == "iccs"]
    listed = ", ".join(f"'{name}'" for name in groups)
    condition = f"sex = '_T' and age in ({listed}, '_U')"
    sql = _GROUPS.format(parts=condition, named=f"sex = '_T' and age in ({listed})", named_n=len(groups))
    rules = _rules("ages", _PARTS_OF_GROUP.format(condition=condition))
    return Suite("ages_sum_to_totals", "Age groups add up to the total", "main/observations", sql, rules, "about")


_AREAS = f"""
with {YEARS},

totals as (
    select * from years where sex = '_T' and age = '_T' and numerator is not null
),

areas_of_level as (
    select level as area_level, count(*) as areas_n from areas where city_id = $city_id group by level
),

-- Areas of a level fill their city where each of them has a figure.
summed as (
    select
        wholes.city_id,
        wholes.indicator_id,
        wholes.area_id,
        parts.area_level,
        wholes.period,
        any_value(wholes.counted) as counted,
        any_value(wholes.numerator) as whole,
        sum(parts.numerator) as parts,
        count(*) as parts_n,
        -- Events without an area are the city's alone; what a source states for every area is all there is.
        not any_value(wholes.counted) and count(*) = coalesce(any_value(areas_of_level.areas_n), 0) as complete
    from totals as wholes
    inner join cities on wholes.city_id = cities.city_id and wholes.area_id = cities.city_area
    inner join totals as parts on wholes.indicator_id = parts.indicator_id and wholes.period = parts.period
    left join areas_of_level on parts.area_level = areas_of_level.area_level
    where
        parts.area_level in ('district', 'neighbourhood')
        -- Two sources need not agree; where they do not, that is a finding of its own.
        and wholes.sources = parts.sources
    group by wholes.city_id, wholes.indicator_id, wholes.area_id, wholes.period, parts.area_level
),
{_COMPARED}"""


def areas() -> Suite:
    """Districts, or neighbourhoods, are not more than their city."""
    evidence = (
        "select sum(numerator) filter (where area_id = '{area_id}') as whole, "
        "sum(numerator) filter (where area_level = '{area_level}') as parts from observations "
        "where indicator_id = '{indicator_id}' and period = '{period}' and sex = '_T' and age = '_T' "
        "and other_dim is null"
    )
    return Suite(
        "areas_sum_to_city",
        "Districts and neighbourhoods add up to the city",
        "main/observations",
        _AREAS,
        _rules("areas", evidence),
        "about",
    )
