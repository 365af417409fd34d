"""Exports of a release, for people and programs that read other formats. Nothing here computes; every value is the release's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sga_pipeline.publish.export.opensdg import write_opensdg
from sga_pipeline.publish.export.sdmx import write_sdmx
from sga_pipeline.publish.export.tables import write_csv, write_parquet, write_xlsx

# Format, and what writes it: from a release into a folder, giving the files it wrote.
FORMATS: dict[str, Callable[[Path, Path], list[Path]]] = {
    "csv": write_csv,
    "parquet": write_parquet,
    "xlsx": write_xlsx,
    "sdmx-csv": write_sdmx,
    "opensdg": write_opensdg,
}
