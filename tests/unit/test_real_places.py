"""Real boundaries and points of two cities: sizes as published, points against the areas the files name, three code systems."""

from __future__ import annotations

import csv
import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import shapely

from sga_pipeline.conform.boundaries import read_boundary, size_km2
from sga_pipeline.conform.point_grid import Grid
from sga_pipeline.conform.points import PlaceFinder
from sga_pipeline.contracts.crosswalks import key_form, name_key
from sga_pipeline.contracts.places import Point
from tests.runs import data_folder

DATA = data_folder()
CHICAGO = DATA / "chicago" / "boundaries" / "boundries-chicago-community.geojson"
MEXICO = DATA / "mexico_city" / "boundaries" / "CDMX_mpal.geojson"
pytestmark = pytest.mark.skipif(not CHICAGO.is_file(), reason="the real cities' files are not here; set SGA_CITY_DATA")


def areas(file: Path, *names: str) -> dict[tuple[str, ...], shapely.Geometry]:
    features = json.loads(file.read_text(encoding="utf-8"))["features"]
    found: dict[tuple[str, ...], Any] = {}
    for one in features:
        boundary = read_boundary(shapely.geometry.shape(one["geometry"]).wkt)
        assert boundary.polygon is not None
        found[tuple(str(one["properties"][name]) for name in names)] = boundary.polygon
    return found


def finder(polygons: dict[str, shapely.Geometry], **point: str) -> PlaceFinder:
    codes = sorted(polygons)
    return PlaceFinder(
        Point(**{"x": "x", "y": "y", "areas": "areas", **point}),
        tuple(codes),
        tuple(polygons[code].wkt for code in codes),
    )


def numbers(texts: list[str]) -> np.ndarray:
    return np.array([float(one) if one else np.nan for one in texts])


def place(places: PlaceFinder, xs: list[str], ys: list[str]) -> list[str | None]:
    return places.place(pl.DataFrame({"_x": numbers(xs), "_y": numbers(ys)}))["area_id"].to_list()


def test_sizes_are_the_published_ones() -> None:
    chicago = areas(CHICAGO, "area_numbe")
    assert len(chicago) == 77
    # The city is given as 234 square miles (606 km2) with, and 227.7 square miles (589.8 km2) of land without, inner waters.
    assert sum(map(size_km2, chicago.values())) == pytest.approx(600, abs=8)
    # The file's own sizes are square feet of the local grid, which is true to size within a few parts in ten thousand.
    for one in json.loads(CHICAGO.read_text(encoding="utf-8"))["features"]:
        feet = float(one["properties"]["shape_area"])
        assert size_km2(chicago[(str(one["properties"]["area_numbe"]),)]) == pytest.approx(
            feet * 0.3048006096**2 / 1e6, rel=1e-3
        )
    boroughs = areas(MEXICO, "CVE_MUN")
    # INEGI: Mexico City has 1,494.3 km2 (1,485 in older tables); Tlalpan is the largest borough with 314.5.
    assert len(boroughs) == 16
    assert sum(map(size_km2, boroughs.values())) == pytest.approx(1494.3, rel=0.01)
    assert max(boroughs, key=lambda code: size_km2(boroughs[code])) == ("012",)
    assert size_km2(boroughs[("012",)]) == pytest.approx(314.5, rel=0.02)


def test_chicagos_areas_have_one_name_and_number_in_three_files() -> None:
    by_number = {number: name_key(name) for name, number in areas(CHICAGO, "community", "area_numbe")}
    listed = list(csv.DictReader((CHICAGO.parent / "chicago-community-areas.csv").open(encoding="utf-8-sig")))
    titles = {one["CommunityArea"]: name_key(one["CommunityName"]) for one in listed if one["CommunityName"]}
    with (DATA / "chicago" / "health" / "Health data.csv").open(encoding="utf-8-sig") as file:
        profile = {one["Community Area"]: name_key(one["Community Area Name"]) for one in csv.DictReader(file)}
    assert len(by_number) == len(titles) == len(set(by_number.values())) == 77
    apart = {number: {by_number[number], titles[number], profile[number]} for number in by_number}
    # What no rule may guess is left, and is in a crosswalk: a blank inside a name, a letter more.
    left = {number: names for number, names in apart.items() if len(names) > 1}
    assert left == {"6": {"LAKE VIEW", "LAKEVIEW"}, "18": {"MONTCLARE", "MONTCLAIRE"}}


