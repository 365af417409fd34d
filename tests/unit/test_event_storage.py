"""The event log that keeps its files open: the same files as Dagster's own storage, whichever of them writes or reads."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml

from sga_pipeline.orchestration.dagster_internals.event_storage import MAX_OPEN_FILES, KeptOpenEventLog
from sga_pipeline.orchestration.instance import EVENT_LOG_SETTINGS, INSTANCE_SETTINGS, prepare_instance


@dg.asset
def counted() -> dg.MaterializeResult[Any]:
    return dg.MaterializeResult(metadata={"rows": 7})


def opened(home: Path, monkeypatch: pytest.MonkeyPatch, *, plain: bool = False) -> dg.DagsterInstance:
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    prepare_instance(home)
    settings = yaml.safe_load(INSTANCE_SETTINGS)
    if plain:
        del settings["event_log_storage"]
    (home / "dagster.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    return dg.DagsterInstance.get()


def rows(instance: dg.DagsterInstance) -> list[Any]:
    found = instance.fetch_materializations(dg.AssetKey("counted"), limit=100).records
    return [record.asset_materialization.metadata["rows"].value for record in found if record.asset_materialization]


@pytest.mark.parametrize("first_plain", [True, False])
def test_either_storage_continues_where_the_other_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first_plain: bool
) -> None:
    for n, plain in enumerate([first_plain, not first_plain, first_plain], start=1):
        with opened(tmp_path, monkeypatch, plain=plain) as instance:
            assert isinstance(instance.event_log_storage, KeptOpenEventLog) is not plain
            assert dg.materialize([counted], instance=instance).success
            assert rows(instance) == [7] * n


def test_two_open_homes_see_each_others_events(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a server and a run from the terminal do."""
    with opened(tmp_path, monkeypatch) as watching, opened(tmp_path, monkeypatch) as running:
        assert rows(watching) == []
        assert dg.materialize([counted], instance=running).success
        assert rows(watching) == [7]


def test_files_are_kept_open_within_bounds(tmp_path: Path) -> None:
    store = KeptOpenEventLog(str(tmp_path))
    for n in range(3 * MAX_OPEN_FILES):
        with store.run_connection(f"run{n}") as connection:
            connection.exec_driver_sql("select count(*) from event_logs").fetchall()
    files = [link.resolve() for link in Path("/proc/self/fd").iterdir()] if sys.platform == "linux" else []
    assert len({file for file in files if file.parent == tmp_path and file.suffix == ".db"}) <= MAX_OPEN_FILES
    store.dispose()


def test_threads_take_turns(tmp_path: Path) -> None:
    store = KeptOpenEventLog(str(tmp_path))
    failed: list[BaseException] = []

    def ask() -> None:
        try:
            for _ in range(20):
                with store.index_connection() as connection:
                    connection.exec_driver_sql("select count(*) from event_logs").fetchall()
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    store.dispose()


@pytest.mark.parametrize("module", ["history", "event_storage"])
def test_a_home_of_an_earlier_version_keeps_its_history(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str
) -> None:
    """Its settings name a class that is gone; what an office changed in them stays."""
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    earlier = (
        f"storage:\n  custom:\n    module: sga_pipeline.orchestration.{module}\n    class: History\n"
        "    config:\n      base_dir:\n        env: DAGSTER_HOME\n"
    )
    (tmp_path / "dagster.yaml").write_text(
        INSTANCE_SETTINGS.replace(EVENT_LOG_SETTINGS, earlier).replace("43200", "600"), encoding="utf-8"
    )
    prepare_instance(tmp_path)
    assert (tmp_path / "dagster.yaml").read_text(encoding="utf-8") == INSTANCE_SETTINGS.replace("43200", "600")
    with dg.DagsterInstance.get() as instance:
        assert isinstance(instance.event_log_storage, KeptOpenEventLog)
