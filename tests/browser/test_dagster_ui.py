"""What a data engineer sees and does in Dagster's pages: the graph, the checks, and a run started with the mouse."""

from __future__ import annotations

import re
import time
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.browser.conftest import Server
from tests.runs import sga

LOADED = """{ workspaceOrError { ... on Workspace { locationEntries { name loadStatus
  locationOrLoadError { __typename ... on PythonError { message } } } } } }"""
ASSETS = """{ assetNodes { assetKey { path } groupName isPartitioned hasAssetChecks description } }"""
TIMED = """{ repositoriesOrError { ... on RepositoryConnection { nodes { jobs { name } schedules { name cronSchedule executionTimezone }
  sensors { name } } } } }"""
RUNS = "{ runsOrError { ... on Runs { results { id status jobName } } } }"


def test_the_location_loads_and_uses_the_seven_nouns(server: Server) -> None:
    [entry] = server.ask(LOADED)["workspaceOrError"]["locationEntries"]
    assert entry["locationOrLoadError"]["__typename"] == "RepositoryLocation", entry
    assets = {"/".join(node["assetKey"]["path"]): node for node in server.ask(ASSETS)["assetNodes"]}
    assert assets["raw/xx_port_alder/police_incidents"]["groupName"] == "police"
    assert assets["raw/xx_port_alder/death_register"]["groupName"] == "health"
    assert assets["raw/xx_port_alder/statistics"]["groupName"] == "official_statistics"
    assert assets["raw/xx_port_alder/police_incidents"]["isPartitioned"]
    assert not assets["raw/xx_port_alder/population"]["isPartitioned"]
    categories = [name for name in assets if name.startswith("indicators/ind_")]
    assert sorted(name[15] for name in categories) == list("12345678")
    for name in ("conformed/crime_events", "main/observations", "release/city", "release/programme"):
        assert name in assets
        assert assets[name]["description"]
    assert assets["conformed/crime_events"]["hasAssetChecks"]
    assert assets["main/observations"]["hasAssetChecks"]


def test_runs_start_by_themselves_when_they_are_due(server: Server) -> None:
    [repository] = server.ask(TIMED)["repositoriesOrError"]["nodes"]
    schedules = {one["name"]: one for one in repository["schedules"]}
    assert set(schedules) == {"xx_port_alder_schedule"}
    assert schedules["xx_port_alder_schedule"]["executionTimezone"] == "Atlantic/Azores"
    assert "inbox" in {one["name"] for one in repository["sensors"]}
    assert "assess" in {one["name"] for one in repository["jobs"]}


def test_a_run_started_with_the_mouse_publishes(server: Server, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 1600, "height": 1000})
    page.goto(f"{server.address}/locations/sga/jobs/assess")
    button = page.get_by_role("button", name="Materialize all")
    expect(button).to_be_visible(timeout=60_000)
    button.click()
    # Feeds' own assets are not part of the job, raw/due asks them; then Dagster asks which city.
    page.get_by_role("button", name="Confirm").click(timeout=60_000)
    page.get_by_role("button", name="All", exact=True).click(timeout=60_000)
    launch = page.get_by_role("button", name=re.compile("^Launch "))
    expect(launch).to_be_enabled(timeout=60_000)
    launch.click()
    deadline = time.monotonic() + 480
    status = "none"
    while time.monotonic() < deadline and status not in {"SUCCESS", "FAILURE", "CANCELED"}:
        time.sleep(2)
        runs = server.ask(RUNS)["runsOrError"]["results"]
        status = runs[0]["status"] if runs else "none"
    assert status == "SUCCESS", status
    page.close()
    assert (server.home / "published" / "xx_port_alder" / "current").exists()
    said = sga("sql", "--home", server.home, "--format", "csv", "select count(*) > 1000 as enough from observations")
    assert said.stdout.split() == ["enough", "True"]
    # Each month that arrived is a partition of its feed; the one that never came is missing among them.
    partitions = server.ask(
        """query ($key: AssetKeyInput!) { assetNodeOrError(assetKey: $key) { ... on AssetNode { partitionStats { numMaterialized } } } }""",
        {"key": {"path": ["raw", "xx_port_alder", "police_incidents"]}},
    )
    assert partitions["assetNodeOrError"]["partitionStats"]["numMaterialized"] == 119


def test_a_table_shows_its_rows_and_its_columns(server: Server, browser: Browser) -> None:
    """After the run above, on the page of an asset of dbt's."""
    page = browser.new_page(viewport={"width": 1600, "height": 1000})
    page.goto(f"{server.address}/assets/measures/cells")
    expect(page.get_by_text("Row count", exact=True)).to_be_visible(timeout=60_000)
    expect(page.get_by_text("The feed that the row comes from.", exact=True)).to_be_visible(timeout=60_000)
    # The project declares no type for it.
    expect(page.get_by_role("row", name="feed_id").get_by_text("varchar")).to_be_visible()
    page.close()


def test_the_graph_can_be_read(server: Server, browser: Browser, tmp_path: Path) -> None:
    """Sources on the left, the release on the right, and every group in view under its name and collapsed."""
    page = browser.new_page(viewport={"width": 1900, "height": 1000})
    page.goto(f"{server.address}/asset-groups")
    stages = ("conformed", "measures", "indicators", "observations", "evidence", "gap_rules", "gaps", "summaries")
    places = []
    for group in ("police", *stages, "release"):
        found = page.locator("foreignObject, div").get_by_text(group, exact=True).last
        expect(found).to_be_visible(timeout=60_000)
        box = found.bounding_box()
        assert box is not None
        places.append(box["x"])
    page.screenshot(path=str(tmp_path / "graph.png"))
    assert places == sorted(set(places))
    expect(page.get_by_text("row_ledger")).to_have_count(0)
    page.close()
