"""The gap register of a release as one HTML page in one language."""

from __future__ import annotations

import base64
import hashlib
from datetime import date
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from sga_pipeline.languages import NAMES
from sga_pipeline.site.finding import SEVERITIES
from sga_pipeline.site.formats import Formats
from sga_pipeline.site.gap_register import read_register
from sga_pipeline.site.matrix import SIGNS, read_matrix
from sga_pipeline.site.release_rows import ReleaseRows
from sga_pipeline.site.scores_and_sources import PARTS, read_scores, read_sources
from sga_pipeline.site.words import read_words

TEMPLATES = Path(__file__).parent / "templates"


def gap_page(rows: ReleaseRows, *, as_of: date, language: str, languages: dict[str, str]) -> str:
    """The page; `languages` names the file of each language it is written in."""
    words = read_words(language)
    formats = Formats(words)
    register = read_register(rows, words, formats)
    style, script = _own("gaps.css"), _own("gaps.js")
    return (
        _environment()
        .get_template("gaps.html.j2")
        .render(
            w=words,
            formats=formats,
            language=language,
            names=NAMES,
            languages=languages,
            as_of=as_of,
            city=rows.one("select name from cities")["name"],
            register=register,
            about=register.about_indicator(),
            matrix=read_matrix(rows, words),
            signs=SIGNS,
            severities=SEVERITIES,
            parts=PARTS,
            scores=read_scores(rows, words, formats),
            sources=read_sources(rows, words, formats),
            style=style,
            script=script,
            policy=_policy(style, script),
        )
    )


def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _own(name: str) -> Markup:
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))


def _policy(style: str, script: str) -> str:
    """Nothing but the page's own style and script: no request leaves it, whatever a text of the data holds."""
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (style, script)]
    return (
        f"default-src 'none'; img-src data:; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; "
        "base-uri 'none'; form-action 'none'"
    )
