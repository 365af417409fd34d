"""Where an asset is written down, as links in Dagster: to files of this machine, or to where others can read them."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg

from sga_pipeline.paths import PROJECT

# Where the project's files can be read, such as https://git.example.org/sga/blob/main.
CODE_ADDRESS = "SGA_CODE_URL"


def code_links(files: Mapping[str, Path]) -> dict[str, Any]:
    """The metadata under which Dagster finds the files that an asset comes from, each under what it is (`contract`)."""
    # Dagster marks such links as young; that is for its developers.
    with warnings.catch_warnings(action="ignore", category=dg.BetaWarning):
        links = [_link(label, file) for label, file in files.items()]
        return {"dagster/code_references": dg.CodeReferencesMetadataValue(code_references=links)}


def _link(label: str, file: Path) -> dg.LocalFileCodeReference | dg.UrlCodeReference:
    address = os.environ.get(CODE_ADDRESS)
    # A city kept in the home is nowhere else.
    if address and file.is_relative_to(PROJECT):
        return dg.UrlCodeReference(url=f"{address.rstrip('/')}/{file.relative_to(PROJECT)}", label=label)
    return dg.LocalFileCodeReference(file_path=str(file), label=label)
