"""What a connector is: it fetches one period of a source into a folder, or says that nothing has changed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

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

    # How the source's answer begins, for protocols that say there why nothing is there.
    said: bytes = b""


class AnsweredLater(PullError):
    """The server has taken the question up and will have the answer at another address."""

    def __init__(self, message: str, next_step: str, value: object, where: str | None, wait: float | None) -> None:
        super().__init__(message, next_step, value)
        # Where it says the answer will be, as it wrote it; and how many seconds it asks to wait, if it does.
        self.where, self.wait = where, wait


class Unreachable(PullError):
    """Nobody answers at that address, or nobody is let in there, whichever file is asked for."""


class Silent(PullError):
    """Somebody is there and says nothing, or too slowly: of this file or of any."""


class Connector(Protocol):
    """Fetches; raises PullError with `transient` set where trying again may help."""

    def fetch(self, period: str | None, into: Path, known: Known) -> Fetched | None:
        """None where the source says nothing has changed. Without a period the whole is asked for."""
        ...


@runtime_checkable
class Comparing(Protocol):
    """A connector whose source never sends the same bytes twice, and that knows which differences mean nothing."""

    def has_same_content(self, kept: Path, fetched: Path) -> bool:
        """Whether what was fetched says nothing that the kept delivery does not say."""
        ...


def with_period(address: str, period: str | None) -> str:
    return address.replace("{period}", period or "")
