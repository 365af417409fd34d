"""JSON-stat in its versions and spellings: the same cube is the same table, and what does not add up is refused."""

from __future__ import annotations

import copy
import json
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sga_pipeline.errors import DeliveryError
from tests.reading import Rows, table

# Deaths by sex and age in two years: a true zero, and two cells nobody knows.
CUBE: dict[str, Any] = {
    "version": "2.0",
    "class": "dataset",
    "label": "Deaths",
    "id": ["sex", "age", "year"],
    "size": [2, 2, 2],
    "dimension": {
        "sex": {"label": "Sex", "category": {"index": ["F", "M"], "label": {"F": "Women", "M": "Men"}}},
        "age": {"category": {"index": {"O": 1, "Y": 0}, "label": {"Y": "young", "O": "old"}}},
        "year": {"category": {"index": ["2022", "2023"]}},
    },
    "value": [3, 0, 12, None, 5.5, 6, None, 20],
    "status": {"3": ":", "6": "c", "1": "p"},
}
# Worked out by hand: the last dimension turns fastest, and Y comes before O.
TABLE = [
    ("F", "Women", "Y", "young", "2022", "2022", "3", None),
    ("F", "Women", "Y", "young", "2023", "2023", "0", "p"),
    ("F", "Women", "O", "old", "2022", "2022", "12", None),
    ("F", "Women", "O", "old", "2023", "2023", None, ":"),
    ("M", "Men", "Y", "young", "2022", "2022", "5.5", None),
    ("M", "Men", "Y", "young", "2023", "2023", "6", None),
    ("M", "Men", "O", "old", "2022", "2022", None, "c"),
    ("M", "Men", "O", "old", "2023", "2023", "20", None),
]


def read(tmp_path: Path, document: Any) -> tuple[list[str], Rows]:
    file = tmp_path / "cube.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    return table(file, tmp_path, kind="jsonstat")


def version_1() -> dict[str, Any]:
    """As version 1 writes it: id and size among the dimensions, the data set under a name."""
    cube = copy.deepcopy(CUBE)
    dimension = cube["dimension"] | {"id": cube["id"], "size": cube["size"], "role": {"time": ["year"]}}
    return {"dataset": {"label": "Deaths", "dimension": dimension, "value": cube["value"], "status": cube["status"]}}


SPELLINGS = {
    "2.0": CUBE,
    "sparse": CUBE | {"value": {str(at): one for at, one in enumerate(CUBE["value"]) if one is not None}},
    "status as a list": CUBE | {"status": [None, "p", None, ":", None, None, "c", None]},
    "1.x": version_1(),
    "1.x, other name": {"deaths": version_1()["dataset"]},
    "collection of one": {
        "class": "collection",
        "version": "2.0",
        "link": {"item": [CUBE, {"class": "dataset", "href": "x"}]},
    },
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_is_the_same_table(tmp_path: Path, spelling: str) -> None:
    header, found = read(tmp_path, SPELLINGS[spelling])
    assert header == ["sex", "sex label", "age", "age label", "year", "year label", "value", "status"]
    assert [tuple(row.values()) for row in found] == TABLE


def test_one_status_for_all_and_a_dimension_of_one(tmp_path: Path) -> None:
    cube = copy.deepcopy(CUBE) | {"id": ["measure", "year"], "size": [1, 2], "value": {"1": 0}, "status": "e"}
    cube["dimension"]["measure"] = {"category": {"label": {"N": "Number"}}}
    _, found = read(tmp_path, cube)
    assert [tuple(row.values()) for row in found] == [
        ("N", "Number", "2022", "2022", None, "e"),
        ("N", "Number", "2023", "2023", "0", "e"),
    ]


def test_no_categories_are_a_table_without_rows(tmp_path: Path) -> None:
    cube = copy.deepcopy(CUBE) | {"size": [2, 2, 0], "value": [], "status": {}}
    cube["dimension"]["year"]["category"]["index"] = []
    header, found = read(tmp_path, cube)
    assert found == [] and "year label" in header


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "too few values": ({"value": [1, 2]}, "2 of value for 8 cells"),
    "value outside": ({"value": {"8": 1}}, "outside the cube"),
    "no place": ({"value": {"-1": 1}}, "outside the cube"),
    "place twice": ({"value": {"1": 1, "01": 2}}, "outside the cube"),
    "status outside": ({"status": {"99": "x"}}, "outside the cube"),
    "sizes": ({"size": [2, 2]}, "do not fit"),
    "size too large": ({"size": [2, 2, 3], "value": {}}, "2 categories and should have 3"),
    "a negative size": ({"size": [2, -2, 2]}, "no numbers of categories"),
    "a size of truth": ({"size": [2, True, 2]}, "no numbers of categories"),
    "a dimension twice": ({"id": ["sex", "sex", "year"]}, "do not fit"),
    "a dimension missing": ({"id": ["sex", "place", "year"]}, "place"),
    "an absurd cube": ({"size": [10**9, 10**9, 10**9], "value": {}, "status": {}}, "more cells than are read"),
    "no value": ({"value": None}, "not a JSON-stat"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_does_not_add_up_is_refused(tmp_path: Path, wrong: str) -> None:
    change, words = WRONG[wrong]
    with pytest.raises(DeliveryError, match=words):
        read(tmp_path, CUBE | change)


@pytest.mark.parametrize(
    "index", [{"F": 0, "M": 0}, {"F": 0, "M": 2}, {"F": 1, "M": 2}, ["F", "F"], ["F"], {"F": "x", "M": 0}, 3], ids=str
)
def test_categories_out_of_order_are_refused(tmp_path: Path, index: Any) -> None:
    cube = copy.deepcopy(CUBE)
    cube["dimension"]["sex"]["category"]["index"] = index
    with pytest.raises(DeliveryError, match="not a JSON-stat data set"):
        read(tmp_path, cube)


@pytest.mark.parametrize(
    "document",
    [
        {},
        [],
        3,
        "x",
        {"error": "no"},
        {"a": version_1()["dataset"], "b": version_1()["dataset"]},
        {"class": "collection", "link": {"item": [CUBE, CUBE]}},
    ],
    ids=str,
)
def test_documents_without_one_data_set_are_refused(tmp_path: Path, document: Any) -> None:
    with pytest.raises(DeliveryError):
        read(tmp_path, document)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 4), min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_any_cube_read_cell_by_cell(tmp_path_factory: pytest.TempPathFactory, sizes: list[int], chance: Any) -> None:
    """Cells named by the product of their codes, in whatever order the index object lists them."""
    names = [f"d{at}" for at in range(len(sizes))]
    dimension, codes = {}, []
    for name, size in zip(names, sizes, strict=True):
        own = [f"{name}c{at}" for at in range(size)]
        codes.append(own)
        pairs = list(enumerate(own))
        chance.shuffle(pairs)
        dimension[name] = {
            "category": {"index": {code: at for at, code in pairs}, "label": {code: code.upper() for code in own}}
        }
    cells = list(product(*codes))
    values = [chance.choice([None, 0, 1, 2.5]) for _ in cells]
    document: dict[str, Any] = {"class": "dataset", "id": names, "size": sizes, "dimension": dimension, "value": values}
    if chance.random() < 0.5:
        document["value"] = {str(at): value for at, value in enumerate(values) if value is not None}
    _, found = read(tmp_path_factory.mktemp("cube"), document)
    assert [tuple(row[name] for name in names) for row in found] == cells
    assert [row["value"] for row in found] == [None if one is None else str(one) for one in values]
    assert all(row[f"{names[0]} label"] == str(row[names[0]]).upper() for row in found)
