"""Boundary files of the real cities that no feed of theirs uses yet, held to those that a feed does use."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import pytest
import shapely

from tests.readers.opening import opened
from tests.runs import data_folder


def _file(*parts: str) -> Path:
    file = data_folder().joinpath(*parts)
    if not file.is_file():
        pytest.skip(f"the real files are not here (no {'/'.join(parts)} in SGA_CITY_DATA or ../shared/data)")
    return file


def test_the_boroughs_of_the_kml_are_those_of_the_geojson() -> None:
    """Two files of one office: each borough differs by less than a hundredth of its area."""
    header, rows = opened(_file("mexico_city", "boundaries", "alcaldias.kml"), kind="kml")
    marks = {row[header.index("cvegeo")]: shapely.from_wkt(row[header.index("geometry")]) for row in rows}
    names, others = opened(_file("mexico_city", "boundaries", "CDMX_mpal.geojson"), kind="geojson")
    assert sorted(str(code) for code in marks) == [f"090{number:02}" for number in range(2, 18)]
    for row in others:
        row_of = dict(zip(names, row, strict=True))
        mine, theirs = marks[f"{row_of['CVE_ENT']}{row_of['CVE_MUN']}"], shapely.from_wkt(row_of["geometry"])
        assert shapely.symmetric_difference(mine, theirs).area < 0.01 * shapely.area(theirs), row_of


def test_police_districts_as_wkt_in_a_csv() -> None:
    """Every cell as the csv module reads it; their union is the city the community areas make up, but for two parts in a hundred."""
    file = _file("chicago", "boundaries", "police_districts_wkt.csv")
    header, rows = opened(file, kind="csv")
    csv.field_size_limit(sys.maxsize)
    with file.open(encoding="utf-8", newline="") as stream:
        assert [tuple(row) for row in csv.reader(stream)] == [header, *rows]
    names, areas = opened(_file("chicago", "boundaries", "boundries-chicago-community.geojson"), kind="geojson")
    city = shapely.union_all([shapely.make_valid(shapely.from_wkt(row[names.index("geometry")])) for row in areas])
    police = shapely.union_all([shapely.make_valid(shapely.from_wkt(row[header.index("the_geom")])) for row in rows])
    assert shapely.symmetric_difference(city, police).area < 0.03 * shapely.area(city)
