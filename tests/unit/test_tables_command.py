"""`sga tables` says what a release holds, in the words that the release carries itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sga_pipeline.cli import main
from tests.release_tables import CITY
from tests.unit.test_release_pages import released, warehouse


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> str:
    made = warehouse(tmp_path_factory.mktemp("described"))
    released(made)
    return str(made.path)


def test_every_table_and_view_has_a_line(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tables", "--home", home, "--format", "json"]) == 0
    found = {one["table"]: one for one in json.loads(capsys.readouterr().out)}
    assert list(found)[-1] == "evidence.expected_cells"
    assert found["gaps"] == {"table": "gaps", "kind": "table", "rows": 7, "description": "Rows of gaps."}
    assert found["newest_cells"]["kind"] == "view"


@pytest.mark.parametrize("asked", ["evidence.expected_cells", "expected_cells"])
def test_one_table_says_its_key_and_its_columns(home: str, asked: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tables", asked, "--home", home, "--city", CITY]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["evidence.expected_cells: Rows of expected_cells.", "Key: city_id, area_id"]
    words = [line.split() for line in lines]
    assert ["area_id", "varchar", "key", "It's", "the", "area_id."] in words
    assert ["sources", "varchar[]", "It's", "the", "sources."] in words


def test_a_table_that_is_not_there_is_an_error_with_the_nearest(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tables", "gap", "--home", home]) == 1
    assert "there is no such table in this release [gap]" in (said := capsys.readouterr().err)
    assert "gaps" in said


def test_a_release_without_a_manifest_still_says_what_it_holds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = warehouse(tmp_path)
    (released(made).path / "manifest.json").unlink()
    assert main(["tables", "cities", "--home", str(made.path)]) == 0
    assert "Key: none" in capsys.readouterr().out
