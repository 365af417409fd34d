"""DHIS2's recorded answers as tables: rows, sums, first and last row compared with the files read in another way."""

from __future__ import annotations

import json
import re
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from sga_pipeline.conform.open_delivery import open_delivery
from sga_pipeline.contracts.formats import Dhis2Format
from sga_pipeline.errors import DeliveryError
from tests.city_folder import INCIDENTS
from tests.runs import data_folder
from tests.unit.test_conform_delivery import conform

SAMPLES = data_folder() / "api_samples" / "dhis2"
JSON = Dhis2Format(kind="dhis2", levels=[2])
needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the recorded answers are not here")
Table = list[dict[str, str | None]]


def opened(file: Path, form: Dhis2Format = JSON) -> Table:
    with duckdb.connect() as con:
        found = open_delivery(con, file, form, file.parent)
        rows = con.execute(f"select * from {found.relation}").fetchall()
        return [dict(zip(found.header, row, strict=True)) for row in rows]


def from_text(tmp_path: Path, document: object) -> Table:
    file = tmp_path / "answer.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    return opened(file)


def pages(tmp_path: Path, *documents: object) -> Path:
    file = tmp_path / "answer.pages"
    with zipfile.ZipFile(file, "w") as archive:
        for number, document in enumerate(documents):
            archive.writestr(f"page-{number}", json.dumps(document))
    return file


def by_lines(file: Path) -> list[list[str]]:
    """The rows by their brackets alone: no JSON reader, and no knowledge of the rest of the file."""
    text = file.read_text(encoding="utf-8")
    inside = text[text.index('"rows"') :]
    rows = re.findall(r"\[\s*((?:\"[^\"]*\"\s*,?\s*)+)\]", inside)
    return [re.findall(r"\"([^\"]*)\"", row) for row in rows]


@needs_samples
@pytest.mark.parametrize("file", sorted(SAMPLES.glob("*analytics*.json")), ids=lambda file: file.stem)
def test_analytics(file: Path) -> None:
    expected, found = by_lines(file), opened(file)
    assert len(found) == len(expected)
    for row, cells in zip(found, expected, strict=True):
        assert list(row.values())[: len(cells)] == cells
    if found and "value" in found[0]:
        total = sum(Decimal(str(row["value"])) for row in found)
        assert total == sum(Decimal(cells[-1]) for cells in expected)


# Read off the files with grep and awk: rows, sum of values, first row and last row by their identifiers.
BY_HAND = {
    "2.35__analytics-4a7213": (12, "1413.1", ("Uvn6LCg7dVU", "202009", "127.0"), ("Uvn6LCg7dVU", "202108", "122.3")),
    "2.35__analytics-b309e1": (23, "2778.1", ("Uvn6LCg7dVU", "202009", "169.4"), ("Uvn6LCg7dVU", "202108", "94.1")),
    "40.0.1__analytics-bef477": (
        84,
        "12362160",
        ("f27B1G7B3m3", "202304", "362454"),
        ("cYeuwXTCPkU.PT59n8BQbqM", "202307", "4512"),
    ),
    "40.0.1__analytics-bd25dd": (28, "1367", ("fbfJHSPpUQD", "202303", "5"), ("fbfJHSPpUQD", "202210", "25")),
}


@needs_samples
@pytest.mark.parametrize("name", BY_HAND)
def test_names_lead_back_to_identifiers(name: str) -> None:
    rows, total, first, last = BY_HAND[name]
    found = opened(SAMPLES / f"{name}.json")
    values = [(row["dx id"], row["pe id"], row["value"]) for row in found]
    assert (len(values), values[0], values[-1]) == (rows, first, last)
    assert sum(Decimal(str(value)) for _, _, value in values) == Decimal(total)
    assert all(re.fullmatch(r"20\d{4}", str(period)) for _, period, _ in values)
    assert all(re.match(r"[A-Za-z][A-Za-z0-9]{10}", str(data)) for data, _, _ in values)


