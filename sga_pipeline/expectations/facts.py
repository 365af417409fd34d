"""What the catalogue says of each indicator that a suite can check: how low and how high it can be, and whether parts add up to it."""

from __future__ import annotations

from dataclasses import dataclass

from sga_pipeline.contracts.catalogue import Catalogue

# Kinds whose numerators are amounts of something, so that those of parts add up to that of the whole.
ADDITIVE = {"count", "rate", "share", "ratio", "trailing"}
# No expectation of life has come near.
LONGEST_LIFE = 120.0


@dataclass(frozen=True)
class IndicatorFacts:
    """Limits of an indicator; `upper_limit_wide` holds for cities and countries alone, where those who move in and out even out."""

    indicator_id: str
    kind: str
    # Whether rows are counted by us, or a source states the amounts.
    counted: bool
    adds_up: bool
    lower_limit: float | None
    upper_limit: float | None
    upper_limit_wide: float | None


def indicator_facts(catalogue: Catalogue, shape_kinds: dict[str, str]) -> list[IndicatorFacts]:
    """Facts of every indicator of the catalogue."""
    return [_facts(row, catalogue, shape_kinds) for row in catalogue.indicators.values()]


def _facts(row: dict[str, str], catalogue: Catalogue, shape_kinds: dict[str, str]) -> IndicatorFacts:
    numerators = measures_of(row, "numerator", catalogue)
    lowest, highest, wide = _limits(row, numerators, measures_of(row, "denominator", catalogue))
    return IndicatorFacts(
        row["indicator_id"],
        row["kind"],
        counted=bool(numerators) and all(shape_kinds[one["shape"]] in {"events", "counts"} for one in numerators),
        adds_up=row["kind"] in ADDITIVE,
        lower_limit=lowest,
        upper_limit=highest,
        upper_limit_wide=wide,
    )


def measures_of(row: dict[str, str], part: str, catalogue: Catalogue) -> list[dict[str, str]]:
    """The measures an indicator may take its numerator or denominator from, best first."""
    return [catalogue.measures[name] for name in filter(None, row[part].split(";"))]


def _limits(
    row: dict[str, str], top: list[dict[str, str]], base: list[dict[str, str]]
) -> tuple[float | None, float | None, float | None]:
    kind, whole = row["kind"], float(row["multiplier"] or 1)
    if row["unit_code"] in {"INDEX", "BINARY"}:
        return 0.0, 1.0, 1.0
    if kind in {"share", "survey", "areas_above"} or (kind == "ratio" and _part_of_whole(row, top, base)):
        return 0.0, whole, whole
    if kind == "rate":
        # Where people are counted at home they are among the residents; where things happen they need not be.
        at_home = row["location_basis"] == "usual residence" and {one["unit"] for one in [*top, *base]} == {"persons"}
        return 0.0, whole if at_home else None, whole
    if kind == "life_table":
        return 0.0, LONGEST_LIFE, LONGEST_LIFE
    if kind == "growth":
        return -whole, None, None
    return (None if kind == "reported" else 0.0), None, None


def _part_of_whole(row: dict[str, str], top: list[dict[str, str]], base: list[dict[str, str]]) -> bool:
    """Land within land, or in so many words a percentage of a total."""
    land = {one["unit"] for one in [*top, *base]} == {"km2"}
    return land or row["unit"].startswith("percent of total")
