"""Drafts from boundary files: KML and a zipped Shapefile are opened as what they are, and their boundary is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from sga_pipeline.draft.drafting import draft_file
from tests.faults.hostile_boundaries import placed, shape_zip


@pytest.mark.parametrize(
    ("name", "body", "kind"),
    [("districts.kml", placed(b"0,0 0,1 1,1 1,0 0,0"), "kml"), ("districts.zip", shape_zip(), "shapefile")],
)
def test_a_boundary_file_is_drafted_as_areas(tmp_path: Path, name: str, body: bytes, kind: str) -> None:
    file = tmp_path / name
    file.write_bytes(body)
    made = draft_file(file, None, [], name)
    assert "\nshape: areas\n" in made.text
    assert f"format: {{kind: {kind}}}" in made.text
    assert "  geometry: {from: geometry}" in made.text
