"""One feed's deliveries: bytes under their SHA-256, a manifest beside each, and the order in which they arrived."""

from __future__ import annotations

import os
import shutil
from collections.abc import Set
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from sga_pipeline.connectors.connector import Fetched
from sga_pipeline.contracts.shared_feeds import SHARED
from sga_pipeline.home import Home, home_error, shared_lock, sync_folder, write_text
from sga_pipeline.raw.arrivals import Arrival, append_arrivals, read_arrivals
from sga_pipeline.raw.delivery import MANIFEST, Delivery, kept_name, read_delivery, sha256_of

ARRIVALS = "arrivals.jsonl"
_ASIDE = ".arriving-"


class RawStore:
    """Deliveries of one feed, of one city or of all that share it. A folder without a manifest is not a delivery."""

    def __init__(self, home: Home, city_id: str, feed_id: str) -> None:
        self.kept_under, self.folder = city_id, home.raw(city_id, feed_id)
        self.scratch = home.scratch(shared_lock(feed_id) if city_id == SHARED else city_id)
        self._list = self.folder / ARRIVALS
        # Of a shared feed a city has a list of its own; the bytes are kept once.
        self._shared = home.raw(SHARED, feed_id)

    def receive(self, fetched: Fetched, *, period: str | None, now: datetime, connector: str) -> tuple[Delivery, bool]:
        """Keep what was fetched. The second value is False where the newest bytes of the period are the same."""
        try:
            delivery = self._described(fetched, period, now, connector)
            stored = read_delivery(delivery.folder)
            # Bytes that arrive again repair a copy that was altered.
            if stored is None or not stored.is_intact():
                self._keep(fetched.path, delivery)
        except OSError as error:
            raise home_error(error, self.folder) from None
        newest = self.newest(period)
        if newest is not None and newest.sha256 == delivery.sha256:
            return newest, False
        append_arrivals(self._list, [Arrival(delivery.sha256, period, delivery.retrieved_at)])
        return self._read(Arrival(delivery.sha256, period, delivery.retrieved_at)) or delivery, True

    def newest(self, period: str | None) -> Delivery | None:
        """The delivery of a period that arrived last."""
        lines = [line for line in read_arrivals(self._list) if line.period == period]
        return next((found for line in reversed(lines) if (found := self._read(line))), None)

    def stored_periods(self) -> set[str | None]:
        """Periods for which at least one delivery is here."""
        return set(self.arrivals())

    def arrivals(self, as_of: date | None = None) -> dict[str | None, list[Delivery]]:
        """Deliveries of each period, newest first; only those that had arrived on the day asked for."""
        found: dict[str | None, list[Delivery]] = {}
        for line in reversed(read_arrivals(self._list)):
            if as_of is not None and line.retrieved_at[:10] > as_of.isoformat():
                continue
            delivery = self._read(line)
            if delivery is not None:
                found.setdefault(line.period, []).append(delivery)
        return found

    def take_over(self, shared: RawStore, periods: Set[str | None]) -> None:
        """Add to the list what has arrived of a shared feed for some periods. A city's list grows in its own runs alone, so another's never changes what it has."""
        mine = set(read_arrivals(self._list))
        if new := [one for one in read_arrivals(shared._list) if one not in mine and one.period in periods]:
            append_arrivals(self._list, new)

    def sweep(self) -> None:
        """Remove deliveries that killed runs left unfinished. Only for the holder of the city's or the shared feed's lock."""
        for left in self.folder.glob(f"{_ASIDE}*"):
            shutil.rmtree(left, ignore_errors=True)
        for unfinished in self.folder.glob(".*.writing"):
            unfinished.unlink(missing_ok=True)

    def _described(self, fetched: Fetched, period: str | None, now: datetime, connector: str) -> Delivery:
        digest = sha256_of(fetched.path)
        return Delivery(
            sha256=digest,
            bytes=fetched.path.stat().st_size,
            file_name=kept_name(fetched.file_name),
            address=fetched.address,
            period=period,
            retrieved_at=now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            connector=connector,
            media_type=fetched.media_type,
            etag=fetched.etag,
            last_modified=fetched.last_modified,
            folder=self.folder / digest,
        )

    def _keep(self, source: Path, delivery: Delivery) -> None:
        """Bytes first, manifest second, then the folder into place: a folder with a manifest is always whole."""
        aside = self.folder / f"{_ASIDE}{os.getpid()}"
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True, mode=0o700)
        file = aside / delivery.file_name
        shutil.move(source, file)
        with file.open("rb") as stream:
            os.fsync(stream.fileno())
        file.chmod(0o400)
        write_text(aside / MANIFEST, delivery.manifest())
        sync_folder(aside)
        if delivery.folder.exists():
            shutil.rmtree(delivery.folder)
        os.replace(aside, delivery.folder)
        sync_folder(self.folder)

    def _read(self, line: Arrival) -> Delivery | None:
        stored = read_delivery(self.folder / line.sha256) or read_delivery(self._shared / line.sha256)
        return None if stored is None else replace(stored, period=line.period, retrieved_at=line.retrieved_at)
