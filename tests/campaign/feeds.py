"""Clean feeds of a seeded city: a contract and files for each, every one feeding indicators that no other feeds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from random import Random
from typing import Any

from tests.campaign.model import DISTRICTS, INDICATORS, MEASURES, YEARS, Contract, Feed, Table, in_code

WINDOW = {"first": f"{YEARS[0]}-01-01", "last": f"{YEARS[-1]}-12-31"}
MONTHS = [f"{year}-{month:02d}" for year in YEARS for month in range(1, 13)]
# Codes, with the tags that a record may have, whose counts are indicators of their own.
VICTIMS = {
    "020111": ("crime.serious_assault_rate", "crime.serious_assault_firearm_rate"),
    "0301": ("crime.sexual_violence_rate", "crime.sexual_violence_firearm_rate"),
    "0204": ("crime.trafficking_victims_rate",),
}
EVENTS = {
    "050211": ("crime.motor_vehicle_theft_rate",),
    "0401": ("crime.robbery_firearm_rate",),
    "0101": ("crime.homicide_offences_rate", "crime.homicide_firearm_offences_rate"),
}
COUNTED = {
    "0101": ("crime.homicide_counted_rate", "victims"),
    "020111": ("crime.serious_assault_rate", "victims"),
    "0204": ("crime.trafficking_victims_rate", "victims"),
    "050211": ("crime.motor_vehicle_theft_rate", "offences"),
}
DEATHS = {"X41": ("drugs.related_mortality.direct",), "X99": ("crime.homicide_register_rate",)}
# What has more than one topic, or another one, must stay without a value.
HEALTH = {
    "physicians": ("services.doctors_rate",),
    "drug_treatment_clients": ("services.drug_treatment_rate",),
    "drug_treatment_entries": ("drugs.treatment_registry_demand.usable", "drugs.treatment_registry_demand"),
    "drug_morbidity": (
        "drugs.related_morbidity.direct",
        "drugs.related_morbidity.attributable",
        "drugs.related_morbidity",
    ),
    "drug_deaths_attributable": ("drugs.related_mortality.attributable",),
    "drug_deaths_all": ("drugs.related_mortality",),
}


def feed(
    feed_id: str,
    shape: str,
    indicators: Sequence[str],
    columns: dict[str, Any],
    roles: dict[str, str],
    rows: list[tuple[str, ...]],
    **more: Any,
) -> Feed:
    """A contract of one file, and the file."""
    contract: Contract = {
        "id": feed_id,
        "title": feed_id.replace("_", " "),
        "family": "survey" if shape == "survey_answers" else "official_statistics",
        "shape": shape,
        "owner": {"name": "Statistical office", "contact": "data unit"},
        "licence": "CC-BY-4.0",
        "citation": "Made up for a test.",
        "source": {"connector": "file", "address": f"{feed_id}.csv"},
        "format": {"kind": "csv"},
        "cadence": "annual",
        "allowed_lag_days": 90,
        "spatial_levels": ["city", "district"],
        "replaces": "all",
        "columns": columns,
    } | more
    return Feed(feed_id, contract, tuple(indicators), {f"{feed_id}.csv": Table(tuple(roles), tuple(rows))}, roles)


def by_year(one: Feed) -> Feed:
    """The same feed with a file for each year, as the date or period of its rows says."""
    [table] = one.files.values()
    [when] = one.columns("date", "period")
    place = table.header.index(when)
    files = {
        f"{one.id}/{year}.csv": Table(table.header, tuple(row for row in table.rows if row[place][:4] == str(year)))
        for year in YEARS
    }
    source = {
        "connector": "file",
        "address": f"{one.id}/{{period}}.csv",
        "periods": {"freq": "A", "first": str(YEARS[0]), "last": str(YEARS[-1])},
    }
    return Feed(one.id, one.contract | {"source": source, "replaces": "period"}, one.indicators, files, one.roles)


def updating(one: Feed) -> Feed:
    """The same feed, its deliveries adding records and putting earlier ones right."""
    contract = {name: said for name, said in one.contract.items() if name != "replaces"} | {"updates": "key"}
    return Feed(one.id, contract, one.indicators, one.files, one.roles)


def in_two(one: Feed, draw: Random) -> Feed:
    """The same counts, each as two rows that add up."""
    files = {}
    for name, table in one.files.items():
        rows = []
        for row in table.rows:
            part = draw.randint(1, int(row[-1]) - 1)
            rows += [(*row[:-1], str(part)), (*row[:-1], str(int(row[-1]) - part))]
        files[name] = Table(table.header, tuple(rows))
    return Feed(one.id, one.contract | {"add_up": True}, one.indicators, files, one.roles)


def by_column(one: Feed, amount: str) -> Feed:
    """The same feed with a column for each period, its contract melting them."""
    [table] = one.files.values()
    [when] = one.columns("period")
    where, what = table.header.index(when), table.header.index(amount)
    rest = [name for name in table.header if name not in (when, amount)]
    periods = sorted({row[where] for row in table.rows})
    cells: dict[tuple[str, ...], dict[str, str]] = {}
    for row in table.rows:
        key = tuple(row[table.header.index(name)] for name in rest)
        cells.setdefault(key, {})[row[where]] = row[what]
    rows = tuple((*key, *(found[one] for one in periods)) for key, found in cells.items())
    digits = "[0-9]{4}-[0-9]{2}" if "-" in periods[0] else "[0-9]{4}"
    melt = {"columns": "{period}", "parts": {"period": digits}, "value": "number"}
    columns = one.contract["columns"] | {"period": {"from": "period"}}
    columns[next(name for name, said in columns.items() if said.get("from") == amount)] = {"from": "number"}
    roles = {name: one.roles[name] for name in rest} | dict.fromkeys(periods, "amount")
    contract = one.contract | {"melt": melt, "columns": columns}
    return Feed(one.id, contract, one.indicators, {f"{one.id}.csv": Table((*rest, *periods), rows)}, roles)


def day_first(one: Feed) -> Feed:
    """The same feed with dates as 31/12/2023."""
    return rewritten(one, "date", lambda cell: "/".join(reversed(cell.split("-"))), {"date": ["%d/%m/%Y"]})


def with_commas(one: Feed) -> Feed:
    """The same feed with numbers as 1.234,5."""
    signs = str.maketrans(",.", ".,")
    step = {"number": {"decimal": ",", "thousands": "."}}
    return rewritten(one, "amount", lambda cell: f"{float(cell):,.2f}".removesuffix(".00").translate(signs), step)


def rewritten(one: Feed, role: str, write: Callable[[str], str], step: dict[str, Any]) -> Feed:
    """The cells of a role written another way, and the step that reads them."""
    names = {*one.columns(role)}
    files = {
        name: Table(
            table.header,
            tuple(
                tuple(write(cell) if of in names else cell for of, cell in zip(table.header, row, strict=True))
                for row in table.rows
            ),
        )
        for name, table in one.files.items()
    }
    read = {one.contract["melt"]["value"]} if "melt" in one.contract and role == "amount" else names
    columns = {
        name: said | {"steps": [deepcopy(step)]} if said.get("from") in read else said
        for name, said in one.contract["columns"].items()
    }
    return Feed(one.id, one.contract | {"columns": columns}, one.indicators, files, one.roles)


def residents(draw: Random) -> Feed:
    """Residents by district, year and sex."""
    people = {area: draw.randint(90_000, 160_000) for area in DISTRICTS}
    rows = [
        (area, str(year), sex, str(round(people[area] * share * (1 + 0.01 * (year - YEARS[0])))))
        for area in DISTRICTS
        for year in YEARS
        for sex, share in (("F", 0.51), ("M", 0.49))
    ]
    columns = {
        "area_id": {"from": "district"},
        "year": {"from": "year"},
        "sex": {"from": "sex"},
        "persons": {"from": "persons"},
        "method": {"constant": "estimate"},
    }
    roles = {"district": "area", "year": "period", "sex": "sex", "persons": "amount"}
    return feed(
        "residents",
        "population",
        ["demo.population_total", "demo.population_by_group", "demo.population_density"],
        columns,
        roles,
        rows,
    )


def cells(draw: Random, periods: Sequence[str], sexes: bool) -> Iterator[tuple[str, str, str]]:
    for area in DISTRICTS:
        for period in periods:
            for sex in ("F", "M") if sexes else ("",):
                yield area, period, sex


def counts(
    draw: Random, feed_id: str, shape: str, indicators: Sequence[str], fixed: dict[str, str], size: int, code: str
) -> Feed:
    """Counts by district and month or year, with or without sexes; long, wide, or a file a year."""
    monthly, sexes = draw.random() < 0.7, draw.random() < 0.4
    size = size if monthly else size * 12
    rows = [
        (area, period, *([sex] if sexes else []), str(draw.randint(size, 2 * size)))
        for area, period, sex in cells(draw, MONTHS if monthly else [str(year) for year in YEARS], sexes)
    ]
    roles = {"district": "area", "period": "period"} | ({"sex": "sex"} if sexes else {}) | {"number": "amount"}
    columns: dict[str, Any] = {"area_id": {"from": "district"}, "period": {"from": "period"}}
    if sexes:
        columns["sex"] = {"from": "sex"}
    columns |= {name: {"constant": value} for name, value in fixed.items()}
    columns["count"] = {"from": "number"}
    more = {"coverage": WINDOW | {"codes": [code]}, "add_up": {"never": "A row a district, period and sex."}}
    made = feed(feed_id, shape, indicators, columns, roles, rows, **more)
    ways: list[Callable[[], Feed]] = [
        lambda: made,
        lambda: in_two(made, draw),
        lambda: by_year(made),
        lambda: by_column(made, "number"),
    ]
    made = draw.choice(ways)()
    return with_commas(made) if draw.random() < 0.2 else made


def crime_counts(draw: Random, code: str) -> Feed:
    indicator, unit = COUNTED[code]
    fixed = {"iccs_code": code, "unit_counted": unit}
    return counts(draw, f"counted_{code}", "crime_counts", [indicator], fixed, draw.randint(8, 60), code)


def health_counts(draw: Random, topic: str) -> Feed:
    return counts(draw, f"health_{topic}", "health_counts", HEALTH[topic], {"topic": topic}, draw.randint(8, 60), topic)


def records(draw: Random, shape: str, code: str, indicators: Sequence[str]) -> Feed:
    """A row for each offence, victim or death."""
    key, day, classified = {
        "crime_events": ("event_id", "occurred_on", "iccs_code"),
        "crime_victims": ("victim_id", "occurred_on", "iccs_code"),
        "deaths": ("death_id", "died_on", "icd10"),
    }[shape]
    people, armed = shape != "crime_events", shape != "deaths"
    rows = []
    for number in range(draw.choice([300, 500, 900])):
        month, where = draw.choice(MONTHS), draw.choice(DISTRICTS)
        row = [f"N{number:05d}", f"{month}-{draw.randint(1, 28):02d}", where, code]
        row += [draw.choice("FM"), str(draw.randint(1, 90))] if people else []
        row += [draw.choice(["firearm", "knife"])] if armed else []
        rows.append(tuple(row))
    rows.sort(key=lambda row: row[1])
    columns = {key: {"from": "id"}, day: {"from": "day"}, "area_id": {"from": "district"}, classified: {"from": "code"}}
    roles = {"id": "key", "day": "date", "district": "area", "code": "code"}
    if people:
        columns |= {"sex": {"from": "sex"}, "age": {"from": "age"}}
        roles |= {"sex": "sex", "age": "age"}
    if armed:
        columns["weapon"] = {"from": "weapon"}
        roles["weapon"] = "tag"
    # A register of some causes says nothing of the others.
    codes = causes(indicators[0]) if shape == "deaths" else [code]
    made = feed(f"{shape}_{code}".lower(), shape, indicators, columns, roles, rows, coverage=WINDOW | {"codes": codes})
    made = by_year(made) if draw.random() < 0.4 else made
    if len(made.files) > 1 and draw.random() < 0.5:
        made = updating(made)
    return day_first(made) if draw.random() < 0.3 else made


def causes(indicator: str) -> list[str]:
    """Every cause of death that an indicator counts, of three characters."""
    [ranges] = {MEASURES[one]["icd10"] for one in INDICATORS[indicator]["numerator"].split(";")} - {""}
    return [
        code
        for code in (f"{chapter}{number:02d}" for chapter in "FXY" for number in range(100))
        if in_code(code, ranges)
    ]
