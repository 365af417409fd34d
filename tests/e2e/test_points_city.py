"""A city whose incidents have points alone, and whose residents were counted on its former boundaries: all the way to the release."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from tests.city_folder import DISTRICTS, HEADER, residents, write_city, write_districts
from tests.runs import Run, sga

CITY_ID = "xx_points"
BY_POINT = {
    "  area_id: {from: district, steps: [{zero_pad: 2}, {prefix: d}]}\n": '  area_id: {point: {x: district, y: {from: lat, decimal: ","}, areas: districts}}\n',
    '  latitude: {from: lat, steps: [{number: {decimal: ","}}]}\n': '  latitude: {from: lat, steps: [{number: {decimal: ","}}]}\n  longitude: {from: district}\n',
}
RESIDENTS = residents(
    "city, district",
    """\
area_codes: wards_of_2010
extent: XS
columns:
  area_id: {from: ward}
  year: {from: year}
  persons: {from: persons}
""",
)
# Inside d01 to d04, on the corner of all four (the smallest code), outside, at null island, exchanged.
POINTS = [
    ("-74.05", "3,95"),
    ("-73.95", "3,95"),
    ("-74.05", "4,05"),
    ("-73.95", "4,05"),
    ("-74.0", "4,0"),
    ("-75.5", "4,0"),
    ("0", "0"),
    ("4.05", "-74,05"),
]


def city_in(folder: Path) -> Path:
    city = write_city(folder, BY_POINT, CITY_ID)
    write_districts(city)
    with (city / "city.yaml").open("a") as file:
        file.write("code_systems:\n  wards_of_2010: {file: crosswalks/wards.csv, version: 2010, last: 2019-12-31}\n")
    (city / "crosswalks").mkdir()
    (city / "crosswalks" / "wards.csv").write_text(
        "from_code,to_code,weight\nw1,d01,1\nw2,d01,1\nw3,d02,1\nw4,d03,0.25\nw4,d04,0.75\n"
    )
    # The former boundaries have a district of the same code as today's, somewhere else.
    older = DISTRICTS.replace("id: districts", "id: wards").replace("districts.geojson", "wards.geojson")
    (city / "feeds" / "wards.yaml").write_text(older + "boundaries: {version: 2010, last: 2019-12-31}\n")
    text = (city / "data" / "districts.geojson").read_text()
    (city / "data" / "wards.geojson").write_text(text.replace("-74.1", "-84.1").replace("District", "Ward"))
    (city / "feeds" / "residents.yaml").write_text(RESIDENTS)
    residents = {"w1": 60_000, "w2": 40_000, "w3": 50_000, "w4": 80_001, "w9": 7, "": 230_008}
    (city / "data" / "residents.csv").write_text(
        "ward,year,persons\n" + "".join(f"{ward},2023,{n}\n" for ward, n in residents.items())
    )
    rows = [
        f'e{n},2023-{n % 12 + 1:02d}-{n % 28 + 1:02d},,mvt,{POINTS[n % 8][0]},"{POINTS[n % 8][1]}",,\n'
        for n in range(800)
    ]
    (city / "data" / "incidents.csv").write_text(HEADER + "".join(rows))
    return city


@pytest.fixture
def home(small_cities: Run) -> Path:
    return small_cities.home


def ask(home: Path, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(home / "published" / CITY_ID / "current" / "sga.duckdb"), read_only=True) as con:
        return con.execute(sql).fetchall()


def test_incidents_count_where_their_points_lie_and_residents_where_their_wards_went(home: Path) -> None:
    found = ask(
        home,
        "select area_id, numerator, denominator, boundary_version from observations where period = '2023' "
        "and indicator_id = 'crime.motor_vehicle_theft_rate' and sex = '_T' and age = '_T' order by 1",
    )
    # Rows without an area count for the city alone: 800 in all, of which 300 lie nowhere.
    assert found == [
        ("XS", 800.0, 230_008.0, "2020"),
        ("d01", 200.0, 100_000.0, "2020"),
        ("d02", 100.0, 50_000.0, "2020"),
        ("d03", 100.0, 20_000.0, "2020"),
        ("d04", 100.0, 60_001.0, "2020"),
    ]


def test_two_versions_are_never_mixed(home: Path) -> None:
    assert ask(
        home, "select count(*), count(*) filter (where name like 'Ward%') from areas where level = 'district'"
    ) == [(4, 0)]


def test_what_lies_nowhere_and_what_leads_nowhere_is_reported(home: Path) -> None:
    statements = dict(
        ask(
            home,
            "select rule_id, statement from gaps where feed_id in ('incidents', 'residents') and status in ('open', 'explained')",
        )
    )
    assert "300" in str(statements["without_area"]) and "800" in str(statements["without_area"])
    assert "100 lie at 0,0" in str(statements["not_located"]) and "100 have latitude" in str(statements["not_located"])
    assert "other_boundary" in statements
    assert "2020-01-01" in str(statements["declared_break"]) and "2010" in str(statements["declared_break"])


def test_moved_boundaries_move_the_figures_in_the_next_run(home: Path, tmp_path: Path) -> None:
    city, before = city_in(tmp_path), home
    home = Path(shutil.copytree(before, tmp_path / "home", symlinks=True))
    # The first district ends further south now, so the corner of all four belongs to the second.
    write_districts(city, {"d01": (-74.1, 3.85), "d02": (-74.0, 3.9), "d03": (-74.1, 4.0), "d04": (-74.0, 4.0)})
    done = sga("run", "--home", home, city)
    assert done.returncode == 0, done.stderr + done.stdout
    found = ask(
        home,
        "select area_id, numerator from observations where period = '2023' and area_level = 'district' "
        "and indicator_id = 'crime.motor_vehicle_theft_rate' and sex = '_T' and age = '_T' order by 1",
    )
    assert found == [("d01", 100.0), ("d02", 200.0), ("d03", 100.0), ("d04", 100.0)]
