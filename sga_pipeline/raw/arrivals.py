"""The list of arrivals of a feed: one line each time the newest bytes of a period changed. No line is ever removed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from sga_pipeline.errors import SgaError
from sga_pipeline.home import home_error, write_bytes


@dataclass(frozen=True)
class Arrival:
    """One line."""

    sha256: str
    period: str | None
    retrieved_at: str


def read_arrivals(file: Path) -> list[Arrival]:
    """All lines, oldest first. A last line without its end is what a crash left and counts for nothing."""
    found = []
    for number, line in enumerate(_whole_lines(file).splitlines(), start=1):
        try:
            found.append(Arrival(**json.loads(line)))
        except (ValueError, TypeError):
            raise SgaError(
                f"line {number} of the list of arrivals is broken",
                "Restore the file from a backup, or delete that line: what it named is then pulled again.",
                line[:60].decode("utf-8", "replace"),
                file,
            ) from None
    return found


def append_arrivals(file: Path, arrivals: Sequence[Arrival]) -> None:
    """Add lines. The file is written anew as a whole, so readers never see half a line."""
    lines = "".join(json.dumps(asdict(one)) + "\n" for one in arrivals).encode("utf-8")
    write_bytes(file, _whole_lines(file) + lines)


def _whole_lines(file: Path) -> bytes:
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        # To treat an unreadable list as empty would lose every delivery so far.
        raise home_error(error, file) from None
    return content[: content.rfind(b"\n") + 1]
