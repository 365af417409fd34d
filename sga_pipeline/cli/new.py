"""`sga new`: scaffolds a city folder, and drafts contracts from files a city sent."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from sga_pipeline.cli.common import Commands, command
from sga_pipeline.errors import SgaError
from sga_pipeline.paths import CONTRACTS, PROJECT

TEMPLATES = PROJECT / "sga_pipeline" / "cli" / "templates"


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
        help="draft a feed contract from each file; every guess is marked, and nothing is decided",
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
    if arguments.city_dir is not None and arguments.city is not None:
        raise SgaError("two city folders are named", "Name one.", arguments.city)
    folder: Path | None = arguments.city or arguments.city_dir
    if not arguments.files:
        if folder is None:
            raise SgaError(
                "no city folder is named", "Write: sga new CITY_DIR, or sga new --from FILE --city CITY_DIR."
            )
        scaffold(folder)
        print(
            f"{folder.resolve()}\n  city.yaml             the place: correct every line\n  feeds/districts.yaml  a boundary feed to start from\n"
            f"  data/                 where its files go\nThen: sga check {folder}   and docs/adding-a-city.md"
        )
        return 0
    from sga_pipeline.cli.drafts import draft_files

    folder = (folder or Path()).resolve()
    if not (folder / "city.yaml").is_file():
        scaffold(folder, with_districts=False)
        print(f"{folder}\n  city.yaml is new: correct every line\n")
    return draft_files(arguments.files, folder, shape=arguments.shape, replace=arguments.replace)


def scaffold(city_dir: Path, *, with_districts: bool = True) -> None:
    """Write the templates into a folder that is not there or empty."""
    folder = city_dir.resolve()
    if not re.fullmatch(r"[a-z]{2}_[a-z0-9_]{1,40}", folder.name):
        raise SgaError(
            "a city's id is its country's two letters, an underline and its name",
            "Name the folder like co_medellin: small letters, figures, underlines.",
            folder.name,
        )
    if folder.exists() and any(folder.iterdir()):
        raise SgaError("the folder is not empty", "Give a folder that does not exist yet.", folder)
    country, _, name = folder.name.partition("_")
    words = {
        "{{id}}": folder.name,
        "{{name}}": name.replace("_", " ").title(),
        "{{country}}": country.upper(),
        "{{schema}}": str(CONTRACTS / "schema"),
    }
    for template in sorted(TEMPLATES.rglob("*")):
        if template.is_file() and (with_districts or template.name != "districts.yaml"):
            target = folder / template.relative_to(TEMPLATES)
            target.parent.mkdir(parents=True, exist_ok=True)
            text = template.read_text(encoding="utf-8")
            for mark, word in words.items():
                text = text.replace(mark, word)
            target.write_text(text, encoding="utf-8")
    (folder / "feeds").mkdir(exist_ok=True)
