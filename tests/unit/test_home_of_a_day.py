"""A home of a day holds another home's deliveries: no run in it may ask a source, whatever way it is started."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
import pytest

from sga_pipeline.cli.run import assess
from sga_pipeline.home import Home
from sga_pipeline.orchestration import run_in_process as running
from sga_pipeline.orchestration.scope import Scope, scope_from_environment
from sga_pipeline.publish.vintage import day_of, vintage_home
from sga_pipeline.raw.pull import pull_feed
from tests.runs import sga
from tests.unit.test_pull import Setting

DAY = date(2024, 3, 5)


@pytest.fixture
def setting(tmp_path: Path) -> Setting:
    setting = Setting(tmp_path)
    (setting.data / "incidents.csv").write_bytes(b"id\n1\n")
    pull_feed(setting.plan, setting.city, setting.home, now=datetime(2024, 3, 2, tzinfo=UTC), as_of=DAY)
    return setting


def test_a_server_in_a_home_of_a_day_stays_with_that_day(setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SGA_HOME", str(vintage_home(setting.home, DAY).path))
    monkeypatch.setenv("SGA_CITIES", str(setting.city.folder))
    monkeypatch.delenv("SGA_AS_OF", raising=False)
    assert scope_from_environment().as_of_asked == DAY
    monkeypatch.setenv("SGA_HOME", str(setting.home.path))
    assert scope_from_environment().as_of_asked is None


def test_a_run_in_a_home_of_a_day_stays_with_that_day(setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    scopes: list[Scope] = []

    def stop(scope: Scope, *_: object) -> None:
        scopes.append(scope)
        raise dg.DagsterInvalidInvocationError("far enough")

    monkeypatch.setattr(running, "run_in_process", stop)
    with pytest.raises(dg.DagsterInvalidInvocationError):
        assess(str(vintage_home(setting.home, DAY).path), [setting.city.folder])
    assert scopes[0].as_of_asked == DAY and scopes[0].home.path == setting.home.path / "as_of" / "2024-03-05"


def test_the_home_of_another_day_is_next_to_it_and_not_in_it(setting: Setting) -> None:
    home = vintage_home(setting.home, DAY)
    assert vintage_home(home, date(2024, 3, 6)).path == setting.home.path / "as_of" / "2024-03-06"


def test_a_home_that_only_has_such_a_name_is_a_home(tmp_path: Path) -> None:
    (tmp_path / "as_of" / "2024-03-05" / "raw").mkdir(parents=True)
    assert day_of(Home(tmp_path / "as_of" / "2024-03-05")) is None


def test_a_day_to_come_is_refused(tmp_path: Path) -> None:
    done = sga("run", "--as-of", "2999-01-01", "--home", tmp_path / "home", tmp_path, own_process=True)
    assert done.returncode == 2
    assert "[2999-01-01] is in the future" in done.stderr
    assert not (tmp_path / "home").exists()
