"""What a release says of itself: comments read back from the file alone, keys that hold, types that fit, and views that answer."""

from __future__ import annotations

import json

from sga_pipeline.warehouse.published_relations import published_relations
from tests.runs import Run, sga

RELATIONS = """
    select schema_name || '.' || table_name, comment from duckdb_tables()
    union all select schema_name || '.' || view_name, comment from duckdb_views() where not internal
"""
COLUMNS = "select schema_name || '.' || table_name || '.' || column_name, data_type, comment from duckdb_columns() where not internal"


def test_every_table_and_column_carries_its_description(demo: Run) -> None:
    declared = published_relations()
    relations = dict(demo.rows(RELATIONS))
    assert relations.keys() == {f"{one.schema}.{one.name}" for one in declared}
    assert [name for name, comment in relations.items() if not comment or ".\nKey: " not in str(comment)] == []
    assert [name for name, _, comment in demo.rows(COLUMNS) if not comment] == []


def test_nothing_is_wider_than_bigint_or_double(demo: Run) -> None:
    wide = ("HUGEINT", "UHUGEINT", "UBIGINT", "DECIMAL", "JSON", "STRUCT", "MAP")
    assert [row for row in demo.rows(COLUMNS) if str(row[1]).startswith(wide)] == []


def test_no_two_rows_have_one_key(demo: Run) -> None:
    manifest = json.loads((demo.release / "manifest.json").read_text(encoding="utf-8"))
    for name, facts in manifest["tables"].items():
        key = ", ".join(f'"{column}"' for column in facts["key"])
        assert demo.rows(f"select {key} from {name} group by {key} having count(*) > 1") == [], name


def test_downloads_hold_tables_for_people_at_the_top_and_evidence_below(demo: Run) -> None:
    folder = demo.release / "downloads"
    top = {file.stem for file in folder.glob("*.parquet")}
    assert {"observations", "gaps", "headline", "wide", "ranking"} <= top
    assert "map" not in top
    assert {"submissions", "expected_cells"} <= {file.stem for file in (folder / "evidence").glob("*.parquet")}


def test_tests_of_our_own_arithmetic_stand_among_the_checks(demo: Run) -> None:
    rows = demo.rows(
        "select check_name, asset, severity, passed, failed_rows, checked_rows from checks where engine = 'dbt'"
    )
    assert len(rows) == len(set(rows)) > 50
    assert ("unique_grain", "main/observations", "critical", True, 0, None) in rows
    assert [row for row in rows if not row[3] or "/" not in str(row[1])] == []


def test_the_headline_says_the_newest_value_of_each_indicator(demo: Run) -> None:
    rows = demo.rows("""
        select headline.period, headline.value, newest.period, newest.value
        from headline left join (
            select indicator_id, max(period) as period, arg_max(value, period) as value from observations
            where area_level = 'city' and freq = 'A' and sex = '_T' and age = '_T' and other_dim is null and value is not null
            group by indicator_id) as newest using (indicator_id)
        where headline.value is not null
    """)
    assert len(rows) > 50
    assert [row for row in rows if row[:2] != row[2:]] == []
    [(compared,)] = demo.rows("select count(*) from headline where national_value is not null")
    assert int(str(compared)) > 0


def test_an_area_is_ranked_or_says_why_not(demo: Run) -> None:
    assert demo.rows("select * from ranking where (rank_from is null) = (reason_code is null)") == []
    assert demo.rows("select * from ranking where not rank_from between 1 and rank_to or rank_to > areas_ranked") == []
    codes = {code for (code,) in demo.rows("select distinct reason_code from ranking where reason_code is not null")}
    known = {code for (code,) in demo.rows("select reason_code from reasons")}
    assert codes and codes <= known


def test_the_command_says_what_the_release_holds(demo: Run) -> None:
    done = sga("tables", "submissions", "--home", demo.home)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("evidence.submissions: ")
    assert "Key: city_id, feed_id, period" in done.stdout
