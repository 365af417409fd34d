"""Reports what a run is doing now. The terminal shows it for the runs it drives; a server has no one to show it to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """What a run is at: an item of a stage, and how many of them the stage has."""

    stage: str
    # Empty where the stage begins before its first item.
    item: str
    unit: str
    of: int


_receivers: list[Callable[[Step], None]] = []


def report_progress(stage: str, item: str = "", *, unit: str, of: int) -> None:
    """Report the item that a stage is at (`pull`, `police_incidents`), one of so many of a unit (`feed`, 12)."""
    for receive in _receivers:
        receive(Step(stage, item, unit, of))


@contextmanager
def progress_shown_by(receive: Callable[[Step], None]) -> Iterator[None]:
    """Pass each step on while a run goes on in this process."""
    _receivers.append(receive)
    try:
        yield
    finally:
        _receivers.remove(receive)
