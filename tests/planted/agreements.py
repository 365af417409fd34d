"""Contracts of a clean city's feeds: each complete, with methods, licence, owner and address."""

from __future__ import annotations

from typing import Any

from tests.planted.places import FIRST_YEAR, LAST_YEAR
from tests.planted.records import HARMS, OFFENCES

WINDOW = {"first": f"{FIRST_YEAR}-01-01", "last": f"{LAST_YEAR}-12-31"}
METHODS = {
    "concept": "What the title says, as the national standard defines it.",
    "unit": "Persons or offences, as each column says.",
    "population": "Everyone who lives in or visits the city.",
    "collection_method": "Full count in an administrative register.",
    "instrument": "Form 7 of the register.",
    "recall": "None: entries are made when the event is known.",
    "counting_unit": "One entry for each person or offence.",
    "counting_rule": "Each entry once, under its gravest code.",
    "classification": "National code list, mapped to the international one.",
    "compilation": "Monthly extracts, checked for doubles.",
    "revision_policy": "Final when published; corrections are announced.",
}
FIELDS_OF_METHODS = 12


def feed(
    feed_id: str, title: str, family: str, shape: str, owner: str, columns: dict[str, Any], **more: Any
) -> dict[str, Any]:
    """What all contracts share, and what one adds."""
    return {
        "id": feed_id,
        "title": title,
        "family": family,
        "shape": shape,
        "owner": {"name": owner, "contact": "statistics office"},
        "licence": "CC-BY-4.0",
        "citation": f"{owner}: {title}.",
        "url": f"https://data.example.org/{feed_id}",
        "source": {"connector": "file", "address": f"{feed_id}.csv"},
        "format": {"kind": "csv"},
        "cadence": "annual",
        "allowed_lag_days": 60,
        "replaces": "all",
        "spatial_levels": ["city", "district"],
        "methods": dict(METHODS),
        "columns": columns,
    } | more


def districts() -> dict[str, Any]:
    columns = {
        "area_id": {"from": "code"},
        "parent_id": {"constant": "C"},
        "level": {"constant": "district"},
        "name": {"from": "name"},
        "geometry": {"from": "geometry"},
        "area_km2": {"from": "km2"},
    }
    return feed(
        "districts",
        "Districts",
        "spatial",
        "areas",
        "Planning office",
        columns,
        cadence="irregular",
        allowed_lag_days=400,
        spatial_levels=["district"],
        fills_parents=True,
        format={"kind": "geojson"},
        source={"connector": "file", "address": "districts.geojson"},
    )


def residents() -> dict[str, Any]:
    columns = {
        "area_id": {"from": "district"},
        "year": {"from": "year"},
        "sex": {"from": "sex"},
        "age_group": {"from": "age"},
        "group_dim": {"from": "dim"},
        "group_code": {"from": "code"},
        "persons": {"from": "persons"},
        "method": {"constant": "estimate"},
        "source_year": {"from": "source_year"},
    }
    return feed(
        "residents",
        "Residents",
        "official_statistics",
        "population",
        "Statistical office",
        columns,
        spatial_levels=["district"],
    )


def incidents() -> dict[str, Any]:
    looked_up = ["trim", {"lookup": {"mapping": "offences", "give": "iccs"}}]
    columns = {
        "event_id": {"from": "number"},
        "occurred_on": {"from": "date"},
        "occurred_hour": {"from": "hour"},
        "iccs_code": {"from": "code", "steps": looked_up},
        "local_code": {"from": "code"},
        "weapon": {
            "from": "code",
            "steps": ["trim", {"lookup": {"mapping": "offences", "give": "weapon", "otherwise": "null"}}],
        },
        "area_id": {"from": "district"},
        "latitude": {"from": "lat"},
        "longitude": {"from": "lon"},
    }
    return feed(
        "incidents",
        "Recorded offences",
        "police",
        "crime_events",
        "Police",
        columns,
        cadence="monthly",
        allowed_lag_days=20,
        place_basis="occurrence",
        mappings={"offences": {"file": "mappings/offences.csv"}},
        coverage=WINDOW | {"codes": ["0401", "0501", "0502"]},
    )


def offences_mapping() -> str:
    return "local,iccs,weapon\n" + "".join(f"{code},{iccs},{weapon}\n" for code, iccs, weapon, _ in OFFENCES)


def victims(feed_id: str, title: str, owner: str, preference: int) -> dict[str, Any]:
    codes = {code: iccs for code, iccs, _, _ in HARMS}
    columns = {
        "victim_id": {"from": "victim"},
        "occurred_on": {"from": "date"},
        "local_code": {"from": "code"},
        "iccs_code": {"from": "code", "steps": [{"recode": {"values": codes}}]},
        "area_id": {"from": "district"},
        "sex": {"from": "sex"},
        "age": {"from": "age"},
        "weapon": {"from": "weapon"},
        "location_type": {"from": "place"},
        "ethnicity": {"from": "ethnicity"},
        "disability": {"from": "disability"},
    }
    return feed(
        feed_id,
        title,
        "police",
        "crime_victims",
        owner,
        columns,
        cadence="monthly",
        allowed_lag_days=20,
        place_basis="occurrence",
        preference=preference,
        coverage=WINDOW | {"codes": sorted(codes.values())},
    )


def deaths() -> dict[str, Any]:
    columns = {
        "death_id": {"from": "death"},
        "died_on": {"from": "date"},
        "registered_on": {"from": "registered"},
        "icd10": {"from": "cause"},
        "area_id": {"from": "district"},
        "sex": {"from": "sex"},
        "age": {"from": "age"},
    }
    assault = [f"X{number}" for number in range(85, 100)] + [f"Y0{number}" for number in range(10)] + ["Y871"]
    return feed(
        "deaths",
        "Deaths by assault",
        "health",
        "deaths",
        "Civil registry",
        columns,
        cadence="monthly",
        allowed_lag_days=20,
        place_basis="occurrence",
        coverage=WINDOW | {"codes": assault},
    )


def reported(feed_id: str, title: str, owner: str, levels: list[str], preference: int) -> dict[str, Any]:
    columns = {
        "indicator_id": {"from": "indicator"},
        "area_id": {"from": "area"},
        "period": {"from": "period"},
        "sex": {"from": "sex"},
        "age_group": {"from": "age"},
        "other_dim": {"from": "dim"},
        "other_code": {"from": "code"},
        "value": {"from": "value"},
    }
    return feed(
        feed_id,
        title,
        "official_statistics",
        "observations",
        owner,
        columns,
        spatial_levels=levels,
        preference=preference,
    )


def channels() -> dict[str, Any]:
    columns = {
        "theme": {"from": "theme"},
        "channel": {"from": "channel"},
        "area_id": {"from": "district"},
        "period": {"from": "year"},
        "functioning": {"from": "functioning"},
        "document": {"from": "document"},
        "attested_by": {"constant": "Secretariat"},
        "attested_on": {"constant": f"{LAST_YEAR}-12-15"},
    }
    return feed(
        "channels",
        "Ways to report",
        "governance",
        "reporting_channels",
        "Secretariat of the council",
        columns,
        spatial_levels=["district"],
    )
