"""Writes three small cities and the national feeds they share: events cut by code, residents of the country, and a test server for both."""

from __future__ import annotations

from pathlib import Path

from tests.city_folder import CITY, OFFENCES, write_city
from tests.servers import answer

ALBA, BIRKA, CUMAE = "xx_alba", "xx_birka", "xx_cumae"
# Codes as the statistics office writes them. The police's file comes from a spreadsheet, which dropped the zeros.
CODES = {ALBA: "05001", BIRKA: "00501", CUMAE: "25001"}

RECORDS = """\
id: national_records
title: Recorded offences of the country
family: police
shape: crime_events
owner: {name: National police, contact: statistics office}
licence: CC-BY-4.0
citation: National police, recorded offences.
source: {connector: http, address: "ADDRESS", retries: 0}
format: {kind: csv}
cadence: annual
allowed_lag_days: 90
replaces: all
spatial_levels: [city]
coverage: {first: 2022-01-01, last: 2023-12-31}
where:
  - {column: place, steps: [{zero_pad: 5}], in: ["{city_code}"]}
mappings:
  offences: {file: mappings/offences.csv}
columns:
  event_id: {from: id}
  occurred_on: {from: date, steps: [{date: ["%Y-%m-%d"]}]}
  iccs_code: {from: offence, steps: [{lookup: {mapping: offences, give: iccs}}]}
  local_code: {from: offence}
"""
RESIDENTS = """\
id: national_residents
title: Residents of the country
family: official_statistics
shape: population
owner: {name: Statistics office, contact: demography}
licence: CC-BY-4.0
citation: Statistics office, residents.
source: {connector: http, address: "ADDRESS", retries: 0}
format: {kind: csv}
cadence: annual
allowed_lag_days: 365
replaces: all
spatial_levels: [country]
extent: XX
columns:
  area_id: {constant: XX}
  year: {from: year}
  persons: {from: persons}
  method: {constant: estimate}
"""
# Of each city's records, how many, and one of a place that is none of the three and looks like two of them.
RECORDED = {"5001": 40, "501": 25, "25001": 12, "50010": 7}


def records(counts: dict[str, int] | None = None) -> bytes:
    """The police's file."""
    lines = [
        f"{place}-{n},{2022 + n % 2}-{n % 12 + 1:02d}-05,HOM,{place}\n"
        for place, number in (counts or RECORDED).items()
        for n in range(number)
    ]
    return ("id,date,offence,place\n" + "".join(lines)).encode()


def residents(last_year: int) -> bytes:
    """The statistics office's file, with a line that cannot be read."""
    lines = [f"{year},{900_000 + year}\n" for year in range(2010, last_year + 1)]
    return ("year,persons\n" + "".join(lines) + "x,1\n").encode()


class Office:
    """Serves both files, each with a version, so that whoever has it may ask whether it is still the same."""

    def __init__(self) -> None:
        self.files = {"/records.csv": records(), "/residents.csv": residents(2023)}
        self.asked: list[str] = []

    def __call__(self, target: str, _body: bytes) -> bytes:
        self.asked.append(target)
        body = self.files.get(target)
        return answer(body) if body is not None else answer(b"down", status="503 Service Unavailable")


def write_shared(folder: Path, server: str, feeds: dict[str, str] | None = None) -> Path:
    """The folder of shared feeds beside the cities."""
    shared = folder / "shared" / "feeds"
    (shared / "mappings").mkdir(parents=True, exist_ok=True)
    (shared / "mappings" / "offences.csv").write_text(OFFENCES, encoding="utf-8")
    for name, text in (feeds or {"national_records": RECORDS, "national_residents": RESIDENTS}).items():
        address = f"{server}{name.removeprefix('national_')}.csv"
        (shared / f"{name}.yaml").write_text(text.replace("ADDRESS", address), encoding="utf-8")
    return shared


def write_user(folder: Path, city_id: str, rest: str | None = None, uses: str | None = None) -> Path:
    """A city that uses the shared feeds and has none of its own."""
    city = write_city(folder, city_id=city_id)
    (city / "feeds" / "incidents.yaml").unlink()
    uses = "uses: [national_records, national_residents]\n" if uses is None else uses
    rest = f'codes: {{city_code: "{CODES[city_id]}"}}\n' if rest is None else rest
    (city / "city.yaml").write_text(CITY.replace("xx_small", city_id) + uses + rest, encoding="utf-8")
    return city
