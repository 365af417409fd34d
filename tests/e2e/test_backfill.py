"""A backfill started from Dagster's pages: twenty-four months are one run, and each is recorded as a partition."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from sga_pipeline.home import Home
from sga_pipeline.raw.store import RawStore
from tests.city_folder import HEADER, write_city
from tests.ui_server import Server, started_ui

SOURCE = "source: {connector: file, address: incidents.csv}"
MONTHLY = "source: {connector: file, address: 'm/{period}.csv', periods: {freq: M, first: 2022-01, last: 2023-12, revisable: 0}}"
MONTHS = [f"{year}-{month:02d}" for year in (2022, 2023) for month in range(1, 13)]
KEY = ["raw", "xx_small", "incidents"]
LOADED = "{ workspaceOrError { ... on Workspace { locationEntries { locationOrLoadError { __typename } } } } }"
LAUNCH = """mutation ($params: LaunchBackfillParams!) { launchPartitionBackfill(backfillParams: $params) {
  __typename ... on LaunchBackfillSuccess { backfillId } ... on PythonError { message } } }"""
STATE = "query ($id: String!) { partitionBackfillOrError(backfillId: $id) { ... on PartitionBackfill { status runs { id status } } } }"
RECORDED = """query ($key: AssetKeyInput!) { assetOrError(assetKey: $key) { ... on Asset { assetMaterializations(limit: 100) { partition runId } } } }"""


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_two_years_of_months_are_one_run(tmp_path: Path) -> None:
    city = write_city(tmp_path, {SOURCE: MONTHLY, "coverage: {first: 2022-01-01, last: 2023-12-31}\n": ""})
    (city / "data" / "m").mkdir()
    for month in MONTHS:
        (city / "data" / "m" / f"{month}.csv").write_text(HEADER + f"{month},{month}-03,,hom,1,,G,Y\n")
    with started_ui(tmp_path, city) as server:
        runs = _backfill(server, MONTHS)
        assert [one["status"] for one in runs] == ["SUCCESS"]
        found = server.ask(RECORDED, {"key": {"path": KEY}})["assetOrError"]["assetMaterializations"]
        assert sorted(one["partition"] for one in found) == MONTHS
        assert {one["runId"] for one in found} == {runs[0]["id"]}
    held = RawStore(Home(tmp_path / "home"), "xx_small", "incidents").arrivals()
    assert sorted(map(str, held)) == MONTHS and all(len(one) == 1 for one in held.values())


def _backfill(server: Server, months: list[str]) -> list[dict[str, str]]:
    """Launch it as the page does, and give its runs once it has ended."""
    _until(lambda: server.ask(LOADED)["workspaceOrError"]["locationEntries"][0]["locationOrLoadError"] is not None)
    params = {"assetSelection": [{"path": KEY}], "partitionNames": months}
    launched = server.ask(LAUNCH, {"params": params})["launchPartitionBackfill"]
    assert launched["__typename"] == "LaunchBackfillSuccess", launched
    asked = {"id": launched["backfillId"]}
    _until(lambda: server.ask(STATE, asked)["partitionBackfillOrError"]["status"].startswith("COMPLETED"))
    runs: list[dict[str, str]] = server.ask(STATE, asked)["partitionBackfillOrError"]["runs"]
    return runs


def _until(happened: object) -> None:
    assert callable(happened)
    deadline = time.monotonic() + 400
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(1)
