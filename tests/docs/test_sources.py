"""Every example on the pages about sources is a part of a feed that the contracts accept."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from sga_pipeline.contracts.feed import Feed
from sga_pipeline.contracts.shape import read_shape
from sga_pipeline.contracts.yaml_reader import read_yaml

PROJECT = Path(__file__).resolve().parents[2]
PAGES = sorted((PROJECT / "docs" / "sources").glob("*.md"))
EXAMPLES = [
    pytest.param(block, id=f"{page.stem}-{number}")
    for page in PAGES
    for number, block in enumerate(re.findall(r"```yaml\n(.*?)```", page.read_text(encoding="utf-8"), re.S), 1)
]
PLAIN: dict[str, Any] = {
    "id": "example",
    "title": "Example",
    "family": "police",
    "shape": "crime_events",
    "licence": "CC-BY-4.0",
    "citation": "An office.",
    "owner": {"name": "An office", "contact": "statistics desk"},
    "source": {"connector": "file", "address": "example.csv"},
    "format": {"kind": "csv"},
    "cadence": "monthly",
    "allowed_lag_days": 30,
    "spatial_levels": ["city"],
    "columns": {"event_id": {"from": "id"}},
}


def test_there_are_pages() -> None:
    assert PAGES and EXAMPLES


@pytest.mark.parametrize("block", EXAMPLES)
def test_an_example_is_valid(block: str, tmp_path: Path) -> None:
    file = tmp_path / "example.yaml"
    file.write_text(block, encoding="utf-8")
    said = read_yaml(file).data
    feed = Feed.model_validate(PLAIN | said)
    assert feed.source.period_problem() is None
    assert not {"source", "format"} <= set(said) or feed.source.format_problem(feed.format) is None
    assert set(said) & {"source", "format", "columns", "corrections", "wide"}, "the example says nothing of a source"


def test_the_page_on_feeds_names_the_columns_of_the_shapes() -> None:
    page = (PROJECT / "docs" / "adding-a-feed.md").read_text(encoding="utf-8")
    shapes = {one.id: one for one in map(read_shape, sorted((PROJECT / "contracts" / "shapes").glob("*.yaml")))}
    rows = re.findall(r"^\| `(\w+)` \| [^|]+ \| (`[^|]+`) \| (`[^|]+`) \|$", page, re.M)
    assert len(rows) == 9
    for name, must, may in rows:
        for listed, required in ((must, True), (may, False)):
            assert re.findall(r"`(\w+)`", listed) == [
                one.name for one in shapes[name].columns if one.required is required
            ]
    others = set(shapes) - {name for name, _, _ in rows}
    assert f"| {', '.join(f'`{one}`' for one in sorted(others))} |" in page
