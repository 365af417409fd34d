"""A new city's folder: the templates, with the city's id, name and country filled in."""

from __future__ import annotations

import re
from pathlib import Path

from sga_pipeline.errors import SgaError
from sga_pipeline.paths import CONTRACTS

TEMPLATES = Path(__file__).with_name("templates")


def write_new_city(city_dir: Path, *, with_districts: bool = True) -> None:
    """Write the templates into a folder that does not exist or is empty."""
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
    replacements = {
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
            for placeholder, value in replacements.items():
                text = text.replace(placeholder, value)
            target.write_text(text, encoding="utf-8")
    (folder / "feeds").mkdir(exist_ok=True)
