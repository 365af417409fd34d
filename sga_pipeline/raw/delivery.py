"""A delivery: one arrival of a feed, its untouched file and the manifest that says what it is."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from sga_pipeline.errors import DeliveryError

MANIFEST = "delivery.json"


@dataclass(frozen=True)
class Delivery:
    """One arrival. `retrieved_at` is UTC; `folder` is where it is kept, and not part of its manifest."""

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
        """The file that arrived."""
        return self.folder / self.file_name

    def is_intact(self) -> bool:
        """Whether the kept bytes are still those that arrived."""
        try:
            return sha256_of(self.path) == self.sha256
        except OSError:
            return False

    def verify(self) -> None:
        """Raise where the kept bytes are no longer those that arrived."""
        if not self.is_intact():
            next_step = "Restore it from a backup, or pull it again."
            raise DeliveryError("a kept delivery was altered or lost", next_step, self.path)

    def manifest(self) -> str:
        """What is known of the delivery, as JSON."""
        known = {key: value for key, value in asdict(self).items() if key != "folder"}
        return json.dumps(known, indent=1, sort_keys=True)


def read_delivery(folder: Path) -> Delivery | None:
    """The delivery a folder holds; None where it was never finished."""
    try:
        return Delivery(**json.loads((folder / MANIFEST).read_text(encoding="utf-8")), folder=folder)
    except (OSError, ValueError, TypeError):
        return None


def sha256_of(path: Path) -> str:
    """The hash that names a delivery."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def kept_name(name: str) -> str:
    """The file's own name, unless the manifest has it or a folder cannot hold it."""
    plain = name.replace("/", "_").replace("\x00", "_").lstrip(".").encode("utf-8", "replace").decode("utf-8")
    plain = plain if len(plain.encode("utf-8")) <= 200 else plain[-40:].lstrip(".")
    return f"file_{plain}" if plain in {"", MANIFEST} else plain
