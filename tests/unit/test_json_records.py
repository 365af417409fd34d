"""JSON records wherever they are, flattened where the contract says so, with Esri's and GeoJSON's geometry as WKT."""

from __future__ import annotations

import json
import math
import random
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import shapely
from pydantic import ValidationError

from sga_pipeline.conform.readers.boundaries.geometries import from_esri
from sga_pipeline.errors import DeliveryError
from tests.reading import FORMAT, Rows, table
from tests.unit.test_conform_delivery import conform

WGS = {"wkid": 4326}


def read(tmp_path: Path, document: Any, **form: Any) -> tuple[list[str], Rows]:
    file = tmp_path / "records.json"
    file.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return table(file, tmp_path, kind="json", **form)


NESTED = {
    "answer": {
        "found": [{"id": 1, "at": {"x": 0, "name": {"en": "North"}}, "tags": ["a"], "none": {}}, {"id": 2, "at": None}]
    }
}


def test_records_further_down(tmp_path: Path) -> None:
    header, rows = read(tmp_path, NESTED, records="answer.found")
    assert header == ["id", "at", "tags", "none"]
    assert rows[0]["at"] == '{"x": 0, "name": {"en": "North"}}' and rows[1]["at"] is None


def test_flattened_objects_are_columns(tmp_path: Path) -> None:
    header, rows = read(tmp_path, NESTED, records="answer.found", flatten=True)
    assert header == ["id", "at.x", "at.name.en", "tags", "none", "at"]
    assert rows[0] == {"id": "1", "at.x": "0", "at.name.en": "North", "tags": '["a"]', "none": "{}", "at": None}


def test_a_star_is_each_element(tmp_path: Path) -> None:
    document = {"groups": [{"rows": [{"a": 1}, {"a": 2}]}, {"rows": [{"a": 3, "b": False}]}]}
    _, rows = read(tmp_path, document, records="groups.*.rows")
    assert rows == [{"a": "1", "b": None}, {"a": "2", "b": None}, {"a": "3", "b": "false"}]
    _, rows = read(tmp_path, [{"in": {"a": 1}}], records="*.in")
    assert rows == [{"a": "1"}]


def test_columns_are_there_where_no_record_fills_them(tmp_path: Path) -> None:
    assert read(tmp_path, [], columns=["a", "b"]) == (["a", "b"], [])
    assert read(tmp_path, {"f": [{"n": "a"}], "r": []}, records="r", columns="f.*.n") == (["a"], [])
    assert read(tmp_path, [{"z": 0}], columns=["a"]) == (["a", "z"], [{"a": None, "z": "0"}])
    with pytest.raises(DeliveryError, match="nothing says which columns"):
        read(tmp_path, [])


@pytest.mark.parametrize(
    ("document", "form", "words"),
    [
        ({"error": "no such table"}, {"records": "result.rows"}, r"no result\.rows \[result\]\. It holds error"),
        ({"rows": {"a": 1}}, {"records": "rows"}, "is no list"),
        ({"rows": [1]}, {"records": "rows"}, "no JSON object"),
        ({"rows": [[]]}, {"records": "rows.*.x"}, r"no rows\.\*\.x"),
        ({"rows": [{"a": {"b": 1}, "a.b": 2}]}, {"records": "rows", "flatten": True}, "become one column"),
        ([{"a": 1}], {"columns": "f.*.n"}, "It holds list"),
        ({"r": [], "f": [3]}, {"records": "r", "columns": "f.*"}, "name is no text"),
        ("[" * 90_000 + "]" * 90_000, {}, "not JSON"),
        ('[{"a": NaN}]', {}, "NaN is not JSON"),
        ("[1, 2]", {}, "no JSON object"),
        ("7", {}, "not a list of JSON objects"),
    ],
)
def test_what_is_no_table_of_records_is_refused(
    tmp_path: Path, document: Any, form: dict[str, Any], words: str
) -> None:
    with pytest.raises(DeliveryError, match=words):
        read(tmp_path, document, **form)


def test_objects_that_each_name_their_own_members_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match="more members than"):
        read(tmp_path, [{f"n{at}": 1} for at in range(5000)])


def test_objects_nested_deep_inside_a_record(tmp_path: Path) -> None:
    deep = '[{"a": ' + '{"a": ' * 600 + "1" + "}" * 600 + "}]"
    header, rows = read(tmp_path, deep, flatten=True)
    assert len(header) == 1 and list(rows[0].values()) == ["1"]
    with pytest.raises(DeliveryError):
        read(tmp_path, '[{"a": ' + '{"a": ' * 40_000 + "1" + "}" * 40_000 + "}]", flatten=True)


