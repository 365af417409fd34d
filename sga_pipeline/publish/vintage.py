"""What was known on a day: a home of its own below the home, over the same deliveries, so that today's release is left alone."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from sga_pipeline.errors import SgaError
from sga_pipeline.home import Home, home_error
from sga_pipeline.publish.manifest import read_manifest
from sga_pipeline.publish.pointer import release_ids

FOLDER = "as_of"


def day_of(home: Home) -> date | None:
    """The day whose knowledge a home holds. Its deliveries are another's, so no run in it may ask a source for more."""
    if home.path.parent.name != FOLDER or not (home.path / "raw").is_symlink():
        return None
    try:
        return date.fromisoformat(home.path.name)
    except ValueError:
        return None


def vintage_home(home: Home, day: date) -> Home:
    """HOME/as_of/DATE. Its raw/ leads to that of the home; whatever is built from it is its own."""
    known = day_of(home)
    if known == day:
        return home
    if known:
        home = Home(home.path.parent.parent)
    if not (home.path / "raw").is_dir():
        raise SgaError("this home holds no deliveries", "Run once without --as-of, or give another --home.", home.path)
    folder = home.path / FOLDER / day.isoformat()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for passed in (folder.parent, folder):
            passed.chmod(0o755)
        link = folder / "raw"
        if not link.is_symlink():
            link.symlink_to(Path("..", "..", "raw"))
    except OSError as error:
        raise home_error(error, folder) from None
    return Home(folder)


def release_before(home: Home, city_id: str, day: date) -> Path | None:
    """The release that was in force when that day's was made, by the manifests of the home above."""
    above = Home(home.path.parent.parent)
    for release_id in reversed(release_ids(above, city_id)):
        release = above.published(city_id) / release_id
        manifest = read_manifest(release)
        known = (manifest.get("as_of"), str(manifest.get("created_at", ""))[:10])
        if known[0] and known[0] < day.isoformat() and known[1] <= day.isoformat():
            return release
    return None
