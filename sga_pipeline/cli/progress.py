"""Shows how a run goes on: a line for each stage that has ended and, on a terminal, one that changes for the stage at work."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from sga_pipeline.orchestration.progress import Step

# Before the first step, Dagster and dbt are imported and the contracts read.
START = "start"
DIM, RED, PLAIN = "\x1b[2m", "\x1b[31m", "\x1b[0m"
TO_START, CLEAR_REST = "\r", "\x1b[K"
# Nobody reads faster, and a stage may have thousands of items; while none comes, time goes on.
BETWEEN_SECONDS = 0.1
TICK_SECONDS = 0.5
USUAL_WIDTH = 80


@dataclass
class Stage:
    """A stage of a run: the items that have come, of how many, and since when."""

    name: str
    unit: str = ""
    of: int = 0
    began: float = field(default_factory=time.monotonic)
    # In the order they came; a pull that is tried again is the same item.
    items: dict[str, None] = field(default_factory=dict)

    def columns(self, *, stopped: bool = False) -> str:
        """Name, count and time, within 39 columns: the narrowest terminal in use has 40."""
        done = len(self.items)
        count = f"{done:,} of {self.of:,}" if done < self.of else f"{done:,}" if done else ""
        words = f"stopped at {count}" if stopped and count else "stopped" if stopped else count
        if count and not stopped:
            words += f" {self.unit if max(done, self.of) == 1 else plural(self.unit)}"
        return f"{self.name:<8}{words} {spent(time.monotonic() - self.began):>{max(30 - len(words), 0)}}"


class Progress:
    """What a run shows on standard error while it goes on."""

    def __init__(self) -> None:
        self.stage = Stage(START)
        self._terminal = Terminal(sys.stderr)
        self._painted = 0.0
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._ticking = threading.Thread(target=self._tick, name="progress", daemon=True)

    def __enter__(self) -> Progress:
        if self._terminal.live:
            self._ticking.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._ended.set()
        with self._lock:
            self._terminal.leave(self.stage.columns(stopped=kind is not None), RED if kind else "")
        if self._ticking.is_alive():
            self._ticking.join()
        self._terminal.close()

    def show(self, step: Step) -> None:
        """Show what the run is at. A step of another stage ends the one before."""
        with self._lock:
            if step.stage != self.stage.name:
                self._terminal.leave(self.stage.columns())
                self.stage = Stage(step.stage)
            self.stage.unit, self.stage.of = step.unit, step.of
            if step.item:
                self.stage.items[step.item] = None
            if time.monotonic() - self._painted >= BETWEEN_SECONDS:
                self._paint()

    def _tick(self) -> None:
        """Renew the line while nothing is reported, for its time goes on."""
        while not self._ended.wait(TICK_SECONDS):
            with self._lock:
                if not self._ended.is_set():
                    self._paint()

    def _paint(self) -> None:
        self._painted = time.monotonic()
        self._terminal.paint(self.stage.columns(), next(reversed(self.stage.items), ""))


class Terminal:
    """Where lines are shown. Only a terminal that can go back to the start of a line gets control characters."""

    def __init__(self, stream: TextIO | None) -> None:
        # Dagster puts a file in the place of descriptor 2 while a step runs, so the terminal is kept under another.
        self._file = _duplicate(stream)
        self.live = self._file is not None and self._file.isatty() and os.environ.get("TERM", "dumb") != "dumb"
        self._colours = self.live and not os.environ.get("NO_COLOR")

    def paint(self, columns: str, detail: str) -> None:
        """Show the line that changes, cut to the width that the terminal has now, for a line that wraps cannot be renewed."""
        if self.live:
            room = self._width() - 1
            shown = columns[:room]
            beside = f"  {detail}"[: room - len(shown)]
            self._write(f"{TO_START}{shown}{self._coloured(beside, DIM)}{CLEAR_REST}")

    def leave(self, columns: str, colour: str = "") -> None:
        """Show a line that stays."""
        if self.live:
            line = self._coloured(columns[: self._width() - 1], colour)
            self._write(f"{TO_START}{line}{CLEAR_REST}\n")
        else:
            self._write(f"{columns}\n")

    def close(self) -> None:
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.close()

    def _write(self, text: str) -> None:
        # Whoever looked may have gone, as in `sga run ... 2>&1 | head`; the run goes on.
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.write(text)
                self._file.flush()

    def _coloured(self, text: str, colour: str) -> str:
        return f"{colour}{text}{PLAIN}" if self._colours and colour and text else text

    def _width(self) -> int:
        assert self._file is not None
        with contextlib.suppress(OSError):
            # A terminal that nobody has given a size says 0.
            return os.get_terminal_size(self._file.fileno()).columns or USUAL_WIDTH
        return USUAL_WIDTH


def _duplicate(stream: TextIO | None) -> TextIO | None:
    """The same file under a descriptor of its own; none where standard error is closed."""
    if stream is None:
        return None
    with contextlib.suppress(OSError):
        return open(os.dup(stream.fileno()), "w", encoding=stream.encoding, errors="replace", newline="")
    return None


def plural(unit: str) -> str:
    return f"{unit[:-1]}ies" if unit.endswith("y") else f"{unit}s"


def spent(seconds: float) -> str:
    """How long something took, as people say it: 7 s, 2 min 05 s, 1 h 02 min."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes_left = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes_left:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
