"""The city of the benchmark: one police file of as many incidents as asked for, dirty in the ordinary ways."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb

DISTRICTS, CODES, FIRST, DAYS = 80, 220, "2016-01-01", 3652
ICCS = ("0101", "020111", "0301", "050211", "0401", "0502", "0701", "0601", "0806")

CITY = """\
id: xx_bench
name: Bench
country_iso3: XXA
time_zone: UTC
languages: [en]
boundary_version: "2020"
window: {first_year: 2016, last_year: 2025}
as_of: 2026-02-01
city_area: XB
areas:
  - {area_id: XB, level: city, name: Bench}
"""
HEAD = """\
owner: {name: Police, contact: statistics office}
licence: CC0-1.0
citation: made up for the benchmark
cadence: annual
allowed_lag_days: 60
replaces: all
spatial_levels: [city, district]
"""
INCIDENTS = """\
id: incidents
title: Incidents
family: police
shape: crime_events
source: {connector: file, address: incidents.csv}
format: {kind: csv, delimiter: ";"}
coverage: {first: 2016-01-01, last: 2025-12-31}
mappings:
  offences: {file: offences.csv}
columns:
  event_id: {from: incident_no}
  occurred_on: {from: occurred, steps: [{date: ["%d/%m/%Y"]}]}
  occurred_hour: {from: hour, steps: [{slice: {start: 1, length: 2}}]}
  reported_on: {from: reported}
  iccs_code: {from: code, steps: [trim, upper, {lookup: {mapping: offences, give: iccs_code}}]}
  local_code: {from: code, steps: [trim, upper]}
  area_id: {from: district, steps: [{zero_pad: 2}, {prefix: d}]}
  latitude: {from: lat, steps: [{number: {decimal: ","}}]}
  longitude: {from: lon, steps: [{number: {decimal: ","}}]}
  weapon: {from: weapon, steps: [{recode: {values: {gun: firearm, knife: knife, none: none, other: other}}}]}
  cleared: {from: cleared, steps: [{boolean: {"yes": [Y], "no": [N]}}]}
"""
DISTRICT_FEED = """\
id: districts
title: Districts
family: spatial
shape: areas
source: {connector: file, address: districts.geojson}
format: {kind: geojson}
fills_parents: true
columns:
  area_id: {from: code}
  parent_id: {constant: XB}
  level: {constant: district}
  name: {from: code}
  geometry: {from: geometry}
"""
POPULATION = """\
id: population
title: Residents
family: official_statistics
shape: population
source: {connector: file, address: population.csv}
format: {kind: csv}
columns:
  area_id: {from: district}
  year: {from: year}
  persons: {from: persons}
"""


def write_city(folder: Path, rows: int) -> Path:
    """Write the city folder and its files."""
    city = folder / "xx_bench"
    (city / "feeds").mkdir(parents=True)
    data = city / "data"
    data.mkdir()
    (city / "city.yaml").write_text(CITY)
    for name, text in (("incidents", INCIDENTS), ("districts", DISTRICT_FEED), ("population", POPULATION)):
        (city / "feeds" / f"{name}.yaml").write_text(text + HEAD)
    codes = [f"C{n},{ICCS[n % len(ICCS)]}" for n in range(CODES - 5)]
    (city / "feeds" / "offences.csv").write_text("\n".join(["local,iccs_code", *codes]) + "\n")
    _write_incidents(data / "incidents.csv", rows)
    features = []
    for n in range(1, DISTRICTS + 1):
        x, y = n % 10, n // 10
        ring = [[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1], [x, y]]
        ring = [[-77 + a / 10, -12 + b / 10] for a, b in ring]
        geometry = {"type": "Polygon", "coordinates": [ring]}
        features.append({"type": "Feature", "properties": {"code": f"d{n:02d}"}, "geometry": geometry})
    (data / "districts.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    people = [f"d{n:02d},{year},{20000 + 137 * n}" for n in range(1, DISTRICTS + 1) for year in range(2016, 2026)]
    (data / "population.csv").write_text("\n".join(["district,year,persons", *people]) + "\n")
    return city


def _write_incidents(file: Path, rows: int) -> None:
    """Rows in the order of reporting, with 30 February, doubled numbers, unknown codes, stray blanks and decimal commas."""
    with duckdb.connect(config={"threads": 1}) as con:
        con.execute("select setseed(0.42)")
        con.execute(f"""
            copy (
                select
                    'E' || lpad((case when random() < 0.002 then (i - 1) else i end)::varchar, 9, '0') as incident_no,
                    case when random() < 0.003 then '30/02/2019'
                         else strftime(date '{FIRST}' + (i * {DAYS} // {rows + 1})::int, '%d/%m/%Y') end as occurred,
                    lpad((random() * 23)::int::varchar, 2, '0') || ':00' as hour,
                    strftime(date '{FIRST}' + ((i * {DAYS} // {rows + 1}) + (random() * 20)::int)::int, '%Y-%m-%d') as reported,
                    case when random() < 0.1 then ' ' || lower('C' || (random() * {CODES - 1})::int)
                         else 'C' || (random() * {CODES - 1})::int end as code,
                    (1 + (random() * {DISTRICTS - 1})::int)::varchar as district,
                    replace(case when random() < 0.001 then '91.5' else round(-12 + random(), 6)::varchar end, '.', ',') as lat,
                    replace(round(-77 + random(), 6)::varchar, '.', ',') as lon,
                    (['gun', 'knife', '', 'none', 'other'])[1 + (random() * 4)::int] as weapon,
                    (['Y', 'N', ''])[1 + (random() * 2)::int] as cleared
                from range(1, {rows} + 1) as numbers(i)
            ) to '{file}' (header, delimiter ';')
        """)