@needs_samples
def test_zero_is_a_row_with_zero_and_nothing_else_is() -> None:
    found = opened(SAMPLES / "40.0.1__analytics-876ed3.json")
    text = (SAMPLES / "40.0.1__analytics-876ed3.json").read_text(encoding="utf-8")
    assert sum(row["value"] == "0" for row in found) == text.count(',"0"]') > 0
    assert opened(SAMPLES / "40.0.1__analytics-8305c9.json") == []
    assert opened(SAMPLES / "40.0.1__analytics-bb7d36.json") == []


@needs_samples
def test_the_hierarchy_in_the_metadata_places_every_facility() -> None:
    found = opened(SAMPLES / "40.0.1__analytics-400807.json")
    maforay = next(row for row in found if row["ou"] == "simyC07XwnS")
    assert (maforay["ou name"], maforay["ou level"], maforay["ou parent"]) == ("Maforay MCHP", "4", "JdqfYTIFZXN")
    assert maforay["ou path"] == "/ImspTQPwCqd/TEQlaapDQoK/JdqfYTIFZXN/simyC07XwnS"
    assert maforay["ou level 2"] == "TEQlaapDQoK"
    assert {row["ou level"] for row in found} == {"4"} and all(row["ou level 2"] for row in found)
    assert len({row["ou level 2"] for row in found}) == 13


# Answers that were asked for names and groups alone.
WITHOUT_ID = {"51edf3", "88176c", "b5c747", "e4621f", "f5560f"}


@needs_samples
@pytest.mark.parametrize("file", sorted(SAMPLES.glob("*organisationUnits*.json")), ids=lambda file: file.stem)
def test_units(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    if file.stem[-6:] in WITHOUT_ID:
        with pytest.raises(DeliveryError, match="no id"):
            opened(file)
        return
    units = json.loads(text)["organisationUnits"]
    found = opened(file)
    assert [row["id"] for row in found] == sorted(one["id"] for one in units)
    assert {row["id"]: row["name"] for row in found} == {one["id"]: one.get("name") for one in units}
    # Who made or changed a unit is nobody's business.
    assert "Wakiki" not in json.dumps(found)


@needs_samples
def test_a_unit_with_all_its_fields() -> None:
    (found,) = opened(SAMPLES / "40.0.1__organisationUnits-04f68e.json")
    geometry = found.pop("geometry")
    assert found == {
        "id": "vWbkYPRmKyS",
        "code": "OU_540",
        "name": "Baoma",
        "level": "3",
        "parent": "O6uvpzGd5pu",
        "path": "/ImspTQPwCqd/O6uvpzGd5pu/vWbkYPRmKyS",
        "level 2": "O6uvpzGd5pu",
        "level 2 name": None,
    }
    assert str(geometry).startswith("POLYGON ((-11.3517 7.9604, ")


@needs_samples
@pytest.mark.parametrize("name", ["core_dataValues_bulk.json", "openfn_readDataValues.json"])
def test_raw_values(name: str) -> None:
    text = (SAMPLES / name).read_text(encoding="utf-8")
    values = re.findall(r'"value"\s*:\s*"([^"]*)"', text)
    found = opened(SAMPLES / name)
    assert [row["value"] for row in found] == values
    assert [row["dx"] for row in found] == re.findall(r'"dataElement"\s*:\s*"([^"]*)"', text)
    assert [row["pe"] for row in found] == re.findall(r'"period"\s*:\s*"([^"]*)"', text)
    assert [row["ou"] for row in found] == re.findall(r'"orgUnit"\s*:\s*"([^"]*)"', text)
    assert "storedBy" not in found[0] and "system" not in {cell for row in found for cell in row.values()}


@needs_samples
def test_raw_values_as_csv() -> None:
    file = SAMPLES / "core_dataValues.csv"
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if line.strip()][1:]
    expected = [tuple(one.strip(' "') for one in line.split(",")) for line in lines]
    found = opened(file, Dhis2Format(kind="dhis2", written="csv"))
    assert [(row["dx"], row["pe"], row["ou"], row["value"]) for row in found] == expected
    assert (len(found), found[0]["value"], found[-1]["value"]) == (len(lines), "2", expected[-1][-1])
    numbers = [one[-1] for one in expected if one[-1].isdigit()]
    assert sum(int(str(row["value"])) for row in found if str(row["value"]).isdigit()) == sum(map(int, numbers)) == 956


