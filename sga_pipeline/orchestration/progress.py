"""Reports what a run is doing now. The terminal shows it for the runs it drives; a server has no one to show it to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

_receivers: list[Callable[[str], None]] = []


def report_progress(step: str) -> None:
    """Report the step that begins now."""
    for receive in _receivers:
        receive(step)


@contextmanager
def progress_shown_by(receive: Callable[[str], None]) -> Iterator[None]:
    """Pass each step on while a run goes on in this process."""
    _receivers.append(receive)
    try:
        yield
    finally:
        _receivers.remove(receive)
