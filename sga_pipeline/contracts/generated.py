"""Keeps a page that is made from contracts: writes it, or says that it is no longer what they would make."""

from __future__ import annotations

from pathlib import Path

from sga_pipeline.paths import PROJECT


def keep(target: Path, text: str, *, check: bool) -> int:
    """Exit status: 1 where the page is only looked at and not fresh."""
    fresh = target.is_file() and target.read_text(encoding="utf-8") == text
    if not check:
        target.write_text(text, encoding="utf-8")
    name = target.relative_to(PROJECT) if target.is_relative_to(PROJECT) else target
    print("fresh" if fresh else f"not fresh: {name}" if check else f"written: {name}")
    return 1 if check and not fresh else 0
