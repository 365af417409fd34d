"""A seeded city: its clean feeds, and the folder that `sga run` takes once some of their deliveries are changed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.campaign import feeds, tables
from tests.campaign.feeds import COUNTED, DEATHS, EVENTS, HEALTH, VICTIMS, feed
from tests.campaign.model import CITY, DISTRICTS, INDICATORS, KM2, MEASURES, YEARS, Feed, Texts
from tests.planted.writing import as_yaml

# Indicators that no other feed of these cities comes near, as an office reports them.
REPORTED = (
    "socio.hdi",
    "socio.gini",
    "services.life_expectancy",
    "services.infant_mortality_rate",
    "demo.teen_pregnancy_rate",
    "demo.learning_proficiency",
    "demo.learning_proficiency.g23_maths",
    "demo.learning_proficiency.primary_reading",
    "demo.learning_proficiency.primary_maths",
    "demo.education_attainment",
    "demo.education_attainment.secondary",
    "demo.education_attainment.post_secondary",
    "services.essential_services_area_coverage",
    "services.essential_services_area_coverage.water",
    "services.essential_services_area_coverage.sewage",
    "services.essential_services_area_coverage.schools",
    "services.essential_spending_share",
    "services.essential_spending_share.health",
    "crime.homicide_ocg_rate",
    "crime.homicide_ipf_rate",
    "crime.harassment_rate",
    "crime.harassment_rate.physical",
    "crime.harassment_rate.sexual",
    "crime.terrorist_killings_rate",
    "crime.firearms_diverted_share",
    "crime.firearms_diverted_share.state",
    "drugs.use_incidence_general",
    "drugs.pwid_infection_rates",
    "drugs.pwid_infection_rates.hbv",
    "gov.victim_reporting_rate",
    "gov.service_satisfaction",
    "gov.bribery_prevalence.usable",
    "gov.youth_conflict_law_rate",
    "hazard.disaster_affected_rate",
)


@dataclass(frozen=True)
class City:
    """Feeds by their ids; each of the indicators they name comes from that feed alone."""

    seed: int
    feeds: dict[str, Feed]


def made_city(seed: int) -> City:
    draw = Random(f"city {seed}")
    victims = {code for code in VICTIMS if draw.random() < 0.6}
    events = {code for code in EVENTS if code != "050211" or draw.random() < 0.6}
    made = [feeds.residents(draw)]
    made += [feeds.records(draw, "crime_victims", code, VICTIMS[code]) for code in VICTIMS if code in victims]
    made += [feeds.records(draw, "crime_events", code, EVENTS[code]) for code in EVENTS if code in events]
    made += [feeds.records(draw, "deaths", code, DEATHS[code]) for code in DEATHS]
    made += [feeds.crime_counts(draw, code) for code in COUNTED if code not in victims | (events & {"050211"})]
    made += [feeds.health_counts(draw, topic) for topic in HEALTH]
    taken = {indicator for one in made for indicator in one.indicators}
    asked = [row["question"] for row in INDICATORS.values()]
    for indicator in single_topics():
        if indicator not in taken:
            row = INDICATORS[indicator]
            ways = [tables.quantity, tables.quantity, tables.reported]
            if (
                row["question"]
                and ";" not in row["question"]
                and asked.count(row["question"]) == 1
                and not row["question_base"]
            ):
                ways += [tables.survey, tables.survey]
            made.append(draw.choice(ways)(draw, indicator))
    made += [tables.survey(draw, indicator) for indicator in asked_only()]
    taken = {indicator for one in made for indicator in one.indicators}
    made += [tables.reported(draw, indicator) for indicator in REPORTED if indicator not in taken]
    return City(seed, {one.id: one for one in made})


def single_topics() -> list[str]:
    """Indicators of one row of a statistical office's table. Of a sum of topics one part is taken, so that no sum is ever whole."""
    sums = [one["topic"].split(";") for one in MEASURES.values() if ";" in one["topic"]]
    refused = {topic for parts in sums for topic in parts[1:]}
    found: dict[str, str] = {}
    for name, row in INDICATORS.items():
        measure = MEASURES.get(row["numerator"])
        if row["kind"] not in ("share", "ratio", "rate", "count") or measure is None:
            continue
        if measure["shape"] != "official_counts" or measure["sex"] or measure["age_group"]:
            continue
        own = row["denominator"] in ("", "residents", f"{row['numerator']}_of")
        if own and measure["topic"] not in refused and ";" not in measure["topic"]:
            found.setdefault(measure["topic"], name)
    return list(found.values())


def asked_only() -> list[str]:
    """Indicators that a survey alone can give, by one question."""
    found: dict[str, str] = {}
    for name, row in INDICATORS.items():
        if row["kind"] == "survey" and ";" not in row["question"] and not row["question_base"] and not row["asked_sex"]:
            found.setdefault(row["question"], name)
    return list(found.values())


def write_city(city: City, changed: dict[str, Texts], name: str, folder: Path) -> Path:
    """The city's folder; a feed in `changed` brings these files instead of its clean ones."""
    place = folder / name
    (place / "feeds").mkdir(parents=True)
    (place / "data").mkdir()
    contract = {
        "id": name,
        "name": name[3:].replace("_", " ").title(),
        "country_iso3": "XXA",
        "time_zone": "UTC",
        "languages": ["en"],
        "boundary_version": "2020",
        "window": {"first_year": YEARS[0], "last_year": YEARS[-1]},
        "as_of": f"{YEARS[-1] + 1}-03-01",
        "city_area": CITY,
        "areas": [
            {"area_id": "XX", "level": "country", "name": "Xland"},
            {"area_id": CITY, "level": "city", "name": "The city", "parent_id": "XX"},
        ],
    }
    (place / "city.yaml").write_text(as_yaml(contract), encoding="utf-8")
    for one in (areas(), *city.feeds.values()):
        (place / "feeds" / f"{one.id}.yaml").write_text(as_yaml(one.contract), encoding="utf-8")
        for file, text in changed.get(one.id, one.texts).items():
            (place / "data" / file).parent.mkdir(exist_ok=True)
            (place / "data" / file).write_bytes(text.encode("utf-8"))
    return place


def areas() -> Feed:
    columns = {
        "area_id": {"from": "code"},
        "parent_id": {"constant": CITY},
        "level": {"constant": "district"},
        "name": {"from": "name"},
        "area_km2": {"from": "km2"},
    }
    rows = [(code, f"District {code}", str(KM2)) for code in DISTRICTS]
    made = feed("districts", "areas", [], columns, {"code": "area", "name": "name", "km2": "amount"}, rows)
    return Feed(
        made.id, made.contract | {"family": "spatial", "spatial_levels": ["district"]}, (), made.files, made.roles
    )
