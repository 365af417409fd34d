"""Dagster's history with its files kept open: the same files as Dagster's own store, whichever of them writes or reads."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml

from sga_pipeline.orchestration.event_storage import KEPT, KeptOpen
from sga_pipeline.orchestration.instance import INSTANCE_SETTINGS, prepare_instance


@dg.asset
def counted() -> dg.MaterializeResult[Any]:
    return dg.MaterializeResult(metadata={"rows": 7})


def opened(home: Path, monkeypatch: pytest.MonkeyPatch, *, plain: bool = False) -> dg.DagsterInstance:
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    prepare_instance(home)
    settings = yaml.safe_load(INSTANCE_SETTINGS)
    if plain:
        del settings["storage"]
    (home / "dagster.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    return dg.DagsterInstance.get()


def rows(instance: dg.DagsterInstance) -> list[Any]:
    found = instance.fetch_materializations(dg.AssetKey("counted"), limit=100).records
    return [record.asset_materialization.metadata["rows"].value for record in found if record.asset_materialization]


@pytest.mark.parametrize("first_plain", [True, False])
def test_either_store_goes_on_where_the_other_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first_plain: bool
) -> None:
    for n, plain in enumerate([first_plain, not first_plain, first_plain], start=1):
        with opened(tmp_path, monkeypatch, plain=plain) as instance:
            store = getattr(instance.event_log_storage, "_storage", instance.event_log_storage)
            assert isinstance(getattr(store, "event_log_storage", store), KeptOpen) is not plain
            assert dg.materialize([counted], instance=instance).success
            assert rows(instance) == [7] * n


def test_two_open_homes_see_each_others_events(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a server and a run from the terminal do."""
    with opened(tmp_path, monkeypatch) as watching, opened(tmp_path, monkeypatch) as running:
        assert rows(watching) == []
        assert dg.materialize([counted], instance=running).success
        assert rows(watching) == [7]


def test_files_are_kept_open_within_bounds(tmp_path: Path) -> None:
    store = KeptOpen(str(tmp_path))
    for n in range(3 * KEPT):
        with store.run_connection(f"run{n}") as connection:
            connection.exec_driver_sql("select count(*) from event_logs").fetchall()
    files = [link.resolve() for link in Path("/proc/self/fd").iterdir()] if sys.platform == "linux" else []
    assert len({file for file in files if file.parent == tmp_path and file.suffix == ".db"}) <= KEPT
    store.dispose()


def test_threads_take_turns(tmp_path: Path) -> None:
    store = KeptOpen(str(tmp_path))
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
