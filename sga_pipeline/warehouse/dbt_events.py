"""dbt's events for debugging are not put into words where nobody reads them: it would do so for each of some thousands, and then drop them (ADR 16).

This leans on what dbt does not promise to keep; `tests/unit/test_dbt_events.py` says after an upgrade what to look at.
"""

from __future__ import annotations

from typing import Any

from dbt_common.events.base_types import BaseEvent, EventLevel
from dbt_common.events.event_manager import EventManager

_ORDER = (EventLevel.DEBUG, EventLevel.TEST, EventLevel.INFO, EventLevel.WARN, EventLevel.ERROR)
_make_message: Any = BaseEvent.__init__
_read: Any = BaseEvent.__getattr__
_fire: Any = EventManager.fire_event


def drop_unread_events() -> None:
    """From now on an event is put into words when somebody asks for them, and fired where a log takes its level."""
    BaseEvent.__init__ = _keep_what_was_said  # type: ignore[method-assign]
    BaseEvent.__getattr__ = _say_when_asked  # type: ignore[method-assign]
    EventManager.fire_event = _fire_what_is_read  # type: ignore[method-assign]


def _keep_what_was_said(self: Any, *arguments: Any, **said: Any) -> None:
    self.__dict__["said"] = (arguments, said)


def _say_when_asked(self: Any, asked: str) -> Any:
    if "said" in self.__dict__:
        arguments, said = self.__dict__.pop("said")
        _make_message(self, *arguments, **said)
        return getattr(self, asked)
    return _read(self, asked)


def _fire_what_is_read(
    self: EventManager, e: BaseEvent, level: EventLevel | None = None, *arguments: Any, **named: Any
) -> None:
    if (level or e.level_tag()) in _levels_read(self):
        _fire(self, e, level, *arguments, **named)


def _levels_read(manager: EventManager) -> tuple[EventLevel, ...]:
    """From the lowest that a log takes, and always warnings: those are counted."""
    lowest = min([_ORDER.index(one.level) for one in manager.loggers] or [0])
    return _ORDER[min(lowest, _ORDER.index(EventLevel.WARN)) :]
