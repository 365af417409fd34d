"""Files as conformed, kept beside those in use where some of their rows do not count, and the keys that a delivery withdraws."""

from __future__ import annotations

import os
from pathlib import Path

from sga_pipeline.conform.sinks import WITHDRAWN


def withdrawn_keys(file: Path) -> list[Path]:
    """The file of keys that its delivery puts out of scope, where there is one."""
    path = file.with_suffix(WITHDRAWN)
    return [path] if path.is_file() else []


def bring_back(whole: Path, kept: Path) -> None:
    """Files as conformed, whose rows did not all count, where they were: with other deliveries, other rows may."""
    if whole.is_dir():
        kept.mkdir(parents=True, exist_ok=True)
        for file in whole.iterdir():
            os.replace(file, kept / file.name)


def put_by(whole: Path, kept: Path, files: set[str]) -> None:
    """Keep such files out of the way of whoever reads the conformed rows."""
    for file in files:
        for path in (kept / file, (kept / file).with_suffix(WITHDRAWN)):
            if path.is_file():
                whole.mkdir(parents=True, exist_ok=True)
                os.replace(path, whole / path.name)
