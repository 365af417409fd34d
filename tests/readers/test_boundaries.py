"""Boundary files as GDAL writes them (through DuckDB's extension), and KML by hand: every corner compared."""

from __future__ import annotations

import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import duckdb_extension_spatial
import pyproj
import pytest
import shapely

from sga_pipeline.errors import DeliveryError
from tests.faults.hostile_boundaries import dbf, shape_zip
from tests.readers.opening import Rows, opened

AREAS = {
    "01": ("Ñorte", "POLYGON ((-74.1 4.6, -74.1 4.7, -74 4.7, -74 4.6, -74.1 4.6))"),
    "02": (
        "Hole",
        "POLYGON ((-74 4.6, -74 4.7, -73.9 4.7, -73.9 4.6, -74 4.6), (-73.98 4.62, -73.92 4.62, -73.92 4.68, -73.98 4.68, -73.98 4.62))",
    ),
    "03": (
        "Isles",
        "MULTIPOLYGON (((-73.97 4.63, -73.97 4.64, -73.96 4.64, -73.97 4.63)), ((-73.5 4, -73.5 4.1, -73.4 4.1, -73.5 4), (-73.49 4.03, -73.48 4.06, -73.47 4.08, -73.49 4.03)))",
    ),
}


@pytest.fixture
def gdal(tmp_path: Path) -> Callable[..., Path]:
    """Writes the areas with GDAL, in a reference system of one's choice."""

    def write(driver: str, name: str, system: str, rows: dict[str, tuple[str, str]] = AREAS, also: str = "") -> Path:
        [extension] = Path(duckdb_extension_spatial.__file__).parent.rglob("*.duckdb_extension")
        target = tmp_path / name
        with duckdb.connect() as con:
            con.execute(f"load '{extension}'")
            con.execute("create table areas (code varchar, title varchar, people integer, share double, geom geometry)")
            for number, (code, (title, text)) in enumerate(rows.items()):
                moved = shapely.transform(shapely.from_wkt(text), _places(system)).wkt
                con.execute(
                    "insert into areas values (?, ?, ?, ?, st_geomfromtext(?))",
                    [code, title, 1000 * number, number / 8, moved],
                )
            con.execute(f"copy areas to '{target}' with (format gdal, driver '{driver}', srs '{system}'{also})")
        return target

    return write


def _places(system: str) -> Any:
    change = pyproj.Transformer.from_crs("EPSG:4326", system, always_xy=True)

    def move(at: Any) -> Any:
        at[:, 0], at[:, 1] = change.transform(at[:, 0], at[:, 1])
        return at

    return move


def zipped(folder: Path, but: str = "") -> Path:
    target = folder.parent / f"{folder.name}.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted(folder.iterdir()):
            if part.suffix != but:
                archive.write(part, f"city/{part.name.upper()}")
    return target


def same_areas(header: tuple[str, ...], rows: Rows, within: float) -> None:
    assert header[-2:] == ("geometry", "geometry_type")
    found = [dict(zip(header, row, strict=True)) for row in rows]
    assert [(one["code"], one["title"]) for one in found] == [(code, title) for code, (title, _) in AREAS.items()]
    assert [one["people"] for one in found] == ["0", "1000", "2000"]
    assert [float(one["share"] or "") for one in found] == [0, 0.125, 0.25]
    for one, (_, text) in zip(found, AREAS.values(), strict=True):
        read, meant = shapely.from_wkt(one["geometry"]), shapely.from_wkt(text)
        assert read.geom_type == meant.geom_type == one["geometry_type"]
        assert shapely.symmetric_difference(read, meant).area < within * meant.length
        assert shapely.get_num_coordinates(read) == shapely.get_num_coordinates(meant)


@pytest.mark.parametrize(
    ("system", "within"),
    [("EPSG:4326", 1e-9), ("EPSG:32618", 1e-6), ("EPSG:3857", 1e-6), ("EPSG:3116", 1e-6), ("EPSG:2264", 1e-6)],
)
def test_shapefile(tmp_path: Path, gdal: Callable[..., Path], system: str, within: float) -> None:
    """Degrees, metres, feet: all come back to within a tenth of a metre, holes and islands in their places."""
    (tmp_path / "shape").mkdir()
    gdal("ESRI Shapefile", "shape/areas.shp", system)
    same_areas(*opened(zipped(tmp_path / "shape"), kind="shapefile"), within)