def test_boroughs_have_three_spellings_and_two_code_widths() -> None:
    own = {name_key(name): f"09{code}" for name, code in areas(MEXICO, "NOM_MUN", "CVE_MUN")}
    police = DATA / "mexico_city" / "police" / "carpetas_fgj_2024.csv.gz"
    with gzip.open(police, "rt", encoding="utf-8") as file:
        assert {own[name_key(row["alcaldia_hecho"])] for row in csv.DictReader(file)} == set(own.values())
    assert len(own) == 16 and {
        own[name_key(one)] for one in ("ALVARO OBREGON", "Álvaro Obregón", "Alvaro  Obregon ")
    } == {"09010"}
    # CONEVAL writes 9010, INEGI 09010.
    assert {key_form(code, "number") for code in own.values()} == {
        key_form(str(int(code)), "number") for code in own.values()
    }


def test_deaths_lie_in_the_area_their_file_names() -> None:
    polygons = {name_key(name): polygon for (name,), polygon in areas(CHICAGO, "community").items()}
    with (DATA / "chicago" / "health" / "cook-county-opioid.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    feet = place(finder(polygons, crs="EPSG:3435"), [row["X"] for row in rows], [row["Y"] for row in rows])
    degrees = place(finder(polygons), [row["longitude"] for row in rows], [row["latitude"] for row in rows])
    named = [name_key(row["chi_commarea"]) or None for row in rows]
    for found in (feet, degrees):
        counted = Counter("same" if one == own else "other" for one, own in zip(found, named, strict=True) if own)
        assert sum(counted.values()) == 8175 and counted["same"] >= 8170
        # The file names no area for 4,146 deaths, and none of their points lies in one.
        assert not [one for one, own in zip(found, named, strict=True) if own is None and one is not None]
    # State Plane feet and degrees of the same row are the same place within a metre: the file's degrees are of another datum.
    assert sum(a != b for a, b in zip(feet, degrees, strict=True)) == 7


@pytest.mark.parametrize(("year", "cases", "same"), [(2019, 236814, 0.994), (2023, 224055, 0.999)])
def test_cases_lie_in_the_borough_their_file_names(year: int, cases: int, same: float) -> None:
    polygons = {name_key(name): polygon for (name,), polygon in areas(MEXICO, "NOM_MUN").items()}
    with gzip.open(DATA / "mexico_city" / "police" / f"carpetas_fgj_{year}.csv.gz", "rt", encoding="utf-8") as file:
        rows = [(row["longitud"], row["latitud"], name_key(row["alcaldia_hecho"])) for row in csv.DictReader(file)]
    found = place(finder(polygons), [x for x, _, _ in rows], [y for _, y, _ in rows])
    agree = sum(one == own for one, (_, _, own) in zip(found, rows, strict=True))
    # The points are moved by up to 200 m, so some lie over the border.
    assert len(rows) == cases and same <= agree / cases < 1


def test_the_grid_is_exact_over_real_borders_and_corners() -> None:
    for file, names in ((CHICAGO, ("area_numbe",)), (MEXICO.parent / "colonias_geo.json", ("alcaldia", "colonia"))):
        polygons = list(areas(file, *names).values())
        corners = shapely.get_coordinates(polygons)[::7]
        middles = (corners[:-1] + corners[1:]) / 2
        xs, ys = np.concatenate([corners, middles]).T
        points, numbers_found = shapely.STRtree(polygons).query(shapely.points(xs, ys), predicate="intersects")
        exact = np.full(len(xs), len(polygons))
        np.minimum.at(exact, points, numbers_found)
        assert (Grid(polygons).find(xs, ys) == np.where(exact == len(polygons), -1, exact)).all()


def test_neighbourhoods_whose_rings_touch_themselves_are_repaired() -> None:
    features = json.loads((MEXICO.parent / "colonias_geo.json").read_text(encoding="utf-8"))["features"]
    found = [read_boundary(shapely.geometry.shape(one["geometry"]).wkt) for one in features]
    assert (len(found), sum(one.repaired for one in found), sum(one.refused is not None for one in found)) == (
        1651,
        2,
        0,
    )
