"""What became of each period in a pull, and the file of it that the next pull and the run records read."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from sga_pipeline.connectors.connector import Known
from sga_pipeline.home import Home, write_text
from sga_pipeline.raw.delivery import Delivery

LAST_PULL = "last_pull.json"
Status = Literal["new", "unchanged", "missing", "failed", "offline"]


@dataclass(frozen=True)
class Seen:
    """The version the source itself gave last. A file brought by hand may be newer than that."""

    sha256: str
    etag: str | None = None
    last_modified: str | None = None
    # Which source that was: the version of one address means nothing at another.
    source: str | None = None

    @property
    def known(self) -> Known:
        return Known(self.etag, self.last_modified)


@dataclass(frozen=True)
class PullOutcome:
    """What became of one period. The message also says what to do next."""

    period: str | None
    status: Status
    delivery: Delivery | None = None
    message: str | None = None
    transient: bool = False
    seen: Seen | None = field(default=None, compare=False)


def last_pull(home: Home, city_id: str, feed_id: str) -> list[PullOutcome]:
    """What the last pull found for each period it asked for, without the deliveries themselves."""
    try:
        rows = json.loads((home.raw(city_id, feed_id) / LAST_PULL).read_text(encoding="utf-8"))
        return [_outcome(row) for row in rows]
    except (OSError, ValueError, KeyError, TypeError):
        # Nothing but convenience is lost with this file: everything is asked for anew.
        return []


def _outcome(row: dict[str, Any]) -> PullOutcome:
    seen = Seen(**row["seen"]) if row["seen"] else None
    return PullOutcome(row["period"], row["status"], message=row["message"], seen=seen)


def write_last_pull(folder: Path, outcomes: Iterable[PullOutcome]) -> None:
    """Keep the outcomes of a pull, without the deliveries themselves."""
    rows = [_row(one) for one in sorted(outcomes, key=lambda one: one.period or "")]
    write_text(folder / LAST_PULL, json.dumps(rows, indent=1, ensure_ascii=False))


def _row(one: PullOutcome) -> dict[str, Any]:
    seen = asdict(one.seen) if one.seen else None
    return {"period": one.period, "status": one.status, "message": one.message, "seen": seen}
