"""One feed's deliveries: bytes under their SHA-256, a manifest beside each, and the order in which they arrived."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path

from sga_pipeline.connectors.base import Fetched
from sga_pipeline.errors import DeliveryError
from sga_pipeline.home import Home, home_error, sync_folder, write_text

ARRIVALS = "arrivals.jsonl"
MANIFEST = "delivery.json"


@dataclass(frozen=True)
class Delivery:
    """One arrival. `retrieved_at` is UTC; `folder` is where it lies and no part of its manifest."""

    sha256: str
    bytes: int
    file_name: str
    address: str
    period: str | None
    retrieved_at: str
    connector: str
    media_type: str | None
    etag: str | None
    last_modified: str | None
    folder: Path

    @property
    def path(self) -> Path:
        return self.folder / self.file_name

    def verify(self) -> None:
        """Raise where the kept bytes are no longer those that arrived."""
        if not self.path.is_file() or sha256_of(self.path) != self.sha256:
            raise DeliveryError("a kept delivery was altered or lost", "Restore it from a backup, or pull it again.", self.path)


def sha256_of(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


class RawStore:
    """Deliveries of one feed of one city."""

    def __init__(self, home: Home, city_id: str, feed_id: str) -> None:
        self.folder = home.raw(city_id, feed_id)
        self.scratch = home.scratch

    def receive(self, fetched: Fetched, *, period: str | None, now: datetime, connector: str) -> tuple[Delivery, bool]:
        """Keep what was fetched. The second value is False where the newest bytes of the period are the same."""
        digest = sha256_of(fetched.path)
        newest = self.newest(period)
        if newest is not None and newest.sha256 == digest:
            return newest, False
        delivery = Delivery(
            sha256=digest, bytes=fetched.path.stat().st_size, file_name=fetched.file_name, address=fetched.address, period=period,
            retrieved_at=now.strftime("%Y-%m-%dT%H:%M:%SZ"), connector=connector, media_type=fetched.media_type,
            etag=fetched.etag, last_modified=fetched.last_modified, folder=self.folder / digest,
        )  # fmt: skip
        try:
            if not (delivery.folder / MANIFEST).is_file():
                self._keep(fetched.path, delivery)
            self._append(delivery)
        except OSError as error:
            raise home_error(error, self.folder) from None
        return self._read(delivery.folder, period, delivery.retrieved_at) or delivery, True

    def newest(self, period: str | None) -> Delivery | None:
        return next(iter(self.arrivals().get(period, [])), None)

    def arrivals(self, as_of: date | None = None) -> dict[str | None, list[Delivery]]:
        """Deliveries of each period, newest first; only those that had arrived on the day asked for."""
        found: dict[str | None, list[Delivery]] = {}
        for line in self._lines():
            if as_of is not None and line["retrieved_at"][:10] > as_of.isoformat():
                continue
            delivery = self._read(self.folder / line["sha256"], line["period"], line["retrieved_at"])
            if delivery is not None:
                found.setdefault(line["period"], []).insert(0, delivery)
        return found

    def _keep(self, source: Path, delivery: Delivery) -> None:
        """Bytes first, manifest second, then the folder into place: a folder with a manifest is always whole."""
        aside = self.folder / f".arriving-{os.getpid()}"
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        kept = aside / delivery.file_name
        shutil.move(source, kept)
        with kept.open("rb") as stream:
            os.fsync(stream.fileno())
        kept.chmod(0o400)
        manifest = {key: value for key, value in asdict(delivery).items() if key != "folder"}
        write_text(aside / MANIFEST, json.dumps(manifest, indent=1, sort_keys=True))
        if delivery.folder.exists():
            shutil.rmtree(delivery.folder)
        os.replace(aside, delivery.folder)
        sync_folder(self.folder)

    def _append(self, delivery: Delivery) -> None:
        line = json.dumps({"sha256": delivery.sha256, "period": delivery.period, "retrieved_at": delivery.retrieved_at})
        known = [json.dumps(one) for one in self._lines()]
        # Written anew as a whole: a torn last line of a killed run disappears, and readers never see half a line.
        write_text(self.folder / ARRIVALS, "".join(f"{one}\n" for one in [*known, line]))

    def _lines(self) -> list[dict[str, str]]:
        try:
            text = (self.folder / ARRIVALS).read_text(encoding="utf-8")
        except OSError:
            return []
        lines = []
        for line in text.splitlines():
            try:
                lines.append(json.loads(line))
            except ValueError:
                continue
        return lines

    def _read(self, folder: Path, period: str | None, retrieved_at: str) -> Delivery | None:
        try:
            manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return replace(Delivery(**manifest, folder=folder), period=period, retrieved_at=retrieved_at)
