"""The inbox: files put there by hand become deliveries of their feed."""

from __future__ import annotations

import re
import shutil
import stat
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sga_pipeline.connectors.connector import Fetched
from sga_pipeline.contracts.sources.source import Periods
from sga_pipeline.home import Home, home_error, write_text
from sga_pipeline.raw.delivery import kept_name
from sga_pipeline.raw.outcomes import PullOutcome
from sga_pipeline.raw.store import RawStore

# Names under which programs keep files they are still writing.
UNFINISHED = (".part", ".partial", ".tmp", ".crdownload", ".filepart", ".download")
REFUSED = "refused"
# A file unchanged for so long is complete; a younger one is looked at twice.
_UNCHANGED_SECONDS, _LOOK_AGAIN_SECONDS = 5.0, 0.3
# A year, a month or a quarter; a whole date is none of them, for it may be the day of writing.
_FORMS = {
    "A": r"(?<!\d)((?:19|20)\d\d)(?!\d)",
    "M": r"(?<!\d)((?:19|20)\d\d)[-_.]?(0[1-9]|1[0-2])(?!\d)(?![-_.]\d\d?(?!\d))",
    "Q": r"(?<!\d)((?:19|20)\d\d)[-_.]?[Qq]([1-4])(?!\d)",
}


def take_in(home: Home, store: RawStore, periods: Periods | None, now: datetime) -> Iterator[PullOutcome]:
    """Move every file that is no longer being written into the raw store; what belongs to no period is put aside with the reason."""
    folder = home.path / "inbox" / store.folder.relative_to(home.path / "raw")
    try:
        for file in _waiting(folder):
            period = period_in_name(file.name, periods) if periods else None
            if periods and (period is None or not _within(period, periods)):
                yield _refuse(file, period, periods)
            else:
                yield _take(file, store, period, now)
    except OSError as error:
        raise home_error(error, folder) from None


def period_in_name(name: str, periods: Periods) -> str | None:
    """The one period a file's name holds, such as 2024-03 in incidents_202403.csv."""
    found = set(re.findall(_FORMS[periods.freq], name))
    if len(found) != 1:
        return None
    parts = found.pop()
    if periods.freq == "A":
        return str(parts)
    return f"{parts[0]}-Q{parts[1]}" if periods.freq == "Q" else f"{parts[0]}-{parts[1]}"


def _within(period: str, periods: Periods) -> bool:
    return periods.first <= period <= (periods.last or period)


def _waiting(folder: Path) -> list[Path]:
    """Files that are no longer being written, the oldest first, so that of two for one period the later one counts."""
    if not folder.is_dir():
        return []
    names = [one for one in folder.iterdir() if not one.name.startswith((".", "~"))]
    looked = {one: _state(one) for one in names if not one.name.lower().endswith(UNFINISHED)}
    first = {one: state for one, state in looked.items() if state}
    if any(time.time_ns() - modified < _UNCHANGED_SECONDS * 1e9 for modified, _ in first.values()):
        time.sleep(_LOOK_AGAIN_SECONDS)
    resting = [one for one in first if _state(one) == first[one]]
    return sorted(resting, key=lambda one: (first[one][0], one.name))


def _state(file: Path) -> tuple[int, int] | None:
    """When it was last written, and its size; None for what is not a file. A link could lead anywhere."""
    try:
        found = file.lstat()
    except FileNotFoundError:
        return None
    return (found.st_mtime_ns, found.st_size) if stat.S_ISREG(found.st_mode) else None


def _take(file: Path, store: RawStore, period: str | None, now: datetime) -> PullOutcome:
    """Copied, kept, and only then removed: a crash at any point leaves the file in the inbox or in the store."""
    with TemporaryDirectory(prefix="inbox-", dir=store.scratch) as into:
        copy = Path(into) / "file"
        shutil.copyfile(file, copy)
        name = kept_name(file.name)
        fetched = Fetched(copy, name, f"inbox/{name}")
        delivery, new = store.receive(fetched, period=period, now=now, connector="inbox")
    file.unlink()
    return PullOutcome(period, "new" if new else "unchanged", delivery)


def _refuse(file: Path, period: str | None, periods: Periods) -> PullOutcome:
    until = f" to {periods.last}" if periods.last else " on"
    expected = f"this feed has periods from {periods.first}{until}"
    why = "the name has no single period" if period is None else f"{period} is not one of its periods"
    target = _free(file.parent / REFUSED / file.name)
    target.parent.mkdir(exist_ok=True)
    file.rename(target)
    advice = f"Rename it, such as data_{periods.first}, and put it back."
    name = file.name.encode("utf-8", "replace").decode("utf-8")
    message = f"a file in the inbox was refused [{name}]: {why}, and {expected}. {advice}"
    write_text(target.with_name(f"{target.name}.txt"), message + "\n")
    return PullOutcome(None, "failed", None, message)


def _free(target: Path) -> Path:
    """The name itself, or the first numbered one that no file refused earlier has."""
    names = (target, *(target.with_name(f"{number}_{target.name}") for number in range(1, 10_000)))
    return next(one for one in names if not one.exists())
