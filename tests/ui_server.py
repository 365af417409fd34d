"""`sga ui` as a user starts it, asked through the interface its pages use."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.runs import SGA


@dataclass(frozen=True)
class Server:
    """A running web server and the home it works on."""

    address: str
    home: Path
    city: Path

    def ask(self, query: str, variables: dict[str, Any] | None = None) -> Any:
        """One GraphQL query."""
        body = json.dumps({"query": query, "variables": variables or {}}).encode()
        request = urllib.request.Request(f"{self.address}/graphql", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            said = json.load(answer)
        assert "errors" not in said, said
        return said["data"]


@contextmanager
def started_ui(folder: Path, city: Path) -> Iterator[Server]:
    """Ended with everything it started."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = (folder / "ui.log").open("w")
    command = [str(SGA), "ui", "--home", str(folder / "home"), "--port", str(port), str(city)]
    process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
    started = Server(f"http://127.0.0.1:{port}", folder / "home", city)
    try:
        _wait_until_up(started, process, folder / "ui.log")
        yield started
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
        log.close()


def _wait_until_up(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()[-3000:]
        try:
            server.ask("{ version }")
            return
        except OSError:
            time.sleep(1)
    raise AssertionError(log.read_text()[-3000:])
