"""DHIS2 answers made here: units joined to figures, damaged answers refused, zero apart from missing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sga_pipeline.contracts.formats import Dhis2Format
from sga_pipeline.errors import DeliveryError
from tests.city_folder import INCIDENTS
from tests.dhis2_tables import from_text, opened, pages
from tests.unit.test_conform_delivery import conform


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
