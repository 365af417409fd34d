"""A command in a terminal as a person sees it: on a real pseudo-terminal, drawn by a terminal emulator in memory."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyte

ROWS = 24


class Watched:
    """A process on a terminal of so many columns, and every picture that its screen has shown."""

    def __init__(self, command: Sequence[str | Path], columns: int, env: Mapping[str, str] | None = None) -> None:
        self.screen = pyte.Screen(columns, ROWS)
        self.pictures: list[list[str]] = []
        self.written = b""
        self._stream = pyte.ByteStream(self.screen)
        self._terminal, theirs = pty.openpty()
        self.resize(columns)
        variables = {**os.environ, "TERM": "xterm-256color", **(env or {})}
        variables = {name: value for name, value in variables.items() if name != "NO_COLOR" or name in (env or {})}
        self.process = subprocess.Popen(
            list(map(str, command)), stdin=theirs, stdout=theirs, stderr=theirs, env=variables, start_new_session=True
        )
        os.close(theirs)

    def resize(self, columns: int) -> None:
        """Make the terminal wider or narrower, as a person does with the mouse."""
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, columns, 0, 0))
        self.screen.resize(ROWS, columns)

    def watch_until(self, words: str, seconds: float = 300) -> list[str]:
        """Watch until the screen shows these words, and give its lines."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if any(words in line for line in self.lines()):
                return self.lines()
            if not self._read():
                break
        raise AssertionError(f"the terminal never showed [{words}]:\n" + "\n".join(self.lines()))

    def watch_until_changed(self) -> list[str]:
        """Watch until something is written, and give the lines then."""
        before = len(self.written)
        while len(self.written) == before and self._read():
            pass
        return self.lines()

    def watch_to_the_end(self, seconds: float = 300) -> int:
        """Watch until the process ends, and give its status."""
        deadline = time.monotonic() + seconds
        while self._read() and time.monotonic() < deadline:
            pass
        os.close(self._terminal)
        return self.process.wait(timeout=60)

    def lines(self) -> list[str]:
        """What the screen shows, without the empty lines."""
        return [line.rstrip() for line in self.screen.display if line.strip()]

    def seen(self) -> list[str]:
        """Each line that was ever shown, once, in the order in which they came."""
        return list(dict.fromkeys(line for picture in self.pictures for line in picture))

    def _read(self) -> bool:
        """Draw what was written; false when nobody holds the terminal any more."""
        if not select.select([self._terminal], [], [], 1)[0]:
            return True
        try:
            written = os.read(self._terminal, 65536)
        except OSError:
            return False
        self.written += written
        # One picture for each renewal of a line, for several may be read at once.
        for part in written.replace(b"\r", b"\0\r").split(b"\0"):
            self._stream.feed(part)
            self.pictures.append(self.lines())
        return bool(written)
