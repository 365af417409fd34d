"""Imports of large libraries: without what is not used of them here, and without looking for garbage meanwhile (ADR 16)."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any


@contextmanager
def imported_for_good() -> Iterator[None]:
    """Import what stays until the process ends. Looking for garbage among it takes a fifth of the time, and finds nothing."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@contextmanager
def without(*modules: str) -> Iterator[None]:
    """Import a library as where these modules, of which it says that it can do without, are not installed."""
    finders = list(sys.meta_path)
    sys.meta_path[:] = [_Passing(finder, frozenset(modules)) for finder in finders]
    try:
        yield
    finally:
        sys.meta_path[:] = finders


class _Passing:
    """A finder of modules that finds all but a few."""

    def __init__(self, finder: Any, passed: frozenset[str]) -> None:
        self._finder, self._passed = finder, passed

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        return None if name in self._passed else self._finder.find_spec(name, path, target)

    def __getattr__(self, asked: str) -> Any:
        return getattr(self._finder, asked)


def import_when_used(name: str) -> None:
    """Let a module be imported when something in it is first asked for, not when it is named in an import."""
    if name not in sys.modules and (spec := find_spec(name)):
        sys.modules[name] = later = _Later(name)
        later.__spec__ = spec
        package, _, last = name.rpartition(".")
        if package:
            setattr(sys.modules[package], last, later)


class _Later(ModuleType):
    """Stands for a module. Python's own LazyLoader imports it as soon as anything looks at it, which dbt does to every module."""

    def __getattr__(self, asked: str) -> Any:
        if asked.startswith("__"):
            raise AttributeError(asked)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        found = import_module(self.__name__)
        self.__dict__.update(found.__dict__)
        return getattr(found, asked)
