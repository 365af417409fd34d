"""dbt's events: what a log reads is written as ever, and what no log reads is not put into words."""

import inspect
import io
from importlib.metadata import version
from typing import Any

import pytest
from dbt.adapters.events.types import SQLQuery
from dbt.events.types import FoundStats
from dbt_common.events.base_types import BaseEvent, EventLevel
from dbt_common.events.event_manager import EventManager
from dbt_common.events.logger import LineFormat, LoggerConfig

from sga_pipeline.warehouse.dbt_events import drop_unread_events

EVENTS = (
    f"dbt-common is {version('dbt-common')} now, and its events are no longer made and fired as the version 1.39.0 did. "
    "Look at sga_pipeline/warehouse/dbt_events.py and ADR 16; what is missing or new: "
)


def test_events_are_made_and_fired_as_they_were() -> None:
    expected: list[tuple[Any, list[str]]] = [
        (BaseEvent.__init__, ["self", "args", "kwargs"]),
        (BaseEvent.__getattr__, ["self", "key"]),
        (EventManager.fire_event, ["self", "e", "level", "node", "force_warn_or_error_handling"]),
    ]
    for method, parameters in expected:
        found = list(inspect.signature(method).parameters)
        assert found == parameters, f"{EVENTS}{method.__qualname__}({', '.join(found)})"


def test_a_log_reads_what_it_read_before(monkeypatch: pytest.MonkeyPatch) -> None:
    before = _written()
    _drop(monkeypatch)
    after = _written()
    assert "Found 3 models" in before
    assert "select" in before
    assert after == before


def test_what_no_log_reads_is_not_put_into_words(monkeypatch: pytest.MonkeyPatch) -> None:
    _drop(monkeypatch)
    quiet, unread = _manager(io.StringIO(), EventLevel.INFO), SQLQuery(conn_name="one", sql="select 1")
    quiet.fire_event(unread)
    assert "pb_msg" not in unread.__dict__, f"{EVENTS}an event of debugging was put into words"
    # Asked for, the words are there.
    assert unread.message().endswith("select 1")


def _drop(monkeypatch: pytest.MonkeyPatch) -> None:
    # Whatever is put in their place ends with the test.
    for owner, name in ((BaseEvent, "__init__"), (BaseEvent, "__getattr__"), (EventManager, "fire_event")):
        monkeypatch.setattr(owner, name, getattr(owner, name))
    drop_unread_events()


def _written() -> str:
    """What two logs write of an event of each level that dbt fires most."""
    lines = []
    for level in (EventLevel.INFO, EventLevel.DEBUG):
        out = io.StringIO()
        manager = _manager(out, level)
        manager.fire_event(FoundStats(stat_line="3 models"))
        manager.fire_event(SQLQuery(conn_name="one", sql="select 1"))
        manager.fire_event(SQLQuery(conn_name="one", sql="select 2"), level=EventLevel.WARN)
        lines.append(out.getvalue())
    return "\n".join(line.partition("  ")[2] for text in lines for line in text.splitlines())


def _manager(out: io.StringIO, level: EventLevel) -> EventManager:
    manager = EventManager()
    manager.add_logger(
        LoggerConfig(
            name=f"test {level}", level=level, use_colors=False, line_format=LineFormat.PlainText, output_stream=out
        )
    )
    return manager
