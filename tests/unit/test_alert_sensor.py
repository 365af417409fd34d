"""The alert sensor looks at releases in force, sends each finding once, and tries again what could not be sent."""

from __future__ import annotations

import json
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from sga_pipeline.home import Home
from sga_pipeline.orchestration.alert_sensor import alert_sensor
from sga_pipeline.orchestration.scope import Scope
from tests.city_folder import write_city


@pytest.fixture
def scope(tmp_path: Path) -> Scope:
    home = Home(tmp_path / "home")
    _release(home, "r1", ["a"])
    return Scope(home, (write_city(tmp_path),))


def _release(home: Home, name: str, gap_ids: list[str]) -> None:
    folder = home.published("xx_small")
    (folder / name).mkdir(parents=True)
    with duckdb.connect(str(folder / name / "sga.duckdb")) as con:
        con.execute("create table gaps as select unnest(?) as gap_id", [gap_ids])
        for column, value in (
            ("severity", "high"),
            ("status", "open"),
            ("gap_code", "G04"),
            ("statement", "Nothing came."),
            ("recommendation", "Ask."),
            ("owner", "Police"),
            ("timeframe", "immediate"),
        ):
            con.execute(f"alter table gaps add column {column} varchar default '{value}'")
    (folder / "current").unlink(missing_ok=True)
    (folder / "current").symlink_to(name)


def _look(scope: Scope, cursor: str | None) -> tuple[dict[str, list[str]], str]:
    with (
        dg.DagsterInstance.ephemeral() as instance,
        dg.build_sensor_context(instance=instance, cursor=cursor) as context,
    ):
        looked = alert_sensor(scope)(context)
    assert isinstance(looked, dg.SensorResult)
    reason = looked.skip_reason
    return json.loads(str(looked.cursor)), str(reason.skip_message if isinstance(reason, dg.SkipReason) else reason)


def test_each_finding_is_sent_once(scope: Scope, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SGA_ALERT_WEBHOOK", "SGA_ALERT_SMTP"):
        monkeypatch.delenv(name, raising=False)
    sent, said = _look(scope, None)
    assert sent == {"xx_small": ["a"]}
    assert "1 new findings" in said
    assert _look(scope, json.dumps(sent)) == (sent, "no new findings")
    _release(scope.home, "r2", ["a", "b"])
    sent, said = _look(scope, json.dumps(sent))
    assert sent == {"xx_small": ["a", "b"]}
    assert "1 new findings" in said


def test_what_could_not_be_sent_is_tried_again(scope: Scope, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SGA_ALERT_WEBHOOK", "http://127.0.0.1:9/")
    assert _look(scope, None) == ({}, "no new findings")
