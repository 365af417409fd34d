"""Shared feeds: where their contracts and files lie, and what is done once for all cities that use one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sga_pipeline.errors import Problem

# The folder of shared feeds beside city folders, and in a home the name under which their deliveries are kept. No city has such an id.
SHARED = "shared"


@dataclass(frozen=True)
class SharedFeed:
    """What a feed that lies in a folder of shared feeds has in common between the cities that use it."""

    # Where a source of connector `file` finds its files: the folder `data` beside the folder of contracts.
    data: Path
    # Nothing in its source depends on the city, so its deliveries are every city's.
    is_pulled_once: bool
    # Nothing in its contract depends on the city, so cities that place its rows alike have the same rows.
    is_conformed_once: bool


def is_shared_folder(folder: Path) -> bool:
    """Whether this is a folder of shared feeds, which a list of all city folders may name as well."""
    return folder.name == SHARED and (folder / "feeds").is_dir() and not (folder / "city.yaml").exists()


def shared_folders(city_folder: Path, contracts: Path) -> list[Path]:
    """Where the shared feeds of a city may lie: beside its folder, and in the project."""
    return [city_folder.parent / SHARED / "feeds", contracts / "feeds"]


def files_of(feed_id: str, folders: Iterable[Path]) -> list[Path]:
    """Every contract of this name; more than one is one too many."""
    return [file for folder in folders if (file := folder / f"{feed_id}.yaml").is_file()]


def find_same_ids(used: Iterable[tuple[str, Path]]) -> list[Problem]:
    """Shared feeds of one id that are different files: a home keeps deliveries by id, so they would be mixed."""
    first: dict[str, Path] = {}
    problems = {
        (feed_id, file): Problem("two shared feeds have one id", _rename(first[feed_id]), feed_id, file, 1)
        for feed_id, file in used
        if first.setdefault(feed_id, file) != file
    }
    return list(problems.values())


def _rename(other: Path) -> str:
    return f"The other is {other}. Give one of them another id, or keep one of the two."
