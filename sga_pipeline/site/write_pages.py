"""Writes the pages of a release beside its database."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from sga_pipeline.site.page import gap_page
from sga_pipeline.site.release_rows import open_release
from sga_pipeline.site.words import page_languages


def write_gap_pages(release: Path, *, as_of: date) -> list[Path]:
    """gaps.html in the city's first language, and gaps.<language>.html in each other one."""
    with open_release(release) as rows:
        languages = page_languages(rows.one("select languages from cities")["languages"] or [])
        files = {one: f"gaps.{one}.html" if at else "gaps.html" for at, one in enumerate(languages)}
        written = []
        for language, name in files.items():
            page = release / name
            page.write_text(
                gap_page(rows, as_of=as_of, language=language, languages=files), encoding="utf-8", newline="\n"
            )
            written.append(page)
    return written
