"""Data Docs: Great Expectations' own pages of stored results, made plain, as a site that loads nothing from elsewhere."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any

import pyarrow as pa

from sga_pipeline.errors import SgaError
from sga_pipeline.expectations.gx_call import quiet_context
from sga_pipeline.expectations.plain_html import plain

PAGES = pa.schema([("city_id", pa.string()), ("path", pa.string()), ("html", pa.string())])
INDEX = "index.html"
# The library requires a time. The release has one, and equal results must give equal pages.
_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)
_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1b1f24; background: #fff }
h1 { font-size: 1.5rem } h2 { font-size: 1.1rem; margin: 1.6rem 0 .4rem } h3 { font-size: 1rem; margin: .8rem 0 .2rem }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; vertical-align: top; padding: .35rem .8rem .35rem 0; border-bottom: 1px solid #d5d9de }
a { color: #0b57a4 } .holds { color: #19692c } .fails, .errored { color: #a3160c; font-weight: 600 } .nothing { color: #57606a }
"""


def data_docs(suites: list[dict[str, Any]]) -> pa.Table:
    """Grain: city x page."""
    rows = [
        {"city_id": city_id, "path": path, "html": html}
        for city_id in sorted({row["city_id"] for row in suites})
        for path, html in site([row for row in suites if row["city_id"] == city_id])
    ]
    return pa.Table.from_pylist(rows, PAGES)


def site(suites: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """The pages of one city: the suites, and the index that leads to them."""
    rendered = _rendered(suites)
    lines = []
    for row in sorted(suites, key=lambda one: one["position"]):
        title = escape(row["title"])
        if row["suite"] not in rendered:
            lines.append(f'<tr><td>{title}</td><td>0</td><td class="nothing">nothing to check</td></tr>')
            continue
        results = json.loads(row["result"])
        verdict = "holds" if all(one["success"] for one in results) else "fails"
        path = f"{row['suite']}.html"
        lines.append(
            f'<tr><td><a href="{path}">{title}</a></td><td>{len(results)}</td><td class="{verdict}">{verdict}</td></tr>'
        )
        back = f'<p><a href="{INDEX}">All checks</a></p>'
        yield path, _page(row["title"], f"{back}\n{rendered[row['suite']]}")
    table = (
        '<table><thead><tr><th scope="col">Suite</th><th scope="col">Expectations</th><th scope="col">Result</th></tr></thead>\n<tbody>'
        + "\n".join(lines)
        + "</tbody></table>"
    )
    about = (
        "<p>What Great Expectations found in summaries of the published tables. "
        "The pages hold counts and bounds, and no single value.</p>"
    )
    yield INDEX, _page("Checks of the published tables", f"{about}\n{table}")


def _rendered(suites: list[dict[str, Any]]) -> dict[str, str]:
    """Each suite's page as the library's site builder renders it, made plain."""
    from great_expectations.data_context.types.resource_identifiers import (
        ExpectationSuiteIdentifier,
        ValidationResultIdentifier,
    )
    from great_expectations.render.renderer.site_builder import SiteBuilder

    context = quiet_context()
    for row in suites:
        if kept := json.loads(row["result"]):
            result = _result(row["suite"], row["asset"], kept)
            name = ExpectationSuiteIdentifier(name=row["suite"])
            at = ValidationResultIdentifier(
                expectation_suite_identifier=name, run_id=result.meta["run_id"], batch_identifier="summary"
            )
            context.validation_results_store.set(at, result)
    with tempfile.TemporaryDirectory() as folder:
        SiteBuilder(
            context,
            {"class_name": "TupleFilesystemStoreBackend", "base_directory": folder},
            show_how_to_buttons=False,
            site_section_builders={"expectations": "None", "profiling": "None"},
        ).build()
        pages = Path(folder, "validations").glob("*/*/*/summary.html")
        found = {page.relative_to(folder).parts[1]: plain(page.read_text(encoding="utf-8")) for page in pages}
    # The library logs what it could not render, and goes on without the page.
    if missing := sorted({row["suite"] for row in suites if json.loads(row["result"])} - set(found)):
        raise SgaError(
            "Great Expectations could not render a page", "The log of the run says which result it failed on.", missing
        )
    return found


def _result(suite: str, asset: str, kept: list[dict[str, Any]]) -> Any:
    from great_expectations.core import ExpectationSuiteValidationResult, ExpectationValidationResult, RunIdentifier
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    results = [
        ExpectationValidationResult(
            **{**one, "expectation_config": ExpectationConfiguration(**one["expectation_config"])}
        )
        for one in kept
    ]
    successful = sum(bool(one["success"]) for one in kept)
    statistics = {
        "evaluated_expectations": len(kept),
        "successful_expectations": successful,
        "unsuccessful_expectations": len(kept) - successful,
        "success_percent": 100 * successful / len(kept),
    }
    meta = {"run_id": RunIdentifier(run_name="checks", run_time=_NO_TIME), "batch_kwargs": {"data_asset_name": asset}}
    return ExpectationSuiteValidationResult(
        success=successful == len(kept), results=results, suite_name=suite, statistics=statistics, meta=meta
    )


def _page(title: str, content: str) -> str:
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title>\n'
        f'<link rel="icon" href="data:,"><style>{_STYLE}</style></head>\n<body><main>\n<h1>{escape(title)}</h1>\n{content}\n</main></body></html>\n'
    )
