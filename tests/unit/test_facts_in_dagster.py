"""What a person reads of an asset in Dagster comes from its contract: owner, columns, freshness, partitions, and where it is written down."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import dagster as dg
import pytest

from sga_pipeline.contracts.feed import Owner
from sga_pipeline.expectations.suite_results import SuiteResult
from sga_pipeline.home import Home
from sga_pipeline.orchestration.alert_sensor import alert_sensor
from sga_pipeline.orchestration.contract_facts import owners_of
from sga_pipeline.orchestration.expectation_checks import _result
from sga_pipeline.orchestration.pull_assets import raw_assets, raw_key
from sga_pipeline.orchestration.scope import Scope
from sga_pipeline.orchestration.warehouse_assets import Translator
from sga_pipeline.paths import CONTRACTS, DBT_PROJECT
from sga_pipeline.warehouse.manifest import fresh_manifest
from tests.city_folder import write_city

MONTHLY = {
    "address: incidents.csv}": 'address: "incidents_{period}.csv", periods: {freq: M, first: "2023-10"}}',
    "cadence: annual": "cadence: monthly",
}


def spec_of(scope: Scope) -> dg.AssetSpec:
    [asset] = [one for one in raw_assets(scope) if raw_key("xx_small", "incidents") in one.keys]
    return next(iter(asset.specs))


def test_a_feed_shows_its_owner_its_columns_and_when_it_is_late(tmp_path: Path) -> None:
    spec = spec_of(Scope(Home(tmp_path / "home"), (write_city(tmp_path),)))
    assert list(spec.owners) == ["team:Police statistics office"]
    columns = {one.name: one.description for one in spec.metadata["dagster/column_schema"].columns}
    assert list(columns) == ["id", "date", "reported", "offence", "district", "lat", "weapon", "cleared"]
    assert columns["offence"] == "Becomes iccs_code, local_code of the shape crime_events."
    assert spec.freshness_policy == dg.FreshnessPolicy.time_window(
        fail_window=timedelta(days=366 + 90), warn_window=timedelta(days=366)
    )


@pytest.mark.parametrize(
    ("contact", "owners"),
    [
        ("statistics office", ["team:Police"]),
        ("statistics@police.example.org", ["team:Police", "statistics@police.example.org"]),
    ],
)
def test_an_owner_is_an_office_and_its_address(contact: str, owners: list[str]) -> None:
    assert owners_of(Owner(name="Police", contact=contact)) == owners
    # Dagster would refuse what it does not take for an owner.
    dg.AssetSpec("feed", owners=owners)


@pytest.mark.parametrize(
    ("day", "last"), [(None, "2024-02"), (date(2024, 1, 31), "2024-01"), (date(2024, 1, 30), "2023-12")]
)
def test_months_end_at_the_day_of_assessment(day: date | None, last: str, tmp_path: Path) -> None:
    """The city's own day is the first of March 2024."""
    partitions = spec_of(Scope(Home(tmp_path / "home"), (write_city(tmp_path, MONTHLY),), day)).partitions_def
    assert partitions is not None
    keys = partitions.get_partition_keys()
    assert (keys[0], keys[-1]) == ("2023-10", last)


def test_before_the_first_month_there_is_none(tmp_path: Path) -> None:
    partitions = spec_of(
        Scope(Home(tmp_path / "home"), (write_city(tmp_path, MONTHLY),), date(2020, 1, 1))
    ).partitions_def
    assert partitions is not None and partitions.get_partition_keys() == []


def test_links_lead_to_the_contract_here_or_where_others_read_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    city = CONTRACTS / "cities" / "xx_port_alder"
    [link] = links(Scope(Home(tmp_path / "home"), (city,)), "xx_port_alder", "population")
    assert isinstance(link, dg.LocalFileCodeReference) and Path(link.file_path) == city / "feeds" / "population.yaml"
    monkeypatch.setenv("SGA_CODE_URL", "https://git.example.org/sga/blob/main/")
    [link] = links(Scope(Home(tmp_path / "home"), (city,)), "xx_port_alder", "population")
    assert isinstance(link, dg.UrlCodeReference)
    assert link.url == "https://git.example.org/sga/blob/main/contracts/cities/xx_port_alder/feeds/population.yaml"
    # A city of the home is not where the project's files are.
    [link] = links(Scope(Home(tmp_path / "home"), (write_city(tmp_path),)), "xx_small", "incidents")
    assert isinstance(link, dg.LocalFileCodeReference)


def links(scope: Scope, city_id: str, feed_id: str) -> list[dg.LocalFileCodeReference | dg.UrlCodeReference]:
    [asset] = [one for one in raw_assets(scope) if raw_key(city_id, feed_id) in one.keys]
    return list(next(iter(asset.specs)).metadata["dagster/code_references"].code_references)


def test_a_seed_is_described_and_a_model_leads_to_its_file() -> None:
    manifest = json.loads(fresh_manifest().read_text(encoding="utf-8"))
    seed = Translator().get_asset_spec(manifest, "seed.sga.gap_types", None)
    assert (seed.description or "").startswith("The 29 kinds of gaps") and "Raw SQL" not in (seed.description or "")
    model = Translator().get_asset_spec(manifest, "model.sga.observations", None)
    [link] = model.metadata["dagster/code_references"].code_references
    assert Path(link.file_path).is_relative_to(DBT_PROJECT) and Path(link.file_path).name == "observations.sql"


def test_where_there_was_nothing_to_check_nothing_has_failed(tmp_path: Path) -> None:
    scope, key = Scope(Home(tmp_path / "home"), (write_city(tmp_path),)), dg.AssetKey(["main", "observations"])
    empty = _result(scope, key, "sexes_sum_to_totals", [])
    assert empty.passed and empty.description == "There was nothing to check."
    wrong = SuiteResult("xx_small", "sexes_sum_to_totals", checked=4, failed_us=0, failed_world=1)
    assert not _result(scope, key, "sexes_sum_to_totals", [wrong]).passed


def test_a_sensor_that_is_off_says_so(tmp_path: Path) -> None:
    sensor = alert_sensor(Scope(Home(tmp_path / "home"), (write_city(tmp_path),)))
    assert sensor.default_status == dg.DefaultSensorStatus.STOPPED
    assert "Off until somebody switches it on under Automation." in (sensor.description or "")