@needs_samples
@pytest.mark.parametrize(
    "file",
    sorted(
        {
            *SAMPLES.glob("*ndicators*"),
            *SAMPLES.glob("*dataElements*"),
            *SAMPLES.glob("*.geojson"),
            *SAMPLES.glob("*ReUH*"),
            *SAMPLES.glob("*.tsv"),
        }
    ),
    ids=lambda file: file.stem,
)
def test_what_holds_no_figures_is_refused(file: Path) -> None:
    with pytest.raises(DeliveryError, match=r"neither analytics nor values nor units|not JSON"):
        opened(file)


def analytics(rows: list[list[Any]], **more: object) -> dict[str, object]:
    headers = [{"name": name} for name in ("dx", "pe", "ou", "value")]
    return {"headers": headers, "rows": rows, **more}


UNITS = {
    "organisationUnits": [
        {
            "id": "Uaaaaaaaaaa",
            "code": "11",
            "name": "North",
            "level": 2,
            "path": "/Ucityyyyyyy/Uaaaaaaaaaa",
            "parent": {"id": "Ucityyyyyyy"},
            "ancestors": [{"id": "Ucityyyyyyy", "code": "1", "name": "Small"}],
        },
        {"id": "Ubbbbbbbbbb", "code": "12", "name": "South", "level": 2, "path": "/Ucityyyyyyy/Ubbbbbbbbbb"},
    ]
}


def test_units_of_later_pages_are_joined_to_the_figures(tmp_path: Path) -> None:
    rows = [["d", "202304", "Ubbbbbbbbbb", "0"], ["d", "202304", "Uaaaaaaaaaa", ""]]
    form = Dhis2Format(kind="dhis2", levels=[1, 2, 3])
    south, north = opened(pages(tmp_path, analytics(rows, height=2), UNITS), form)
    assert (south["ou code"], south["ou level"], south["ou parent"]) == ("12", "2", "Ucityyyyyyy")
    assert (north["ou level 1"], north["ou level 1 name"]) == ("Ucityyyyyyy", "Small")
    assert (north["ou level 2 name"], north["ou level 3"]) == ("North", None)
    assert (south["value"], north["value"]) == ("0", "")


def test_a_unit_that_did_not_come_is_no_reason_to_guess(tmp_path: Path) -> None:
    file = pages(tmp_path, analytics([["d", "202304", "Uzzzzzzzzzz", "1"]]), UNITS)
    with pytest.raises(DeliveryError, match="Uzzzzzzzzzz"):
        opened(file)


@pytest.mark.parametrize(
    ("document", "says"),
    [
        (analytics([["d", "202304", "u"]]), "has not the 4 cells"),
        (analytics([["d", "202304", "u", "1", "2"]]), "has not the 4 cells"),
        (analytics(["d"]), "has not the 4 cells"),
        (analytics([["d", "202304", "u", "1"]], height=2), "promises 2 rows and has 1"),
        (analytics([["d", "202304", "u", "1"]], height="2"), "promises 2 rows"),
        ({"headers": [{"column": "Data"}], "rows": []}, "has no name"),
        ({"headers": {}, "rows": []}, "neither"),
        ({"httpStatusCode": 409, "status": "ERROR", "message": "Dimension dx is empty"}, "Dimension dx is empty"),
        ([1, 2], "neither"),
        (None, "neither"),
        (7, "neither"),
        ({"dataValues": [7]}, "no object"),
        ({"organisationUnits": [7]}, "no id"),
        ({"organisationUnits": [{"id": 7}]}, "no id"),
        ({"organisationUnits": [{"id": "b", "path": "/b/a/b"}]}, "circle"),
        ({"organisationUnits": [{"id": "b", "path": "/".join("abcdefghijklmnopqrstuvwxyz")}]}, "circle|no end"),
        ({"organisationUnits": [{"id": "b", "geometry": {"type": "Polygon", "coordinates": "x"}}]}, "boundary"),
        (analytics([["\ud800", "202304", "u", "1"]]), "no Unicode"),
    ],
)
def test_damaged_answers_are_refused(tmp_path: Path, document: object, says: str) -> None:
    with pytest.raises(DeliveryError, match=says):
        from_text(tmp_path, document)


