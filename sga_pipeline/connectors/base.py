"""What a connector is: it fetches one period of a source into a folder, or says that nothing has changed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sga_pipeline.errors import PullError


@dataclass(frozen=True)
class Fetched:
    """Bytes that arrived, still outside the raw store."""

    path: Path
    file_name: str
    address: str
    media_type: str | None = None
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True)
class Known:
    """What the source said of the version it gave last, for sources that can be asked whether it has changed."""

    etag: str | None = None
    last_modified: str | None = None


class FileMissing(PullError):
    """The source answers and has no such file, which for one period of many is a gap and not a fault."""


class Unreachable(PullError):
    """Nobody answers at that address at all, whichever file is asked for."""


class Connector(Protocol):
    """Fetches; raises PullError with `transient` set where trying again may help."""

    def fetch(self, period: str | None, into: Path, known: Known) -> Fetched | None:
        """None where the source says nothing has changed. Without a period the whole is asked for."""
        ...


def with_period(address: str, period: str | None) -> str:
    return address.replace("{period}", period or "")
