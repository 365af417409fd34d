"""`sga export`: the release in force in other formats, written into a folder."""

from __future__ import annotations

import argparse
from pathlib import Path

from sga_pipeline.cli.common import Commands, command, home_of
from sga_pipeline.errors import SgaError

NAMES = ("csv", "parquet", "xlsx", "sdmx-csv", "opensdg")


def register(commands: Commands) -> None:
    parser = command(commands, "export", "write the release in force in another format", run)
    parser.add_argument("city", metavar="CITY", help="id of the city")
    parser.add_argument("folder", metavar="DIR", type=Path, help="a folder that is new or empty")
    parser.add_argument("--format", choices=NAMES, required=True)


def run(arguments: argparse.Namespace) -> int:
    from sga_pipeline.publish.export import FORMATS
    from sga_pipeline.publish.pointer import require_current

    release = require_current(home_of(arguments), arguments.city)
    folder: Path = arguments.folder
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise SgaError("the folder is not empty", "Give one that is new or empty.", folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        written = FORMATS[arguments.format](release, folder)
    except OSError as error:
        raise SgaError(
            f"the export could not be written: {error.strerror}", "Free some space or choose another folder.", folder
        ) from None
    size = sum(file.stat().st_size for file in written)
    print(f"{folder}: {len(written)} files, {size / 1e6:,.1f} MB, release {release.name}")
    return 0
