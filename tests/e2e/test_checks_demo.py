"""The checks of a whole run: their evidence holds on the release, what they found is published, and Dagster shows each suite."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from sga_pipeline.expectations.outcomes import evidence_of
from sga_pipeline.expectations.suites import all_suites
from sga_pipeline.expectations.summaries import fetch, register_facts
from sga_pipeline.home import Home
from tests.runs import Run, dbt
from tests.unit.checked_world import contracts

pytestmark = pytest.mark.slow
CATALOGUE, KINDS = contracts()
SUITES = all_suites(CATALOGUE)
# Enough of each summary to meet every level, kind and feed; the worst come first.
SOME = 60


@pytest.fixture(scope="module")
def warehouse(demo: Run) -> duckdb.DuckDBPyConnection:
    """The warehouse of the run, laid out as the checks found it."""
    con = duckdb.connect(str(demo.home / "warehouse" / "xx_port_alder.duckdb"), read_only=True)
    for name in ("observations", "areas", "cities", "indicators"):
        con.register(name, con.query(f"select * from main.{name}").to_arrow_table())
    con.register(
        "feeds",
        con.query(f"select * from read_parquet('{demo.home}/conformed/_run_records/{demo.city_id}/feeds.parquet')"),
    )
    register_facts(con, CATALOGUE, KINDS)
    return con


@pytest.mark.parametrize("suite", SUITES, ids=lambda one: one.name)
def test_evidence_queries_return_their_figures_on_the_release(
    suite: object, warehouse: duckdb.DuckDBPyConnection, demo: Run
) -> None:
    [chosen] = [one for one in SUITES if one is suite]
    records = fetch(warehouse, chosen, demo.city_id).to_dict("records")
    if not records:
        pytest.skip("the made-up city has nothing of this kind")
    with duckdb.connect(str(demo.release / "sga.duckdb"), read_only=True) as con:
        for rule in chosen.rules:
            for record in records[:: max(1, len(records) // SOME)]:
                figures, query = evidence_of(rule, record)
                result = con.execute(query)
                names = [column[0] for column in result.description or []]
                [found] = result.fetchall()
                # A threshold written into a query comes back as an exact decimal.
                plain = {
                    name: float(value) if not isinstance(value, str) else value
                    for name, value in zip(names, found, strict=True)
                }
                assert plain == {
                    name: pytest.approx(value, rel=1e-9, abs=1e-9) if not isinstance(value, str) else value
                    for name, value in figures.items()
                }, query


def test_every_suite_is_published_and_none_of_our_own_failed(demo: Run) -> None:
    assert demo.status == 0, demo.said
    reported = {
        row[0] for row in demo.rows("select distinct split_part(check_name, ':', 1) from checks where engine = 'gx'")
    }
    assert reported == {suite.name for suite in SUITES}
    with duckdb.connect(str(demo.home / "warehouse" / "xx_port_alder.duckdb"), read_only=True) as con:
        assert (
            con.execute(
                "select check_name, figures from expectations.expectations where about = 'us' and not passed"
            ).fetchall()
            == []
        )
        unlike = con.execute("""
            select count(*) from expectations.expectations
            where (gap_code is not null and about <> 'world') or (not passed and about = 'world' and rule_id is not null and evidence_query is null)
        """).fetchone()
    assert unlike == (0,)


def test_a_failure_of_ours_stops_the_run_and_one_of_the_world_does_not(demo: Run, tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.prepare()
    shutil.copy(demo.home / "warehouse" / "xx_port_alder.duckdb", home.warehouse(demo.city_id))
    for about, stops in (("world", False), ("us", True)):
        with duckdb.connect(str(home.warehouse(demo.city_id))) as con:
            con.execute("update expectations.expectations set passed = false where passed and about = ?", [about])
        done = dbt(tmp_path, demo.city_id, tmp_path / "target", "test", "--select", "expectations_about_us_hold")
        assert (done.returncode != 0) is stops, done.stdout[-2000:]
        assert ("Failure in test expectations_about_us_hold" in done.stdout) is stops


def test_dagster_shows_each_suite_on_the_asset_it_is_about(demo: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    import dagster as dg

    monkeypatch.setenv("DAGSTER_HOME", str(demo.home / "dagster"))
    with dg.DagsterInstance.get() as instance:
        asked = dg.EventRecordsFilter(dg.DagsterEventType.ASSET_CHECK_EVALUATION)
        events = [one.event_log_entry.dagster_event for one in instance.get_event_records(asked, limit=5000)]
    shown = {
        event.asset_check_evaluation_data.check_name: event.asset_check_evaluation_data for event in events if event
    }
    for suite in SUITES:
        found = shown[suite.name]
        assert "/".join(found.asset_check_key.asset_key.path) == suite.asset
        assert found.severity == dg.AssetCheckSeverity.WARN, "what is ours has stopped the run"
        checked = found.metadata["expectations checked"].value
        # Nothing passes on nothing; and what passed says where more is to be read.
        assert (
            found.passed is False
            if checked == 0
            else (demo.release.parent / "current" / "data_docs" / f"{suite.name}.html").is_file()
        )
