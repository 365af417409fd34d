"""Writes small city folders for tests: a valid one, and places to spoil it."""

from __future__ import annotations

import json
import re
from pathlib import Path

CITY = """\
id: xx_small
name: Small
country_iso3: XXA
time_zone: America/Bogota
languages: [en]
boundary_version: 2020
window: {first_year: 2022, last_year: 2023}
as_of: 2024-03-01
city_area: XS
areas:
  - {area_id: XX, level: country, name: Xland}
  - {area_id: XS, level: city, name: Small, parent_id: XX}
"""

INCIDENTS = """\
id: incidents
title: Police incidents
family: police
shape: crime_events
owner: {name: Police statistics office, contact: statistics office}
licence: CC-BY-4.0
citation: Police statistics office, incident records.
source: {connector: file, address: incidents.csv}
format: {kind: csv}
cadence: annual
allowed_lag_days: 90
spatial_levels: [city, district]
coverage: {first: 2022-01-01, last: 2023-12-31}
mappings:
  offences: {file: offences.csv}
columns:
  event_id: {from: id}
  occurred_on: {from: date, steps: [{date: ["%Y-%m-%d", "%d/%m/%Y"]}]}
  reported_on: {from: reported}
  iccs_code: {from: offence, steps: [trim, upper, {lookup: {mapping: offences, give: iccs}}]}
  local_code: {from: offence, steps: [trim, upper]}
  area_id: {from: district, steps: [{zero_pad: 2}, {prefix: d}]}
  latitude: {from: lat, steps: [{number: {decimal: ","}}]}
  weapon: {from: weapon, steps: [{recode: {values: {G: firearm, K: knife}}}]}
  cleared: {from: cleared, steps: [{boolean: {"yes": [Y], "no": [N]}}]}
rules:
  - {rule: in_range, id: not_in_the_future, column: occurred_on, maximum: 2024-03-01}
"""

OFFENCES = "local,iccs\nHOM,0101\nROB,0401\nMVT,050211\n"
HEADER = "id,date,reported,offence,district,lat,weapon,cleared\n"


def complete(feed: str) -> str:
    """A feed that says what every feed must say of its deliveries and keys; where it does not, in the way of its source."""
    if not re.search(r"^(replaces|updates):", feed, re.M):
        feed += f"replaces: {'period' if 'periods:' in feed else 'all'}\n"
    if re.search(r"^shape: \w+_counts$", feed, re.M) and "shape: official" not in feed and "add_up:" not in feed:
        feed += 'add_up: {never: "The source has a row for each key."}\n'
    return feed


def write_city(folder: Path, replacements: dict[str, str] | None = None, city_id: str = "xx_small") -> Path:
    """A city with one police feed; `replacements` exchange text in the feed contract."""
    city = folder / city_id
    (city / "feeds").mkdir(parents=True, exist_ok=True)
    (city / "data").mkdir(exist_ok=True)
    (city / "city.yaml").write_text(CITY.replace("xx_small", city_id), encoding="utf-8")
    feed = INCIDENTS
    for old, new in (replacements or {}).items():
        assert old in feed, f"[{old}] is not in the feed"
        feed = feed.replace(old, new)
    (city / "feeds" / "incidents.yaml").write_text(complete(feed), encoding="utf-8")
    (city / "feeds" / "offences.csv").write_text(OFFENCES, encoding="utf-8")
    return city


DISTRICTS = """\
id: districts
title: Districts
family: spatial
shape: areas
owner: {name: Planning office, contact: map room}
licence: CC-BY-4.0
citation: Planning office, districts.
source: {connector: file, address: districts.geojson}
format: {kind: geojson}
cadence: irregular
allowed_lag_days: 365
replaces: all
spatial_levels: [district]
fills_parents: true
columns:
  area_id: {from: code}
  parent_id: {constant: XS}
  level: {constant: district}
  name: {from: name}
  geometry: {from: geometry}
"""
# Four squares around a corner at 4° north, 74° west: d01 south-west, d02 south-east, d03 north-west, d04 north-east.
SQUARES = {"d01": (-74.1, 3.9), "d02": (-74.0, 3.9), "d03": (-74.1, 4.0), "d04": (-74.0, 4.0)}


def write_districts(city: Path, squares: dict[str, tuple[float, float]] | None = None) -> None:
    """A feed of areas for the small city: squares of a tenth of a degree from their south-western corners."""
    features = [
        {
            "type": "Feature",
            "properties": {"code": code, "name": f"District {code}"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[x, y], [x + 0.1, y], [x + 0.1, y + 0.1], [x, y + 0.1], [x, y]]],
            },
        }
        for code, (x, y) in (squares or SQUARES).items()
    ]
    (city / "feeds" / "districts.yaml").write_text(DISTRICTS, encoding="utf-8")
    text = json.dumps({"type": "FeatureCollection", "features": features})
    (city / "data" / "districts.geojson").write_text(text, encoding="utf-8")


def residents(levels: str, rest: str) -> str:
    """The contract of a table of residents: the levels it has, and its columns with whatever else it needs."""
    return f"""\
id: residents
title: Residents
family: official_statistics
shape: population
owner: {{name: Statistics office, contact: demography}}
licence: CC-BY-4.0
citation: Statistics office, residents.
source: {{connector: file, address: residents.csv}}
format: {{kind: csv}}
cadence: annual
allowed_lag_days: 365
replaces: all
spatial_levels: [{levels}]
{rest}"""
