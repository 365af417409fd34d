"""The pointer `current`: a symbolic link that is replaced in one step, and what it may point to."""

from __future__ import annotations

import os
import re
from pathlib import Path

from sga_pipeline.errors import SgaError
from sga_pipeline.home import PROGRAMME, Home, sync_folder

CURRENT = "current"
_RELEASE = re.compile(r"^\d{8}T\d{6}Z-[0-9a-f]{8}$")


def release_ids(home: Home, city_id: str) -> list[str]:
    """Releases of a city, oldest first."""
    folder = home.published(city_id)
    return sorted(one.name for one in folder.iterdir() if _RELEASE.match(one.name)) if folder.is_dir() else []


def current_release(home: Home, city_id: str) -> Path | None:
    """The folder of the release in force, by its own name, so that a reader keeps it whatever happens to the pointer."""
    link = home.published(city_id) / CURRENT
    return link.resolve() if link.is_symlink() and link.exists() else None


def require_current(home: Home, city_id: str) -> Path:
    """The same, or an error that says what to do."""
    found = current_release(home, city_id)
    if found is None:
        known = ", ".join(published_cities(home)) or "none"
        raise SgaError(
            "no release of this city is in force", f"Run: sga run CITY_DIR. Cities with a release: {known}.", city_id
        )
    return found


def published_cities(home: Home) -> list[str]:
    """Cities with a release in force."""
    folder = home.path / "published"
    names = {one.name for one in folder.iterdir() if (one / CURRENT).exists()} if folder.is_dir() else set()
    return sorted(names - {PROGRAMME})


def point_to(home: Home, city_id: str, release_id: str) -> None:
    """Switch: before this call readers find the old release, after it the new one, and never anything else."""
    folder = home.published(city_id)
    aside = folder / f".{CURRENT}-{os.getpid()}"
    aside.unlink(missing_ok=True)
    aside.symlink_to(release_id)
    os.replace(aside, folder / CURRENT)
    sync_folder(folder)
