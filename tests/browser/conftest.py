"""`sga ui` on a small made-up city, and a real headless Chromium to use it with."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from sga_pipeline.demo import write_demo_city
from tests.ui_server import Server, started_ui

__all__ = ["Server", "browser", "server"]

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Started as a user starts it; ended with everything it started."""
    folder = tmp_path_factory.mktemp("ui")
    with started_ui(folder, write_demo_city(folder / "cities", scale=0.02)) as started:
        yield started


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists() and not os.environ.get("CI"):
        pytest.skip("there is no Chromium at /usr/bin/chromium (apt-get install chromium)")
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        yield chromium
        chromium.close()
