"""What somebody else's tool says of our ODCS shapes: it accepts them, and checks the rules that conform checks."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from sga_pipeline.conform.sinks import arrow_schema
from sga_pipeline.contracts.catalogue import read_catalogue
from sga_pipeline.contracts.shape import Column, Shape, read_shape
from sga_pipeline.paths import CONTRACTS, PROJECT

PYTHON = PROJECT / ".venv" / "contracts" / "bin" / "python"
RUNNER = Path(__file__).with_name("datacontract_runner.py")
SHAPES = {one.stem: read_shape(one) for one in sorted((CONTRACTS / "shapes").glob("*.yaml"))}
CODES = read_catalogue(CONTRACTS / "catalogue").code_lists
# A text for each pattern of the shapes.
TEXTS = ("2023", "0101", "X95", "Y15T29", "Q2")
# The tool casts a Parquet file to the contract's types before it looks, and says that it cannot compare them.
NOT_COMPARED = "Checking types in parquet files is not supported yet."
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not PYTHON.is_file() and "CI" not in os.environ, reason="datacontract-cli is not here (make contracts-lint)"
    ),
]
Row = dict[str, Any]
# Rows that a shape refuses, and the part of the tool's check that refuses them.
WRONG: list[tuple[str, Row, str]] = [
    ("crime_events", {"weapon": "spoon"}, "weapon has invalid_count"),
    ("crime_events", {"iccs_code": "1.1"}, "iccs_code has invalid_count"),
    ("crime_events", {"iccs_code": None}, "iccs_code has no missing"),
    ("crime_events", {"latitude": 91.0}, "latitude has a maximum"),
    ("crime_events", {"reported_on": date(2022, 1, 1)}, "custom_sql(crime_events)"),
    ("crime_events", {"event_id": "everything"}, "event_id has no duplicate"),
    ("population", {"sex": "m"}, "sex has invalid_count"),
    ("population", {"persons": -1}, "persons has a minimum"),
]


def value(column: Column) -> Any:
    """Something the column accepts."""
    if column.code_list:
        return CODES[column.code_list][0]
    if column.pattern:
        return next(text for text in TEXTS if pc.match_substring_regex(pa.array([text]), column.pattern)[0].as_py())
    least = column.minimum if column.type in ("integer", "number") and column.minimum is not None else 1
    values: dict[str, Any] = {"string": "everything", "integer": int(least), "number": float(least), "boolean": True}
    return values.get(column.type, date(2023, 4, 5))


def rows(shape: Shape) -> list[Row]:
    """A row with everything, and one with nothing but what must be there."""
    full = {column.name: value(column) for column in shape.columns}
    bare = {column.name: full[column.name] if column.required else None for column in shape.columns}
    first = shape.column(shape.key[0])
    if first and first.required and not first.code_list:
        bare[first.name] = f"{bare[first.name]} alone"
    return [full, bare]


def contract(shape: Shape, folder: Path, data: list[Row]) -> Path:
    """The shape's file, with its server's path led to a Parquet file of some rows as conform writes it."""
    parquet, copy = folder / f"{shape.id}.parquet", folder / f"{shape.id}.yaml"
    pq.write_table(pa.Table.from_pylist(data, schema=arrow_schema(shape)), parquet)
    text = shape.file.read_text(encoding="utf-8")
    path = f"data/conformed/{shape.id}/**/*.parquet"
    assert text.count(path) == 1
    copy.write_text(text.replace(path, str(parquet)), encoding="utf-8")
    return copy


def asked(*files: Path) -> list[dict[str, dict[str, list[str]]]]:
    ran = subprocess.run([PYTHON, RUNNER, *files], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    answers = json.loads(ran.stdout.splitlines()[-1])
    return [answers[str(file)] for file in files]


def test_every_shape_passes(tmp_path: Path) -> None:
    files = [contract(shape, tmp_path, rows(shape)) for shape in SHAPES.values()]
    for shape, answer in zip(SHAPES.values(), asked(*files), strict=True):
        assert set(answer["lint"]) == {"passed"}, (shape.id, answer["lint"])
        assert set(answer["test"]) <= {"passed", "warning"}, (shape.id, answer["test"])
        assert all(one.endswith(NOT_COMPARED) for one in answer["test"].get("warning", [])), shape.id
        assert len(answer["test"]["passed"]) > len(shape.columns)


def test_what_a_shape_refuses_the_tool_refuses(tmp_path: Path) -> None:
    files = []
    for number, (name, change, _) in enumerate(WRONG):
        folder = tmp_path / str(number)
        folder.mkdir()
        full, bare = rows(SHAPES[name])
        files.append(contract(SHAPES[name], folder, [full, bare | change]))
    for (name, change, refused), answer in zip(WRONG, asked(*files), strict=True):
        failed = answer["test"].get("failed", [])
        assert len(failed) == 1 and refused in failed[0], (name, change, answer["test"])
