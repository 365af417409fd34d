"""The truth of the made-up city, taken from what was drawn and never from the files: counts, and what was planted."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sga_pipeline.demo.crime import HOTSPOTS, OFFENCES, UNKNOWN_AGE, UNKNOWN_SEX, VICTIM_KINDS, Incidents, Victims
from sga_pipeline.demo.health import TOPICS, Deaths
from sga_pipeline.demo.offices import Counted
from sga_pipeline.demo.place import (
    AGE_RANGES,
    AGES,
    CITY,
    DISTRICTS,
    MONTHS,
    POPULATION_YEARS,
    SEXES,
    YEARS,
    Numbers,
    Place,
)
from sga_pipeline.demo.police_files import MISSING_MONTH, STATION_YEAR, RowCounts
from sga_pipeline.demo.statistics import ATTESTATIONS
from sga_pipeline.demo.survey import QUESTIONS, WAVES, true_share

Row = tuple[str, str, str, str, str, int]
README = """\
# What is true in Port Alder
Written by the generator from what it drew, not from the files it wrote. The pipeline never reads this folder.
- `counts.csv`: measure, area, period (2023 or 2023-04), sex, age, amount. Every district and the city, zeros included.
- `statistics.csv`: indicator, area, year, sex, value (empty: never published).
- `office_counts.csv`: topic, area, year, sex, age, amount and what it is out of.
- `survey.csv`: question, wave, share of yes in the whole population; a sample lies near it.
- `planted.json`: rows of each delivery by what they are, the month that never came, the office that is late, the answers
  that are near what is asked, the records that lie at a station, hotspots, trends, attestations.