def test_two_units_of_one_name_are_not_distinguished(tmp_path: Path) -> None:
    meta = {
        "items": {"Ua": {"name": "North"}, "Ub": {"name": "North"}, "Uc": {"name": "South"}},
        "dimensions": {"ou": ["Ua", "Ub", "Uc"]},
    }
    rows = [["d", "202304", "North", "1"], ["d", "202304", "South", "2"]]
    found = from_text(tmp_path, analytics(rows, metaData=meta))
    assert [row["ou id"] for row in found] == [None, "Uc"]


def test_a_value_taken_back_is_missing_and_an_empty_data_set_has_no_rows(tmp_path: Path) -> None:
    taken = {"dataElement": "d", "period": "2023", "orgUnit": "u", "value": "7", "deleted": True}
    (found,) = from_text(tmp_path, {"dataValues": [taken]})
    assert (found["value"], found["deleted"]) == (None, "true")
    assert from_text(tmp_path, {}) == []


def test_deep_nesting_and_nan_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "deep.json"
    for text in ('{"rows":' + "[" * 200_000, '{"headers":[],"rows":[NaN]}', '{"headers":[],"rows":[['):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(DeliveryError, match="not JSON"):
            opened(file)


@pytest.mark.parametrize("line", ['"a,2023,u,1', "a,2023,u", "a,2023,u,1,2"])
def test_damaged_csv_is_refused(tmp_path: Path, line: str) -> None:
    file = tmp_path / "values.csv"
    file.write_text(f"dataelement,period,orgunit,value\n{line}\n", encoding="utf-8")
    with pytest.raises(DeliveryError, match=r"no CSV|4 cells"):
        opened(file, Dhis2Format(kind="dhis2", written="csv"))


HEALTH = """\
shape: health_counts
{head}
columns:
  area_id: {{from: ou code}}
  period: {{from: pe, steps: [compact_period]}}
  topic: {{from: dx, steps: [{{recode: {{values: {{dAdmissions1: hospital_admissions}}, otherwise: reject}}}}]}}
  count: {{from: value, steps: [{{number: {{}}}}]}}
ignore: rest
reject_when: {{quarantined_share: 0.5}}
"""


def health_feed() -> dict[str, str]:
    """What to exchange in the small city's feed so that it counts health events in DHIS2's format."""
    head = INCIDENTS[INCIDENTS.index("owner:") : INCIDENTS.index("mappings:")].replace("{kind: csv}", "{kind: dhis2}")
    return {INCIDENTS[INCIDENTS.index("shape:") :]: HEALTH.format(head=head)}


def test_figures_conform_with_zero_apart_from_missing(tmp_path: Path) -> None:
    """Zero is kept as zero; an empty value is set aside, never read as zero; no row is no row."""
    rows = [
        ["dAdmissions1", "202304", "Uaaaaaaaaaa", "0"],
        ["dAdmissions1", "202305", "Uaaaaaaaaaa", "7.0"],
        ["dAdmissions1", "202304", "Ubbbbbbbbbb", ""],
    ]
    whole = pages(tmp_path, analytics(rows, height=3), UNITS).read_bytes()
    run = conform(tmp_path, whole, health_feed())
    assert run.kept is not None, run.outcome
    assert run.kept.select("area_id", "period", "topic", "count").sort("period").rows() == [
        ("11", "2023-04", "hospital_admissions", 0),
        ("11", "2023-05", "hospital_admissions", 7),
    ]
    assert (run.outcome.rows_in, run.outcome.rows_kept, run.outcome.rows_quarantined) == (3, 2, 1)
    assert run.quarantine is not None and run.quarantine["rules"].to_list() == [["required:count"]]