@pytest.mark.parametrize(("system", "within"), [("EPSG:4326", 1e-9), ("EPSG:32618", 1e-6), ("EPSG:3116", 1e-6)])
def test_geopackage(gdal: Callable[..., Path], system: str, within: float) -> None:
    header, rows = opened(gdal("GPKG", "areas.gpkg", system), kind="geopackage", layer="areas")
    assert header[0] == "fid"
    same_areas(header, rows, within)


@pytest.mark.parametrize(("system", "within"), [("EPSG:4326", 1e-9), ("EPSG:32618", 1e-6), ("EPSG:3116", 1e-6)])
def test_geojson_of_another_reference_system(tmp_path: Path, system: str, within: float) -> None:
    """The member `crs`, which newer GeoJSON lacks and older has, is heeded."""
    import json

    features = [
        {
            "type": "Feature",
            "properties": {"code": code, "title": title, "people": str(1000 * at), "share": at / 8},
            "geometry": json.loads(shapely.to_geojson(shapely.transform(shapely.from_wkt(text), _places(system)))),
        }
        for at, (code, (title, text)) in enumerate(AREAS.items())
    ]
    crs = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:{system.replace(':', '::')}"}}
    file = tmp_path / "areas.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": features}), encoding="utf-8")
    same_areas(*opened(file, kind="geojson"), within)


def test_points_among_polygons_are_distinguished(gdal: Callable[..., Path]) -> None:
    """`where` on `geometry_type` leaves them out, and counts them."""
    mixed = {"01": AREAS["01"], "09": ("Station", "POINT (-74.05 4.65)")}
    _, rows = opened(gdal("GPKG", "areas.gpkg", "EPSG:4326", mixed), kind="geopackage", layer="areas")
    assert [(row[1], row[-2], row[-1]) for row in rows][1] == ("09", "POINT (-74.05 4.65)", "Point")


@pytest.mark.parametrize(
    ("lacks", "said"), [(".prj", "reference system"), (".dbf", "fields"), (".shp", "no such layer")]
)
def test_a_shapefile_without_a_part(tmp_path: Path, gdal: Callable[..., Path], lacks: str, said: str) -> None:
    (tmp_path / "shape").mkdir()
    gdal("ESRI Shapefile", "shape/areas.shp", "EPSG:4326")
    with pytest.raises(DeliveryError, match=said):
        opened(zipped(tmp_path / "shape", but=lacks), kind="shapefile", encoding="utf-8")


def test_the_encoding_a_shapefile_names(tmp_path: Path, gdal: Callable[..., Path]) -> None:
    """What the .cpg says, unless the contract says otherwise."""
    (tmp_path / "shape").mkdir()
    name = "Łódź Ñ"
    rows = {"01": (name, AREAS["01"][1])}
    gdal("ESRI Shapefile", "shape/areas.shp", "EPSG:4326", rows, ", layer_creation_options 'ENCODING=UTF-8'")
    file = zipped(tmp_path / "shape")
    assert opened(file, kind="shapefile")[1][0][1] == name
    assert opened(file, kind="shapefile", encoding="latin-1")[1][0][1] == name.encode().decode("latin-1").strip()


def test_text_of_fields_is_never_guessed(tmp_path: Path, gdal: Callable[..., Path]) -> None:
    (tmp_path / "shape").mkdir()
    gdal("ESRI Shapefile", "shape/areas.shp", "EPSG:4326")
    # GDAL notes Latin-1 in a .cpg, or in the head of the table: without both, letters beyond ASCII are not known.
    (tmp_path / "shape" / "areas.cpg").unlink(missing_ok=True)
    table = bytearray((tmp_path / "shape" / "areas.dbf").read_bytes())
    table[29] = 0
    (tmp_path / "shape" / "areas.dbf").write_bytes(table)
    with pytest.raises(DeliveryError, match="encoding"):
        opened(zipped(tmp_path / "shape"), kind="shapefile")


@pytest.mark.parametrize("text", ["00123", "40.30", "12.7", "n.a.", "12***", "12345678901234567890"])
def test_a_number_of_a_shapefile_stays_as_it_is_written(tmp_path: Path, text: str) -> None:
    """Types come from the contract: no zero is lost, no text in a numeric field becomes nothing."""
    file = tmp_path / "areas.zip"
    file.write_bytes(shape_zip(table=dbf(length=21, width=20, cell=b" " + text.rjust(20).encode(), kind=b"N")))
    assert opened(file, kind="shapefile")[1][0][0] == text


