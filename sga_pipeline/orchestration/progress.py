"""Tells whoever is listening what is being done. The terminal listens to runs it drives; a server does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

_listeners: list[Callable[[str], None]] = []


def tell(what: str) -> None:
    """Say what is being done now."""
    for listener in _listeners:
        listener(what)


@contextmanager
def listening(listener: Callable[[str], None]) -> Iterator[None]:
    """Listen while a run goes on in this process."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)
