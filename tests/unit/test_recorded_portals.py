"""Answers recorded from real portals, read by contract and compared with what plain JSON arithmetic finds in the same file."""

from __future__ import annotations

import json
import math
import shutil
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import shapely

from sga_pipeline.connectors.pages import archived
from sga_pipeline.errors import DeliveryError
from tests.reading import Rows, table
from tests.runs import data_folder

SAMPLES = data_folder() / "api_samples"
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the recorded answers are not here (SGA_CITY_DATA)")
CKAN: dict[str, Any] = {"kind": "json", "records": "result.records", "columns": "result.fields.*.id"}
ESRI: dict[str, Any] = {
    "kind": "json",
    "records": "features.*.attributes",
    "columns": "fields.*.name",
    "geometry": {"kind": "esri"},
}


def total(rows: Rows, column: str) -> Fraction:
    return sum((Fraction(row[column] or 0) for row in rows), Fraction(0))


def plain(name: str) -> Any:
    return json.loads((SAMPLES / name).read_text(encoding="utf-8"))


def test_ckan_covid_by_municipality(tmp_path: Path) -> None:
    name = "ckan/dadesobertes_gva_datastore_search_covid_municipis.json"
    header, rows = table(SAMPLES / name, tmp_path, **CKAN)
    document = plain(name)["result"]
    assert header == [one["id"] for one in document["fields"]] and len(rows) == document["total"] == 542
    for column in ("Casos PCR+", "Defuncions", "Casos PCR+ 14 dies"):
        assert total(rows, column) == sum(one[column] for one in document["records"])
    assert (rows[0]["_id"], rows[-1]["_id"], rows[-1]["Municipi"]) == ("1", "542", "Ènova (l')")
    assert rows[-1]["Incidència acumulada PCR+"] == " 11640,8" and rows[-3]["Casos PCR+"] == "0"


def test_ckan_ontario_and_odaa(tmp_path: Path) -> None:
    header, rows = table(SAMPLES / "ckan/data_ontario_ca_datastore_search_vaccine.json", tmp_path, **CKAN)
    assert len(header) == 12 and len(rows) == 1
    # Text stays text and numbers numbers; of a column listed and not given, the cell is empty.
    assert rows[0]["total_doses_administered"] == "28853124" and rows[0]["total_individuals_3doses"] == "5033258"
    assert rows[0]["report_date"] is None
    _, rows = table(SAMPLES / "ckan/odaa_dk_datastore_search.json", tmp_path, **CKAN)
    assert len(rows) == 9 and total(rows, "WaitingCustomersMQ") == 11
    assert [rows[at]["ServiceTypeName"] for at in (0, 1, -1)] == ["Pas", "Kørekort", "Booking teori- og køreprøve"]


def test_ckan_complaint_is_no_table(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match=r"no result\.fields.*holds help, error, success"):
        table(SAMPLES / "ckan/data_boston_gov_datastore_search_error_not_found.json", tmp_path, **CKAN)


def test_socrata_pages_are_one_table(tmp_path: Path) -> None:
    names = ["socrata/bike_counts_page_1.json", "socrata/bike_counts_page_2.json"]
    pages = [Path(shutil.copy(SAMPLES / name, tmp_path)) for name in names]
    _, rows = table(archived(pages, tmp_path / "kept.pages"), tmp_path, kind="json")
    expected = plain(names[0]) + plain(names[1])
    assert len(rows) == len(expected) and total(rows, "counts") == sum(int(one["counts"]) for one in expected)
    assert rows[0]["date"] == "2016-09-21T15:45:00.000" and rows[-1]["date"] == "2016-10-02T01:45:00.000"
    assert rows == expected


def test_socrata_catalogue_flattened(tmp_path: Path) -> None:
    name = "socrata/discovery_get_datasets.json"
    _, rows = table(SAMPLES / name, tmp_path, kind="json", records="results", flatten=True)
    expected = plain(name)["results"]
    assert [row["resource.id"] for row in rows] == [one["resource"]["id"] for one in expected]
    views = "page_views_total"
    assert total(rows, f"resource.page_views.{views}") == sum(one["resource"]["page_views"][views] for one in expected)


def test_opendatasoft_first_api(tmp_path: Path) -> None:
    form = {"kind": "json", "records": "records.*.fields", "geometry": {"kind": "geojson"}}
    _, rows = table(SAMPLES / "opendatasoft/records_v1_velib.json", tmp_path, **form)
    assert len(rows) == 1 and rows[0]["nbbike"] == "0" and rows[0]["nbdock"] == "22"
    assert rows[0]["station_name"] == "Haies - Réunion" and rows[0]["geometry"] == "POINT (2.4024262 48.853869)"
    _, rows = table(SAMPLES / "opendatasoft/records_v1_tco-metro-lignes-etat-tr.json", tmp_path, **form)
    assert rows == [
        {"geometry": None, "etat": "OK", "lastupdate": "2016-10-17T19:46:54+00:00", "nomcourt": "a", "idligne": "1001"}
    ]


def mercator(x: float, y: float) -> tuple[float, float]:
    """Web Mercator undone by its formula."""
    return math.degrees(x / 6378137), math.degrees(2 * math.atan(math.exp(y / 6378137)) - math.pi / 2)


def test_arcgis_point_and_line(tmp_path: Path) -> None:
    _, rows = table(SAMPLES / "arcgis/arcGISPointResponse.json", tmp_path, **ESRI)
    point = shapely.from_wkt(rows[0]["geometry"])
    assert (point.x, point.y) == pytest.approx(mercator(-8131340.553956478, 4985356.996949511), abs=1e-7)
    # A leading zero stays, and what is null is empty.
    assert (rows[0]["ZIP_CODE"], rows[0]["POPULATION"], len(rows)) == ("00501", None, 1)
    name = "arcgis/arcGISLineResponse.json"
    _, rows = table(SAMPLES / name, tmp_path, **ESRI)
    feature = plain(name)["features"][0]
    expected = [mercator(*point) for point in feature["geometry"]["paths"][0]]
    line = shapely.from_wkt(rows[0]["geometry"])
    assert len(feature["geometry"]["paths"]) == 1 and line.geom_type == "LineString"
    for found, expected_place in zip(line.coords, expected, strict=True):
        assert found == pytest.approx(expected_place, abs=1e-7)
    assert {name: value for name, value in rows[0].items() if name != "geometry"} == {
        name: None if value is None else value if isinstance(value, str) else json.dumps(value)
        for name, value in feature["attributes"].items()
    }


def test_arcgis_polygon_is_the_same_in_both_its_forms(tmp_path: Path) -> None:
    """The server's own GeoJSON of the same park is the witness."""
    _, esri = table(SAMPLES / "arcgis/arcGISPolygonResponse.json", tmp_path, **ESRI)
    _, geojson = table(SAMPLES / "arcgis/geoJSONPolygonResponse.json", tmp_path, kind="geojson")
    one, other = (shapely.from_wkt(rows[0]["geometry"]) for rows in (esri, geojson))
    assert one.is_valid and len(one.exterior.coords) == len(other.exterior.coords) == 181
    assert shapely.hausdorff_distance(one, other) < 2e-7
    shared = esri[0].keys() & geojson[0].keys() - {"geometry"}
    assert len(shared) > 40 and all(esri[0][name] == geojson[0][name] for name in shared if name != "AnalysisAr")
    assert Fraction(esri[0]["AnalysisAr"] or 0) == Fraction(geojson[0]["AnalysisAr"] or 0) != 0
