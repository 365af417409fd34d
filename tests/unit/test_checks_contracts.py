"""What checks read off the catalogue: limits of each indicator, and which of them count a part of another."""

from __future__ import annotations

from sga_pipeline.expectations.facts import indicator_facts
from sga_pipeline.expectations.nesting import measure_within, parts_of_wholes
from tests.unit.checked_world import contracts

CATALOGUE, KINDS = contracts()
FACTS = {one.indicator_id: one for one in indicator_facts(CATALOGUE, KINDS)}


def test_every_indicator_has_facts_and_shares_end_at_their_whole() -> None:
    assert set(FACTS) == set(CATALOGUE.indicators)
    for name, row in CATALOGUE.indicators.items():
        if row["kind"] in {"share", "survey"}:
            assert (FACTS[name].lower_limit, FACTS[name].upper_limit) == (0, float(row["multiplier"])), name


def test_people_counted_where_they_live_are_never_more_than_the_residents() -> None:
    treated, killed = FACTS["drugs.daily_users_rate"], FACTS["crime.homicide_rate"]
    assert (treated.upper_limit, treated.upper_limit_wide) == (100_000, 100_000)
    # A district may see more victims than it has residents; a city may not.
    assert (killed.upper_limit, killed.upper_limit_wide) == (None, 100_000)


def test_quantities_that_may_exceed_what_they_are_divided_by_have_no_upper_limit() -> None:
    for name in ("gov.prison_overcrowding", "gov.budget_execution_ratio", "demo.household_size_mean"):
        assert FACTS[name].upper_limit is None, name
    assert FACTS["services.public_lighting_area_share"].upper_limit == 100
    assert FACTS[_growth()].lower_limit == -100


def test_what_we_count_is_distinguished_from_what_sources_state() -> None:
    assert FACTS["crime.homicide_rate"].counted
    assert not FACTS["demo.population_total"].counted
    assert not FACTS["demo.literacy_rate"].counted


def test_parts_are_read_off_the_filters() -> None:
    pairs = set(parts_of_wholes(CATALOGUE))
    assert ("crime.homicide_firearm_rate", "crime.homicide_rate") in pairs
    assert ("crime.harassment_rate.sexual", "crime.harassment_rate") in pairs
    assert ("drugs.opioid_deaths", "drugs.related_mortality.direct") not in pairs, (
        "its other measure filters by cause of death"
    )
    assert ("crime.homicide_rate", "crime.homicide_firearm_rate") not in pairs
    assert ("crime.motor_vehicle_theft_rate", "crime.homicide_rate") not in pairs
    assert all(part != whole for part, whole in pairs)


def test_a_measure_lies_within_another_where_each_of_its_filters_does() -> None:
    measures = CATALOGUE.measures
    assert measure_within(measures["homicide_firearm_deaths"], measures["homicide_deaths"]), (
        "X93-X95 lies within X85-Y09"
    )
    assert not measure_within(measures["homicide_deaths"], measures["homicide_deaths_specified"]), (
        "Y09 does not lie within X85-Y08"
    )
    assert measure_within(measures["homicide_victims"], {**measures["homicide_victims"], "iccs_code": "01"})
    assert not measure_within(measures["homicide_victims"], measures["homicide_firearm_victims"])
    assert not measure_within(measures["homicide_victims"], measures["homicide_deaths"]), "rows of another shape"


def _growth() -> str:
    return next(name for name, row in CATALOGUE.indicators.items() if row["kind"] == "growth")