@pytest.mark.parametrize("path", ["", ".a", "a.", "a..b", "a b", "a" + ".b" * 10])
def test_paths_are_checked_beforehand(path: str) -> None:
    with pytest.raises(ValidationError):
        FORMAT.validate_python({"kind": "json", "records": path})


def test_pages_are_one_table_whatever_their_size(tmp_path: Path) -> None:
    chance = random.Random(5)
    records = [{key: chance.randint(0, 9) for key in chance.sample("abcdef", 3)} for _ in range(60)]
    whole = read(tmp_path, {"rows": records}, records="rows")
    for size in (1, 7, 59):
        kept = tmp_path / f"{size}.pages"
        with zipfile.ZipFile(kept, "w") as archive:
            for start in range(0, 60, size):
                archive.writestr(f"page-{start:06}", json.dumps({"rows": records[start : start + size]}))
        assert table(kept, tmp_path, kind="json", records="rows") == whole


def test_milliseconds_are_moments(tmp_path: Path) -> None:
    """Days worked out with the calendar: 19,478 days after 1970-01-01 is 2023-05-01; one millisecond before it is 1969."""
    counts = [19478 * 86_400_000 + 12 * 3_600_000, -1, 0, None, "x", 1.5, True, 10**18]
    expected = [
        "2023-05-01T12:00:00.000",
        "1969-12-31T23:59:59.999",
        "1970-01-01T00:00:00.000",
        None,
        "x",
        "1.5",
        "true",
        str(10**18),
    ]
    _, rows = read(tmp_path, [{"at": one, "n": 5} for one in counts], milliseconds=["at"])
    assert [row["at"] for row in rows] == expected and {row["n"] for row in rows} == {"5"}
    features = [{"type": "Feature", "geometry": None, "properties": {"at": one}} for one in counts]
    file = tmp_path / "features.json"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    _, rows = table(file, tmp_path, kind="geojson", milliseconds=["at"])
    assert [row["at"] for row in rows] == expected


# Esri geometry.


def ring(x: float, y: float, half: float, clockwise: bool) -> list[list[float]]:
    points = [
        [x - half, y - half],
        [x - half, y + half],
        [x + half, y + half],
        [x + half, y - half],
        [x - half, y - half],
    ]
    return points if clockwise else points[::-1]


def area(text: str | None) -> float:
    assert text is not None
    found = shapely.from_wkt(text)
    assert found.is_valid
    return float(found.area)


def test_rings_holes_and_islands_in_holes() -> None:
    """An outer square of 400 with a hole of 100 and an island of 4 in it, and next to it another square of 4 with a hole of 1; in any order."""
    rings = [
        ring(0, 0, 10, True),
        ring(0, 0, 5, False),
        ring(0, 0, 1, True),
        ring(40, 0, 1, True),
        ring(40, 0, 0.5, False),
    ]
    for seed in range(20):
        random.Random(seed).shuffle(rings)
        found = from_esri({"rings": rings}, WGS)
        assert found is not None and found.startswith("MULTIPOLYGON")
        assert area(found) == pytest.approx(400 - 100 + 4 + 4 - 1)
        shape = shapely.from_wkt(found)
        for x, inside in ((0, True), (3, False), (7, True), (40, False), (40.7, True), (20, False)):
            assert shape.contains(shapely.Point(x, 0)) is inside


def test_a_ring_left_open_or_turned_the_wrong_way_alone() -> None:
    assert area(from_esri({"rings": [ring(0, 0, 1, True)[:-1]]}, WGS)) == 4
    # No outer ring is around it, so it can be no hole.
    assert area(from_esri({"rings": [ring(0, 0, 1, False)]}, WGS)) == 4


def test_rings_without_area_bound_nothing() -> None:
    assert from_esri({"rings": [[[0, 0], [1, 1], [0, 0]]]}, WGS) is None
    assert from_esri({"rings": []}, WGS) is None
    assert area(from_esri({"rings": [ring(0, 0, 1, True), [[5, 5], [5, 5]], []]}, WGS)) == 4


