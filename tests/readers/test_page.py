"""The page on files says nothing that a contract could not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from pydantic import TypeAdapter

from sga_pipeline.contracts.feed import Feed

PAGE = Path(__file__).resolve().parents[2] / "docs" / "sources" / "files.md"
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.S)


def test_there_are_examples() -> None:
    assert len(BLOCKS) >= 6


@pytest.mark.parametrize("block", BLOCKS)
def test_each_example_is_a_piece_of_a_feed(block: str) -> None:
    for key, value in yaml.safe_load(block).items():
        field = Feed.model_fields[key]
        TypeAdapter(field.rebuild_annotation()).validate_python(value)
