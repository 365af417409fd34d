"""What cities have in common when they pull a shared feed: whom it was asked for, and whose contract it is."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sga_pipeline.errors import SgaError
from sga_pipeline.home import write_text
from sga_pipeline.raw.outcomes import PullOutcome

ASKED, CONTRACT = "asked.json", "contract.json"
# Within so many hours an answer that another city's run got will do. Cities run in one night; a day later the source may have changed.
WILL_DO = timedelta(hours=12)


@dataclass(frozen=True)
class Asked:
    """One period that the source gave an answer for: when, as which source, and the cities that have used the answer."""

    period: str | None
    at: str
    source: str
    cities: tuple[str, ...]


class AskedPeriods:
    """What a source was asked for lately. A city that has used an answer asks anew; one that has not need not ask."""

    def __init__(self, folder: Path, city_id: str, source: str, now: datetime) -> None:
        self.file, self.city_id, self.source, self.now = folder / ASKED, city_id, source, now
        self.known = {one.period: one for one in _read(self.file)}

    def will_do(self, period: str | None) -> bool:
        """Whether another city's run asked for this lately, and this city has not used the answer yet."""
        found = self.known.get(period)
        if found is None or found.source != self.source or self.city_id in found.cities:
            return False
        return timedelta(0) <= self.now - datetime.fromisoformat(found.at) < WILL_DO

    def note(self, asked: Iterable[PullOutcome], used: Iterable[str | None]) -> None:
        """Keep whom answers were got for. What failed is asked for again, by whoever comes next."""
        at = self.now.astimezone(UTC).isoformat()
        for one in asked:
            self.known.pop(one.period, None)
            if one.status in {"new", "unchanged", "missing"}:
                self.known[one.period] = Asked(one.period, at, self.source, (self.city_id,))
        for period in used:
            found = self.known[period]
            self.known[period] = replace(found, cities=(*found.cities, self.city_id))
        write_text(self.file, json.dumps([asdict(one) for one in self.known.values()], indent=1))


def check_is_the_same(folder: Path, contract: Path) -> None:
    """Raise where the deliveries here are those of another contract of the same id, which is still there: they would be mixed.

    A copy of it, as in a folder that was moved or copied as a whole, is the same.
    """
    file = folder / CONTRACT
    try:
        known = Path(json.loads(file.read_text(encoding="utf-8"))["file"])
    except (OSError, ValueError, KeyError, TypeError):
        known = contract
    if known != contract and known.is_file() and known.read_bytes() != contract.read_bytes():
        raise SgaError(
            f"this home has a shared feed of the same id by another contract, {known}",
            "Give one of the two another id, or give this city another --home.",
            contract.stem,
            contract,
        )
    write_text(file, json.dumps({"file": str(contract)}))


def _read(file: Path) -> list[Asked]:
    try:
        rows = json.loads(file.read_text(encoding="utf-8"))
        return [Asked(row["period"], row["at"], row["source"], tuple(row["cities"])) for row in rows]
    except (OSError, ValueError, KeyError, TypeError):
        # Without it each city asks for itself, and nothing is lost.
        return []
