"""The page on architecture shows the folders there are, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from tests.docs.words import PROJECT, files

PAGE = PROJECT / "docs" / "architecture.md"
# Below these: a city's own folders, what gettext prescribes for a language, the form of a new city's folder.
NOT_SHOWN = re.compile(r"(contracts/cities|contracts/locale|sga_pipeline/draft/templates)/.+")
SHOWN = ("sga_pipeline", "dbt_project/models", "contracts")


def folders() -> set[str]:
    """Every folder of the code, the models and the contracts that holds files."""
    found = {str(Path(name).parent) for name in files() if name.startswith(tuple(f"{one}/" for one in SHOWN))}
    found |= {str(above) for one in found for above in Path(one).parents if (PROJECT / above / "__init__.py").is_file()}
    found |= {within[1] for one in found if (within := NOT_SHOWN.fullmatch(one))}
    return {f"{one}/" for one in found if not NOT_SHOWN.fullmatch(one) and one.startswith(SHOWN)}


def test_every_folder_is_shown_and_every_folder_shown_is_there() -> None:
    shown = re.findall(
        r"^\| `((?:sga_pipeline|dbt_project|contracts)[^`]*/)` \|", PAGE.read_text(encoding="utf-8"), re.M
    )
    assert len(shown) == len(set(shown))
    assert set(shown) == folders()


def test_every_file_and_model_it_names_is_there() -> None:
    text = PAGE.read_text(encoding="utf-8")
    names = {Path(name).stem for name in files()} | {f"{Path(name).parent.name}/{Path(name).stem}" for name in files()}
    for name in re.findall(r"`((?:evidence|measures|gaps|main|expectations)/\w+)`", text):
        assert name in names, name
    for name in re.findall(r"`((?:connectors|contracts|models)/[\w/]+\.\w+)`", text):
        assert any(one.endswith(f"/{name}") or one == name for one in files()), name
