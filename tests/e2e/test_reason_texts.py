"""Nothing is decided by the text of a reason: with every English text changed, only the sentences of `reason` change."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

from tests.runs import Run, dbt

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
TABLES = (
    "select schema_name || '.' || table_name, list(column_name) from duckdb_columns() "
    "where schema_name in ('main', 'evidence', 'gaps') and database_name = 'before' group by all order by all"
)


def test_a_changed_text_changes_no_figure_status_or_gap(demo: Run, tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "warehouse").mkdir(parents=True)
    before, after = (one / "warehouse" / f"{demo.city_id}.duckdb" for one in (demo.home, home))
    (home / "conformed").symlink_to(demo.home / "conformed")
    shutil.copy(before, after)
    with duckdb.connect(str(after)) as con:
        con.execute("update main.reasons set text = 'changed: ' || reason_code")
    chosen = ("--select", "observations+", "--exclude", "expectation_suites", "data_docs")
    done = dbt(home, demo.city_id, tmp_path / "target", "run", *chosen)
    assert done.returncode == 0, done.stdout[-3000:]
    with duckdb.connect() as con:
        con.execute(f"attach '{before}' as before (read_only)")
        con.execute(f"attach '{after}' as after (read_only)")
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