def test_points_lines_and_nothing() -> None:
    assert from_esri({"x": -74.0721, "y": 4.711, "z": 2600}, WGS) == "POINT (-74.0721 4.711)"
    assert from_esri({"points": [[0, 1], [2, 3]]}, WGS) == "MULTIPOINT ((0 1), (2 3))"
    assert from_esri({"paths": [[[0, 0], [1, 1]]], "hasM": True}, WGS) == "LINESTRING (0 0, 1 1)"
    assert (
        from_esri({"paths": [[[0, 0, 5], [1, 1, 6]], [[2, 2], [3, 3]]]}, WGS)
        == "MULTILINESTRING ((0 0, 1 1), (2 2, 3 3))"
    )
    for empty in (None, {"x": "NaN", "y": "NaN"}, {"x": None, "y": None}, {"paths": []}, {"points": []}):
        assert from_esri(empty, WGS) is None


def test_web_mercator_becomes_degrees() -> None:
    for number in (102100, 3857):
        found = shapely.from_wkt(from_esri({"x": 6378137 * math.pi / 4, "y": 0}, {"wkid": number}))
        assert (found.x, found.y) == pytest.approx((45, 0))


@pytest.mark.parametrize(
    ("geometry", "reference", "words"),
    [
        ({"x": 1, "y": 1}, {"wkid": 2229}, "spatial reference 2229 is not read"),
        ({"x": 1, "y": 1}, None, "not said in which"),
        ({"x": 1, "y": 1}, {"wkt": "PROJCS[]"}, "not said in which"),
        ({"x": 1, "y": math.inf}, WGS, "no pair of numbers"),
        ({"rings": [[[0, 0], [1], [1, 1], [0, 0]]]}, WGS, "inhomogeneous"),
        ({"curveRings": []}, WGS, "curves"),
        ({"xmin": 0}, WGS, "no known kind"),
        ([1, 2], WGS, "no object"),
    ],
)
def test_geometry_that_cannot_be_read_is_reported(geometry: Any, reference: Any, words: str) -> None:
    with pytest.raises((ValueError, IndexError), match=words):
        from_esri(geometry, reference)


def test_geometry_is_next_to_the_record_or_in_it(tmp_path: Path) -> None:
    esri = {
        "spatialReference": WGS,
        "features": [{"attributes": {"a": 1}, "geometry": {"x": 1, "y": 2}}, {"attributes": {"a": 2}}],
    }
    _, rows = read(tmp_path, esri, records="features.*.attributes", geometry={"kind": "esri"})
    assert rows == [{"geometry": "POINT (1 2)", "a": "1"}, {"geometry": None, "a": "2"}]
    point = {"type": "Point", "coordinates": [1, 2]}
    for value in (point, {"type": "Feature", "properties": {}, "geometry": point}):
        _, rows = read(
            tmp_path, [{"a": 1, "shape": value}], geometry={"kind": "geojson", "member": "shape"}, flatten=True
        )
        assert rows == [{"geometry": "POINT (1 2)", "a": "1"}]
    with pytest.raises(DeliveryError, match="two columns named geometry"):
        read(tmp_path, [{"geometry": 1, "shape": point}], geometry={"kind": "geojson", "member": "shape"})
    with pytest.raises(DeliveryError, match="cannot be read as geojson"):
        read(tmp_path, [{"shape": {"type": "Blob"}}], geometry={"kind": "geojson", "member": "shape"})


def test_a_moment_moves_into_the_city_s_day(tmp_path: Path) -> None:
    """Bogotá lies five hours behind UTC, so three in the morning there is still the day before."""
    night = int(datetime(2023, 5, 1, 3, tzinfo=UTC).timestamp()) * 1000
    features = [{"attributes": {"id": "e1", "date": night, "offence": "hom"}}]
    changes = {
        "format: {kind: csv}": "format: {kind: json, records: features.*.attributes, milliseconds: [date]}",
        '{date: ["%Y-%m-%d", "%d/%m/%Y"]}': '{datetime: {formats: ["%Y-%m-%dT%H:%M:%S.%g"], zone: UTC}}',
        "columns:\n  event_id": "ignore: rest\ncolumns:\n  event_id",
        "  reported_on: {from: reported}\n": "",
        "  area_id: {from: district, steps: [{zero_pad: 2}, {prefix: d}]}\n": "",
        '  latitude: {from: lat, steps: [{number: {decimal: ","}}]}\n': "",
        "  weapon: {from: weapon, steps: [{recode: {values: {G: firearm, K: knife}}}]}\n": "",
        '  cleared: {from: cleared, steps: [{boolean: {"yes": [Y], "no": [N]}}]}\n': "",
    }
    run = conform(tmp_path, json.dumps({"features": features}).encode(), changes)
    assert run.kept is not None, run.outcome
    assert [str(day) for day in run.kept["occurred_on"]] == ["2023-04-30"]