def test_only_a_star_marks_a_deleted_record(tmp_path: Path) -> None:
    file = tmp_path / "areas.zip"
    for flag, rows in ((b" ", 1), (b"*", 0), (b"x", 1)):
        file.write_bytes(shape_zip(table=dbf(cell=flag + b"01")))
        assert len(opened(file, kind="shapefile")[1]) == rows


def test_a_layer_or_system_that_is_not_there(gdal: Callable[..., Path]) -> None:
    file = gdal("GPKG", "areas.gpkg", "EPSG:4326")
    with pytest.raises(DeliveryError, match=r"no layer \[wards\].*It has areas"):
        opened(file, kind="geopackage", layer="wards")
    with sqlite3.connect(file) as db:
        db.execute("update gpkg_geometry_columns set srs_id = -1")
    with pytest.raises(DeliveryError, match="reference system"):
        opened(file, kind="geopackage", layer="areas")


KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2"><Document><name>Wards</name>
<Schema name="s" id="s"><SimpleField name="pop" type="int"/></Schema>
<Folder><Placemark id="w1"><name> North </name><description><![CDATA[<b>ward</b>]]></description>
<ExtendedData><Data name="code"><displayName>Code</displayName><value>01</value></Data></ExtendedData>
<Polygon><extrude>1</extrude><outerBoundaryIs><LinearRing><coordinates>
 -1,1,99 -1,4,98.5 4,4,0
 4,1,0 -1,1,99</coordinates></LinearRing></outerBoundaryIs>
<innerBoundaryIs><LinearRing><coordinates>0,2,1 1,2,1 1,3,1 0,2,1</coordinates></LinearRing></innerBoundaryIs>
<innerBoundaryIs><LinearRing><coordinates>2,2 3,2 3,3 2,2</coordinates></LinearRing></innerBoundaryIs></Polygon></Placemark></Folder>
<Placemark><name>Isles</name><ExtendedData><SchemaData schemaUrl="#s"><SimpleData name="pop">12</SimpleData><SimpleData name="code">02</SimpleData></SchemaData></ExtendedData>
<MultiGeometry><Polygon><outerBoundaryIs><LinearRing><coordinates>5,5 5,6 6,6 5,5</coordinates></LinearRing></outerBoundaryIs></Polygon>
<MultiGeometry><Polygon><outerBoundaryIs><LinearRing><coordinates>7,7 7,8 8,8 7,7</coordinates></LinearRing></outerBoundaryIs></Polygon></MultiGeometry></MultiGeometry></Placemark>
<Placemark><name>Station</name><Point><coordinates>5.25,5.5,100</coordinates></Point></Placemark>
<Placemark><name>Both</name><MultiGeometry><Point><coordinates>1,1</coordinates></Point><LineString><coordinates>1,1 2,2</coordinates></LineString></MultiGeometry></Placemark>
<Placemark><name>Nowhere</name></Placemark></Document></kml>"""


def test_kml(tmp_path: Path) -> None:
    """Data of both kinds, holes, nested parts, heights left out, a point, a mark without a place."""
    file = tmp_path / "wards"
    file.write_text(KML, encoding="utf-8")
    header, rows = opened(file, kind="kml")
    assert header == ("name", "description", "code", "pop", "geometry", "geometry_type")
    hole = "POLYGON ((-1 1, -1 4, 4 4, 4 1, -1 1), (0 2, 1 2, 1 3, 0 2), (2 2, 3 2, 3 3, 2 2))"
    assert rows == [
        ("North", "<b>ward</b>", "01", None, hole, "Polygon"),
        ("Isles", None, "02", "12", "MULTIPOLYGON (((5 5, 5 6, 6 6, 5 5)), ((7 7, 7 8, 8 8, 7 7)))", "MultiPolygon"),
        ("Station", None, None, None, "POINT (5.25 5.5)", "Point"),
        ("Both", None, None, None, "GEOMETRYCOLLECTION (POINT (1 1), LINESTRING (1 1, 2 2))", "GeometryCollection"),
        ("Nowhere", None, None, None, None, None),
    ]


def test_kml_as_gdal_writes_it(gdal: Callable[..., Path]) -> None:
    header, rows = opened(gdal("KML", "areas.kml", "OGC:CRS84"), kind="kml")
    same_areas(header, rows, 1e-9)
