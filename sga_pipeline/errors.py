"""The errors that a user sees: what is wrong [the value], in which file and line, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Problem:
    """One thing wrong in one place, with the next step."""

    message: str
    next_step: str
    value: str | None = None
    file: Path | None = None
    line: int | None = None

    def __str__(self) -> str:
        value = f" [{self.value}]" if self.value is not None else ""
        place = ""
        if self.file is not None:
            place = f", in {self.file}" + (f" line {self.line}" if self.line else "")
        return f"{self.message}{value}{place}. {self.next_step}"


class SgaError(Exception):
    """Anything that stops a command. `exit_code` is what the shell sees."""

    exit_code = 1

    def __init__(self, message: str, next_step: str, value: object = None, file: Path | None = None) -> None:
        self.problem = Problem(message, next_step, None if value is None else str(value), file)
        super().__init__(str(self.problem))


class ContractError(SgaError):
    """A city, feed or mapping is wrong; nothing was loaded."""

    exit_code = 2

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        Exception.__init__(self, "\n".join(str(problem) for problem in problems))


class NoDataYet(SgaError):
    """Contracts are right and no data have arrived; there is nothing to publish yet."""

    exit_code = 3


class PullError(SgaError):
    """A delivery could not be fetched. `transient` says whether trying again may help."""

    def __init__(self, message: str, next_step: str, value: object = None, *, transient: bool = False) -> None:
        super().__init__(message, next_step, value)
        self.transient = transient


class DeliveryError(SgaError):
    """A delivery arrived but cannot be used at all (wrong file, header, encoding or format)."""
