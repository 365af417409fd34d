"""dbt's unit tests, run on the warehouse of a real run, where the relations they stand in for exist; and how that run called dbt."""

from __future__ import annotations

import json
from pathlib import Path

from sga_pipeline.warehouse.manifest import PARSED
from tests.runs import Run, dbt

PROJECT = Path(__file__).resolve().parents[2]


def test_every_dbt_unit_test_passes(demo: Run, tmp_path: Path) -> None:
    done = dbt(demo.home, demo.city_id, tmp_path, "test", "--select", "test_type:unit")
    assert done.returncode == 0, done.stdout[-3000:]
    written = sum(file.read_text().count("  - name:") for file in PROJECT.glob("dbt_project/models/**/*_unit.yml"))
    assert written >= 10
    results = json.loads((tmp_path / "run_results.json").read_text(encoding="utf-8"))["results"]
    passed = [one for one in results if one["unique_id"].startswith("unit_test.") and one["status"] == "pass"]
    assert len(passed) == written


def test_what_was_read_of_the_project_once_serves_every_home(demo: Run) -> None:
    """Reading it anew costs more than most of the models together."""
    # dbt writes down what it has parsed, unless nothing was left to parse.
    assert (demo.home / "dagster" / "dbt" / demo.city_id / PARSED.name).read_bytes() == PARSED.read_bytes()
