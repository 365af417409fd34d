"""`sga new`: scaffolds a city folder, and drafts contracts from files a city sent."""

from __future__ import annotations

import argparse
from pathlib import Path

from sga_pipeline.cli.common import Commands, command
from sga_pipeline.errors import SgaError


def register(commands: Commands) -> None:
    parser = command(commands, "new", "scaffold a city folder, or draft contracts from files", run)
    parser.add_argument(
        "city_dir", metavar="CITY_DIR", type=Path, nargs="?", help="its name becomes the city's id, such as co_medellin"
    )
    parser.add_argument(
        "--from",
        dest="files",
        metavar="FILE",
        type=Path,
        nargs="+",
        default=[],
        help="draft a feed contract from each file, or from each series of a folder; every guess is marked, and nothing is decided",
    )
    parser.add_argument(
        "--city",
        metavar="FOLDER",
        type=Path,
        help="the city the drafts are for; made where it does not exist (default: the current folder)",
    )
    parser.add_argument("--shape", help="the shape, where you know better than the draft")
    parser.add_argument("--replace", action="store_true", help="write over drafts that are there already")


def run(arguments: argparse.Namespace) -> int:
    from sga_pipeline.draft.new_city import write_new_city

    if arguments.city_dir is not None and arguments.city is not None:
        raise SgaError("two city folders are named", "Name one.", arguments.city)
    folder: Path | None = arguments.city or arguments.city_dir
    if not arguments.files:
        if folder is None:
            raise SgaError(
                "no city folder is named", "Write: sga new CITY_DIR, or sga new --from FILE --city CITY_DIR."
            )
        write_new_city(folder)
        print(
            f"{folder.resolve()}\n  city.yaml             the place: correct every line\n  feeds/districts.yaml  a boundary feed to start from\n"
            f"  data/                 where its files go\nThen: sga check {folder}   and docs/adding-a-city.md"
        )
        return 0
    from sga_pipeline.cli.drafts import draft_files

    folder = (folder or Path()).resolve()
    if not (folder / "city.yaml").is_file():
        write_new_city(folder, with_districts=False)
        print(f"{folder}\n  city.yaml is new: correct every line\n")
    return draft_files(arguments.files, folder, shape=arguments.shape, replace=arguments.replace)
