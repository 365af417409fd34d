"""Writes the made-up city: contracts copied, data drawn, truth next to them. The same seed gives the same bytes."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np

from sga_pipeline.demo import office_files, police_files
from sga_pipeline.demo.crime import make_incidents, make_victims
from sga_pipeline.demo.health import make_deaths, make_services
from sga_pipeline.demo.offices import make_office_counts
from sga_pipeline.demo.place import make_place
from sga_pipeline.demo.statistics import make_statistics
from sga_pipeline.demo.survey import make_survey
from sga_pipeline.demo.truth import write_truth
from sga_pipeline.paths import CONTRACTS

CITY_ID = "xx_port_alder"


def write_demo_city(folder: Path, *, seed: int = 20260101, scale: float = 1.0) -> Path:
    """Write the city into `folder` and give its city folder. What was there under the same name is replaced."""
    target = folder / CITY_ID
    if target.exists():
        shutil.rmtree(target)
    shutil.copytree(CONTRACTS / "cities" / CITY_ID, target)
    random = np.random.default_rng(seed)
    place = make_place(random)
    incidents = make_incidents(place, random, scale)
    victims = make_victims(place, random, scale)
    deaths = make_deaths(place, victims, random, scale)
    services, statistics = make_services(place, random), make_statistics(random)
    counts, survey = make_office_counts(place, random), make_survey(random)
    data = target / "data"
    data.mkdir()
    row_counts = {
        "police_incidents": police_files.write_incidents(data / "police", place, incidents, random),
        "police_victims": police_files.write_victims(data / "victims", victims),
        "death_register": office_files.write_deaths(data / "deaths", deaths),
        "health_services": office_files.write_services(data / "health_services.xlsx", services),
        "population": office_files.write_population(data / "population.csv", place),
        "national_population": office_files.write_national_population(data / "national_population.csv"),
        "statistics": office_files.write_statistics(data / "statistics.csv", statistics),
        "office_counts": office_files.write_office_counts(data / "office_counts.csv", counts),
        "survey": office_files.write_survey(data / "survey.csv", survey),
        "districts": office_files.write_districts(data / "districts.geojson", place),
        "governance": office_files.write_attestations(data / "attestations.csv"),
        "reporting_channels": office_files.write_channels(data / "reporting_channels.csv"),
    }
    write_truth(target / "truth", place, incidents, victims, deaths, services, statistics, counts, row_counts)
    return target
