"""The inbox: files put there by hand become deliveries of their feed."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sga_pipeline.connectors.base import Fetched
from sga_pipeline.contracts.feed import Periods
from sga_pipeline.home import Home, write_text
from sga_pipeline.raw.store import Delivery, RawStore

# Names under which programs keep files they are still writing.
UNFINISHED = (".part", ".partial", ".tmp", ".crdownload", ".filepart")
REFUSED = "refused"
_FORMS = {"A": r"(?<!\d)((?:19|20)\d\d)(?!\d)", "M": r"(?<!\d)((?:19|20)\d\d)[-_.]?(0[1-9]|1[0-2])(?!\d)",
          "Q": r"(?<!\d)((?:19|20)\d\d)[-_.]?[Qq]([1-4])(?!\d)"}  # fmt: skip


def take_in(home: Home, city_id: str, feed_id: str, periods: Periods | None, now: datetime) -> Iterator[tuple[Delivery, bool]]:
    """Move every file that has come to rest into the raw store; what cannot be placed is set apart with the reason."""
    folder = home.inbox(city_id, feed_id)
    if not folder.is_dir():
        return
    store = RawStore(home, city_id, feed_id)
    for file in sorted(folder.iterdir()):
        if not file.is_file() or file.name.startswith((".", "~")) or file.name.lower().endswith(UNFINISHED) or not _rests(file):
            continue
        period = period_in_name(file.name, periods) if periods else None
        if periods and period is None:
            _refuse(file, f"The name tells no period. This feed wants one such as {periods.first} in the name of each file.")
            continue
        copy = home.scratch / f"inbox-{os.getpid()}-{file.name}"
        shutil.copyfile(file, copy)
        yield store.receive(Fetched(copy, file.name, f"inbox/{file.name}"), period=period, now=now, connector="inbox")
        file.unlink()


def period_in_name(name: str, periods: Periods) -> str | None:
    """The one period a file's name holds, such as 2024-03 in incidents_202403.csv."""
    found = {match for match in re.findall(_FORMS[periods.freq], name)}
    if len(found) != 1:
        return None
    parts = found.pop()
    if periods.freq == "A":
        return str(parts)
    return f"{parts[0]}-Q{parts[1]}" if periods.freq == "Q" else f"{parts[0]}-{parts[1]}"


def _rests(file: Path) -> bool:
    """Whether nobody is still writing: its size stays the same for a moment."""
    before = file.stat().st_size
    if time.time() - file.stat().st_mtime > 5:
        return True
    time.sleep(0.3)
    return file.stat().st_size == before


def _refuse(file: Path, reason: str) -> None:
    target = file.parent / REFUSED
    target.mkdir(exist_ok=True)
    shutil.move(file, target / file.name)
    write_text(target / f"{file.name}.txt", reason + "\n")
