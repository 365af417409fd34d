"""Chicago as its police divide it: boundaries given as WKT in a table, homicides found by their points, compared with the district the police wrote down."""

from __future__ import annotations

import csv
from collections import Counter

import duckdb
import pytest

from tests.runs import Run, data_folder, sga

DISTRICTS = data_folder() / "chicago" / "boundaries" / "police_districts_wkt.csv"
HOMICIDES = data_folder() / "chicago" / "police" / "crimes_filtered.csv"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not DISTRICTS.is_file(), reason="the real cities' files are not here; set SGA_CITY_DATA"),
]
CITY = """\
id: us_chicago_police
name: Chicago by police district
country_iso3: USA
time_zone: America/Chicago
languages: [en]
boundary_version: 2012
window: {first_year: 2013, last_year: 2017}
as_of: 2018-12-31
city_area: chicago
areas:
  - {area_id: US, level: country, name: United States}
  - {area_id: chicago, level: city, name: Chicago, parent_id: US}
data: {env: SGA_CITY_DATA, folder: chicago}
"""
OWNER = """\
owner: {name: Chicago Police Department, contact: City of Chicago data portal}
licence: not stated
citation: Chicago Police Department.
cadence: irregular
allowed_lag_days: 60
replaces: all
ignore: rest
"""
AREAS = """\
id: police_districts
title: Police districts
family: spatial
shape: areas
source: {connector: file, address: boundaries/police_districts_wkt.csv}
format: {kind: csv}
spatial_levels: [district]
columns:
  area_id: {from: DIST_NUM, steps: [{zero_pad: 3}]}
  parent_id: {constant: chicago}
  level: {constant: district}
  name: {from: DIST_LABEL}
  geometry: {from: the_geom}
"""
EVENTS = """\
id: homicides
title: Recorded homicides
family: police
shape: crime_events
source: {connector: file, address: police/crimes_filtered.csv}
format: {kind: csv, empty: ["", NA]}
spatial_levels: [city, district]
coverage: {first: 2001-01-01, last: 2018-06-30, codes: ["0101"]}
columns:
  event_id: {from: ID}
  occurred_on: {from: Date, steps: [{date: ["%m/%d/%Y %I:%M:%S %p"]}]}
  iccs_code: {constant: "0101"}
  area_id: {point: {x: Longitude, y: Latitude, areas: police_districts}}
  local_code: {from: District}
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("police_districts")
    city = folder / "us_chicago_police"
    (city / "feeds").mkdir(parents=True)
    (city / "city.yaml").write_text(CITY)
    (city / "feeds" / "police_districts.yaml").write_text(AREAS + OWNER)
    (city / "feeds" / "homicides.yaml").write_text(EVENTS + OWNER)
    done = sga("run", "--home", folder / "home", city, env={"SGA_CITY_DATA": str(data_folder())})
    assert done.returncode == 0, done.stdout + done.stderr
    return Run(folder / "home", "us_chicago_police", done.returncode, done.stdout)


def test_the_districts_came_from_a_column_of_wkt(run: Run) -> None:
    csv.field_size_limit(10**9)
    with DISTRICTS.open(encoding="utf-8-sig", newline="") as stream:
        numbers = {row["DIST_NUM"].zfill(3) for row in csv.DictReader(stream)}
    rows = run.rows("select area_id, area_km2 from areas where level = 'district'")
    assert {str(code) for code, _ in rows} == numbers
    # The city is given as 234 square miles with its inner waters, 606 km2.
    assert sum(float(str(size)) for _, size in rows) == pytest.approx(606, rel=0.02)


def test_points_say_what_the_police_wrote_down(run: Run) -> None:
    """Only since districts 13, 21 and 23 were closed in 2012 are the boundaries those of the file."""
    with HOMICIDES.open(encoding="utf-8", newline="") as stream:
        written = Counter(
            (row["Date"][6:10], row["District"])
            for row in csv.DictReader(stream)
            if row["Date"][6:10] in {"2013", "2014", "2015", "2016", "2017"}
        )
    events = run.home / "conformed" / "crime_events" / "city_id=us_chicago_police" / "**" / "*.parquet"
    found = Counter(
        {
            (str(year), str(area)): number
            for year, area, number in duckdb.sql(
                f"select year(occurred_on), area_id, count(*) from read_parquet('{events}') "
                "where year(occurred_on) between 2013 and 2017 group by all"
            ).fetchall()
        }
    )
    assert sum(found.values()) == sum(written.values())
    moved = sum((found - written).values())
    assert moved / sum(written.values()) < 0.02, sorted((found - written).items())
    assert run.rows(
        "select count(distinct area_id) from observations where indicator_id = 'crime.homicide_offences_rate' and numerator > 0 and area_level = 'district'"
    ) == [(len({district for _, district in written}),)]
