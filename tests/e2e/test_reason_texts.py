"""Nothing is decided by the text of a reason: with every English text changed, only the sentences of `reason` change."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb

from tests.runs import Run

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
TABLES = (
    "select schema_name || '.' || table_name, list(column_name) from duckdb_columns() "
    "where schema_name in ('main', 'evidence', 'gaps') and database_name = 'before' group by all order by all"
)


def test_a_changed_text_changes_no_figure_status_or_gap(demo: Run, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "conformed").symlink_to(demo.home / "conformed")
    shutil.copy(demo.home / "warehouse.duckdb", home / "warehouse.duckdb")
    with duckdb.connect(str(home / "warehouse.duckdb")) as con:
        con.execute("update main.reasons set text = 'changed: ' || reason_code")
    done = subprocess.run(
        [
            str(Path(sys.executable).with_name("dbt")),
            "run",
            *("--select", "observations+", "--exclude", "expectation_suites", "data_docs"),
            *("--target-path", str(tmp_path / "target"), "--log-path", str(tmp_path / "logs")),
            *("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)),
        ],
        capture_output=True,
        text=True,
        env={**os.environ, "SGA_HOME": str(home)},
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    with duckdb.connect() as con:
        con.execute(f"attach '{demo.home / 'warehouse.duckdb'}' as before (read_only)")
        con.execute(f"attach '{home / 'warehouse.duckdb'}' as after (read_only)")
        reasons = "select distinct reason from {}.main.observations where reason_code = 'months_covered'"
        assert len(con.execute(reasons.format("before")).fetchall()) > 0
        assert con.execute(reasons.format("after")).fetchall() == [("changed: months_covered",)]
        for table, columns in con.execute(TABLES).fetchall():
            kept = ", ".join(f'"{name}"' for name in columns if name != "reason")
            if table == "main.reasons":
                continue
            for one, other in (("before", "after"), ("after", "before")):
                differing = f"select {kept} from {one}.{table} except all select {kept} from {other}.{table}"
                assert con.execute(f"select count(*) from ({differing})").fetchall() == [(0,)], table