"""


def write_truth(
    folder: Path,
    place: Place,
    incidents: Incidents,
    victims: Victims,
    deaths: Deaths,
    services: Numbers,
    statistics: list[tuple[str, str, int, str, float | None]],
    counts: list[Counted],
    row_counts: dict[str, RowCounts],
) -> None:
    folder.mkdir(parents=True)
    (folder / "README.md").write_text(README, encoding="utf-8")
    with (folder / "counts.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["measure_id", "area_id", "period", "sex", "age", "amount"])
        writer.writerows(_incident_rows(incidents))
        writer.writerows(_victim_rows(victims))
        writer.writerows(_death_rows(deaths))
        writer.writerows(_service_rows(services))
        writer.writerows(_resident_rows(place))
    with (folder / "statistics.csv").open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream, lineterminator="\n").writerows(
            [("indicator_id", "area_id", "year", "sex", "value"), *statistics]
        )
    with (folder / "office_counts.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["topic", "area_id", "year", "sex", "age", "amount", "out_of"])
        writer.writerows((one.topic, one.area, one.year, one.sex, one.age, one.amount, one.out_of) for one in counts)
    with (folder / "survey.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["question", "wave", "share"])
        writer.writerows((name, wave, true_share(name, wave)) for name in QUESTIONS for wave in WAVES)
    planted: dict[str, Any] = {
        "deliveries": row_counts,
        "missing": {"police_incidents": [f"{MISSING_MONTH[0]}-{MISSING_MONTH[1]:02d}"]},
        "unlicensed": ["governance"],
        # Due every year; the newest answers are of this one, and they are near what the guide asks.
        "late": {"governance": max(year for _, year, *_ in ATTESTATIONS)},
        "near": ["governance"],
        "one_point": {
            "police_incidents": {
                "year": STATION_YEAR,
                "rows": sum(one["at_station"] for one in row_counts["police_incidents"].values()),
            }
        },
        "hotspots": [{"area_id": DISTRICTS[d], "offence": code, "factor": f} for d, code, f in HOTSPOTS],
        "trends": {one.code: one.trend for one in OFFENCES},
        "attestations": [list(one) for one in ATTESTATIONS],
    }
    (folder / "planted.json").write_text(
        json.dumps(planted, indent=1, sort_keys=True, ensure_ascii=False), encoding="utf-8"
    )


def _spread(name: str, period: str, districts: Numbers, sex: str = "_T", age: str = "_T") -> Iterator[Row]:
    """One row a district that is known, and one for the city, which counts those without a district too."""
    known = districts[districts >= 0]
    for at, number in enumerate(np.bincount(known, minlength=len(DISTRICTS))):
        yield name, DISTRICTS[at], period, sex, age, int(number)
    yield name, CITY, period, sex, age, len(districts)


def _incident_rows(made: Incidents) -> Iterator[Row]:
    def is_in(*codes: str) -> npt.NDArray[np.bool_]:
        return np.isin(made.offence, [at for at, one in enumerate(OFFENCES) if one.code in codes])

    everything = np.ones(len(made.month), dtype=bool)
    measures = {
        "motor_vehicle_thefts": is_in("V10"),
        "robberies_firearm": is_in("R10"),
        "offences": everything,
        "offences_cleared": made.cleared,
        "sexual_violence_offences": is_in("S10"),
    }
    years = np.array([year for year, _ in MONTHS])[made.month]
    for name, chosen in measures.items():
        for at, (year, month) in enumerate(MONTHS):
            yield from _spread(name, f"{year}-{month:02d}", made.district[chosen & (made.month == at)])
        for year in YEARS:
            yield from _spread(name, str(year), made.district[chosen & (years == year)])


def _people(
    name: str, chosen: npt.NDArray[np.bool_], year: Numbers, district: Numbers, sex: Numbers, age: Numbers
) -> Iterator[Row]:
    """By year: in all, by sex, by age, and by both; unknown is a value like any other."""
    band = np.searchsorted([high for _, high in AGE_RANGES], age)
    band = np.where(age == UNKNOWN_AGE, len(AGES), np.minimum(band, len(AGES) - 1))
    sexes: list[tuple[str, Any]] = [
        ("_T", True),
        *((code, sex == at) for at, code in enumerate(SEXES)),
        ("_U", sex == UNKNOWN_SEX),
    ]
    ages: list[tuple[str, Any]] = [
        ("_T", True),
        *((code, band == at) for at, code in enumerate(AGES)),
        ("_U", band == len(AGES)),
    ]
    for one in YEARS:
        for sex_code, of_sex in sexes:
            for age_code, of_age in ages:
                yield from _spread(
                    name, str(one), district[chosen & (year == one) & of_sex & of_age], sex_code, age_code
                )


def _victim_rows(victims: Victims) -> Iterator[Row]:
    kinds = [one[0] for one in VICTIM_KINDS]
    homicide = victims.kind == kinds.index("homicide")
    measures = {
        "homicide_victims": homicide,
        "homicide_firearm_victims": homicide & (victims.weapon == 0),
        "homicide_family_victims": homicide & (victims.relation <= 1),
        "serious_assault_victims": victims.kind == kinds.index("serious_assault"),
        # Sexual harassment is part of sexual violence in ICCS (030122 lies below 0301).
        "sexual_violence_victims": np.isin(
            victims.kind, [kinds.index("sexual_violence"), kinds.index("sexual_harassment")]
        ),
        "sexual_violence_firearm_victims": np.isin(
            victims.kind, [kinds.index("sexual_violence"), kinds.index("sexual_harassment")]
        )
        & (victims.weapon == 0),
        "serious_assault_firearm_victims": (victims.kind == kinds.index("serious_assault")) & (victims.weapon == 0),
        "homicide_ocg_victims": homicide & (victims.situation <= 1),
        "terrorist_victims": homicide & (victims.situation == 2),
        "harassment_physical_victims": victims.kind == kinds.index("physical_harassment"),
        "harassment_sexual_victims": victims.kind == kinds.index("sexual_harassment"),
        "harassment_victims": np.isin(
            victims.kind, [kinds.index("physical_harassment"), kinds.index("sexual_harassment")]
        ),
        "trafficking_victims": victims.kind == kinds.index("trafficking"),
    }
    for name, chosen in measures.items():
        yield from _people(name, chosen, victims.year, victims.district, victims.sex, victims.age)


def _death_rows(deaths: Deaths) -> Iterator[Row]:
    causes = np.array(deaths.cause)
    measures = {
        "homicide_deaths": np.isin(causes, ["X954", "X999", "Y009", "Y09"]),
        "drug_deaths": np.isin(causes, ["X41", "X42", "F112", "X62", "Y12"]),
    }
    for name, chosen in measures.items():
        yield from _people(name, chosen, deaths.year, deaths.district, deaths.sex, deaths.age)


def _service_rows(services: Numbers) -> Iterator[Row]:
    names = {"drug_morbidity": "drug_morbidity_cases"}
    for at, (topic, _) in enumerate(TOPICS):
        for year_at, year in enumerate(YEARS):
            for district, number in zip(DISTRICTS, services[year_at, :, at], strict=True):
                yield names.get(topic, topic), district, str(year), "_T", "_T", int(number)
            yield names.get(topic, topic), CITY, str(year), "_T", "_T", int(services[year_at, :, at].sum())
    both = [at for at, (topic, _) in enumerate(TOPICS) if topic in ("drug_morbidity", "drug_morbidity_attributable")]
    for year_at, year in enumerate(YEARS):
        for district, number in zip(
            (*DISTRICTS, CITY), [*services[year_at][:, both].sum(axis=1), services[year_at][:, both].sum()], strict=True
        ):
            yield "drug_morbidity_all", district, str(year), "_T", "_T", int(number)


def _resident_rows(place: Place) -> Iterator[Row]:
    groups = place.by_group()
    for year_at, year in enumerate(POPULATION_YEARS):
        people = groups[year_at]
        for area, cells in [*zip(DISTRICTS, people, strict=True), (CITY, people.sum(axis=0))]:
            yield "residents", area, str(year), "_T", "_T", int(cells.sum())
            for at, sex in enumerate(SEXES):
                yield "residents", area, str(year), sex, "_T", int(cells[at].sum())
                for age_at, age in enumerate(AGES):
                    yield "residents", area, str(year), sex, age, int(cells[at, age_at])
            for age_at, age in enumerate(AGES):
                yield "residents", area, str(year), "_T", age, int(cells[:, age_at].sum())
