"""Spoilt cities of one large defect each: a feed that never came, a whole category full of holes, decisions, combinations."""

from __future__ import annotations

from collections.abc import Callable

from tests.planted import defects_contracts as contracts
from tests.planted import defects_decisions as decisions
from tests.planted import defects_figures as reported
from tests.planted import defects_people as people
from tests.planted import defects_records as records
from tests.planted import defects_tables as tables
from tests.planted import defects_time as time
from tests.planted import figures
from tests.planted.grading import Pick, is_core, uplifted
from tests.planted.model import MadeCity

# Some of the indicators the guide wants by district.
BY_DISTRICT = (
    "demo.population_total",
    "demo.literacy_rate",
    "services.doctors_rate",
    "crime.motor_vehicle_theft_rate",
    "crime.homicide_rate",
    "gov.police_rate",
    "socio.poverty_rate",
    "cohesion.volunteering_share",
)


def no_offences(city: MadeCity) -> None:
    alone = {"crime.motor_vehicle_theft_rate": "medium", "crime.robbery_firearm_rate": "medium"}
    contracts.never_came(city, "incidents", alone)


def no_victims(city: MadeCity) -> None:
    """The prosecutor's files are not known to the contracts, and the police's never came; homicides are in the register of deaths."""
    city.drop_feed("case_files")
    contracts.never_came(
        city,
        "victims",
        {
            "crime.serious_assault_rate": "critical",
            "crime.serious_assault_firearm_rate": "medium",
            "crime.sexual_violence_rate": "critical",
            "crime.sexual_violence_firearm_rate": "medium",
        },
    )


def no_registry(city: MadeCity) -> None:
    """The police and the prosecutor count homicides too, so it explains nothing."""
    contracts.never_came(city, "deaths", {})
    city.must_not_raise("others count it", "G01", "low", indicator_id="crime.homicide_rate")


def no_channels_at_all(city: MadeCity) -> None:
    city.drop_feed("channels")
    city.must_raise("no list of channels", "G21", "high")


def no_country_at_all(city: MadeCity) -> None:
    """More than twenty findings of one kind stand below one."""
    for place, indicator_id in enumerate(figures.printed()):
        if figures.printed()[indicator_id]["category_no"] != "8":
            reported.no_national(city, indicator_id)
            if place % 8:
                city.planted.pop()


def no_second_office(city: MadeCity) -> None:
    city.drop_feed("yearbook")
    every_fourth = Pick(city.seed).core[::4]
    for indicator_id in every_fourth:
        city.must_raise("no yearbook", "G22", "medium", indicator_id=indicator_id)


def large_districts(city: MadeCity) -> None:
    for indicator_id in BY_DISTRICT:
        city.must_raise(
            "60,000 people in a district", "G12", uplifted("medium", indicator_id), indicator_id=indicator_id
        )


def decided(city: MadeCity) -> None:
    pick = Pick(city.seed)
    names = {core: [pick.one(core) for _ in range(3)] for core in (True, False)}
    for core, (accepted, waived, ran_out) in names.items():
        for indicator_id in (accepted, waived, ran_out):
            reported.no_national(city, indicator_id)
            assert is_core(indicator_id) == core
        decisions.decide(city, "G15", "accepted", "2026-01-01", indicator_id=accepted)
        decisions.decide(city, "G15", "waived", "2026-01-01", indicator_id=waived)
        decisions.decide(city, "G15", "accepted", "2024-12-31", indicator_id=ran_out)
    contracts.no_licence(city, "yearbook")
    decisions.decide(city, "G23", "accepted", "2025-06-30", feed_id="yearbook")
    contracts.methods_unstated(city, "deaths", 4)
    decisions.decide(city, "G08a", "waived", "2025-01-20", feed_id="deaths")
    gone = pick.one(core=True)
    reported.city_figure_missing(city, gone)
    decisions.not_needed(city, gone)


def own_limits(city: MadeCity) -> None:
    """Stricter than the project: what was nothing is something here, and low is medium."""
    decisions.own_limit(city, "G08a", "share_stated", "low", 0.95)
    contracts.methods_unstated(city, "incidents", 1)
    decisions.own_limit(city, "G20", "share_doubled", "medium", 0.002)
    records.doubled(city, "victims", 0.005)
    city.unraised.clear()
    city.planted.clear()
    city.must_raise("one fact unstated, by own limit", "G08a", "low", feed_id="incidents")
    city.must_raise("0.5% doubled, by own limit", "G20", "medium", feed_id="victims")


def residents_stop(city: MadeCity) -> None:
    people.residents_end(city, 2022)


def months_missing(city: MadeCity) -> None:
    """Every second month or so of more than half of the window."""
    time.periods_missing(city, "incidents", "M", [*range(3, 30, 2), 33, 36])
    contracts.new_column(city, "incidents", "2024-11")


def alone_and_weak(city: MadeCity) -> None:
    """The only source of a core figure breaks its own rules."""
    records.broken(city, "statistics", 0.08, "no such period")
    pick = Pick(city.seed)
    for _ in range(4):
        reported.one_source(city, indicator_id := pick.one(core=True))
        city.planted.pop()
        city.must_raise("one source, and a weak one", "G22", "high", indicator_id=indicator_id)


def impossible_shares(city: MadeCity) -> None:
    for indicator_id in ("demo.literacy_rate", "services.electricity_access", "socio.bank_account_share"):
        tables.impossible(city, indicator_id)


def districts_silent(number: int) -> Callable[[MadeCity], None]:
    return lambda city: tables.districts_missing(city, "statistics", number)


def months_silent(feed_id: str, district: int, number: int) -> Callable[[MadeCity], None]:
    return lambda city: records.silent(city, feed_id, district, [f"2023-{month:02d}" for month in range(4, 4 + number)])
