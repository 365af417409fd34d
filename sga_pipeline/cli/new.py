"""`sga new`: scaffolds a city folder that `sga check` accepts."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from sga_pipeline.cli.common import Commands, command
from sga_pipeline.errors import SgaError
from sga_pipeline.paths import CONTRACTS, PROJECT

TEMPLATES = PROJECT / "sga_pipeline" / "cli" / "templates"


def register(commands: Commands) -> None:
    parser = command(commands, "new", "scaffold a city folder that `sga check` accepts", run)
    parser.add_argument(
        "city_dir", metavar="CITY_DIR", type=Path, help="its name becomes the city's id, such as co_medellin"
    )


def run(arguments: argparse.Namespace) -> int:
    folder: Path = arguments.city_dir.resolve()
    if not re.fullmatch(r"[a-z]{2}_[a-z0-9_]{1,40}", folder.name):
        raise SgaError("a city's id is its country's two letters, an underline and its name",
                       "Name the folder like co_medellin: small letters, figures, underlines.", folder.name)  # fmt: skip
    if folder.exists() and any(folder.iterdir()):
        raise SgaError("the folder is not empty", "Give a folder that does not exist yet.", folder)
    country, _, name = folder.name.partition("_")
    words = {"{{id}}": folder.name, "{{name}}": name.replace("_", " ").title(), "{{country}}": country.upper(),
             "{{schema}}": str(CONTRACTS / "schema")}  # fmt: skip
    for template in sorted(TEMPLATES.rglob("*")):
        if template.is_file():
            target = folder / template.relative_to(TEMPLATES)
            target.parent.mkdir(parents=True, exist_ok=True)
            text = template.read_text(encoding="utf-8")
            for mark, word in words.items():
                text = text.replace(mark, word)
            target.write_text(text, encoding="utf-8")
    print(f"{folder}\n  city.yaml             the place: correct every line\n  feeds/districts.yaml  a boundary feed to start from\n"
          f"  data/                 where its files go\nThen: sga check {arguments.city_dir}   and docs/adding-a-city.md")  # fmt: skip
    return 0
