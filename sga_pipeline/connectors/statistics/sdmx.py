"""Connector `sdmx`: asks an SDMX web service, of version 2.1 or 3.0, for a data flow, period by period where the contract says so."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from sga_pipeline.connectors.addresses import shown
from sga_pipeline.connectors.connector import FileMissing
from sga_pipeline.connectors.http_client import Ask
from sga_pipeline.connectors.pages import Get, Paged
from sga_pipeline.connectors.redact import redact
from sga_pipeline.connectors.statistics.sdmx_comparison import have_same_content
from sga_pipeline.contracts.sources.services import SdmxSource
from sga_pipeline.errors import PullError

_DATA = "application/vnd.sdmx."
ACCEPT = {
    ("2.1", "csv"): f"{_DATA}data+csv;version=1.0.0",
    ("2.1", "xml"): f"{_DATA}structurespecificdata+xml;version=2.1",
    ("2.1", "generic_xml"): f"{_DATA}genericdata+xml;version=2.1",
    ("2.1", "json"): f"{_DATA}data+json;version=1.0.0",
    ("3.0", "csv"): f"{_DATA}data+csv;version=2.0.0",
    ("3.0", "xml"): f"{_DATA}data+xml;version=3.0.0",
    ("3.0", "json"): f"{_DATA}data+json;version=2.0.0",
}
ACCEPT_STRUCTURE = {"2.1": f"{_DATA}structure+xml;version=2.1", "3.0": f"{_DATA}structure+xml;version=3.0.0"}
# Error 100 is SDMX's way to say that nothing matches what was asked.
_NO_RESULTS = re.compile(rb"code\W{1,8}100\b|NoRecordsFound|no (results|records) (were )?found", re.IGNORECASE)
_ERROR_ROOT = re.compile(rb"<(\w+:)?Error[\s>]")
_FOOTER = re.compile(rb"<(\w+:)?Footer[\s>]")
_BAD_FOOTER = re.compile(rb'severity\s*=\s*["\']Error["\']', re.IGNORECASE)
_DATA_SET = re.compile(rb"<(\w+:)?DataSet[\s>/]")
_TEXT = re.compile(rb"<(?:\w+:)?Text[^>]*>([^<]*)<")
# Complaints are short; nothing longer is searched for one.
_SHORT = 1 << 16


class SdmxConnector(Paged):
    """Fetches the data message; with `structure`, the message that explains its codes is the second page."""

    def pages(self, get: Get, period: str | None) -> Iterator[Path]:
        source = cast(SdmxSource, self.web)
        try:
            data = get(Ask(data_address(source, period), ACCEPT[source.version, source.ask_for]))
        except FileMissing as error:
            raise self._nothing(error, source, period) from None
        if complaint := _complaint(data):
            raise PullError(
                "the source answered with an error", "Mend what it complains of.", redact(complaint, source)
            )
        yield data
        if source.structure:
            try:
                yield get(Ask(structure_address(source), ACCEPT_STRUCTURE[source.version]))
            except FileMissing:
                raise PullError(
                    "the source does not give the structure of its data flow",
                    "Leave source.structure out, or correct source.flow.",
                    source.flow,
                ) from None

    def has_same_content(self, kept: Path, fetched: Path) -> bool:
        """Whether two deliveries differ in nothing but when and under which number they were prepared."""
        return have_same_content(kept, fetched)

    def _nothing(self, error: FileMissing, source: SdmxSource, period: str | None) -> PullError:
        """No results is an answer; an address that is not there is a fault."""
        where = f"{source.flow} {period or ''}".strip()
        if _NO_RESULTS.search(error.said):
            next_step = "Nothing is to be done if that is right; else check source.key."
            return FileMissing("the source has no observations for what was asked", next_step, where)
        return PullError(
            "the source does not know this data flow, or the address is not its base (404)",
            "Check source.address, source.flow and source.version.",
            f"{shown(source.address)} {where}",
        )


def data_address(source: SdmxSource, period: str | None) -> str:
    """Where the observations of a period are; the versions part their questions differently."""
    base = source.address.rstrip("/")
    if source.version == "2.1":
        asked = f"?startPeriod={period}&endPeriod={period}" if period else ""
        return f"{base}/data/{source.flow}/{source.key or 'all'}{asked}"
    # A plus sign means "and" here, and a blank in other queries: written as %2B it is always a plus sign.
    asked = f"?c%5BTIME_PERIOD%5D=ge:{period}%2Ble:{period}" if period else ""
    return f"{base}/data/dataflow/{source.flow.replace(',', '/')}/{source.key or '*'}{asked}"


def structure_address(source: SdmxSource) -> str:
    """Where the data flow is described, with everything it refers to."""
    base, parts = source.address.rstrip("/"), source.flow.split(",")
    if source.version == "3.0":
        return f"{base}/structure/dataflow/{'/'.join(parts)}?references=descendants"
    agency, flow = ("all", parts[0]) if len(parts) == 1 else (parts[0], parts[1])
    version = parts[2] if len(parts) == 3 else "latest"
    return f"{base}/dataflow/{agency}/{flow}/{version}?references=descendants"


def _complaint(page: Path) -> str | None:
    """What the source complains of in an answer that has no data in it, or an error behind them."""
    size = page.stat().st_size
    with page.open("rb") as stream:
        head = stream.read(_SHORT)
        stream.seek(max(0, size - _SHORT))
        tail = stream.read(_SHORT)
    footer = _FOOTER.search(tail)
    empty = size <= _SHORT and not _DATA_SET.search(head)
    if _ERROR_ROOT.search(head[:4096]) or (footer and (empty or _BAD_FOOTER.search(tail[footer.start() :]))):
        texts = _TEXT.findall(tail[footer.start() :] if footer else head)
        return texts[0].decode("utf-8", "replace").strip() if texts else "no text"
    if size <= _SHORT and head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return _json_complaint(head)
    return None


def _json_complaint(page: bytes) -> str | None:
    try:
        message = json.loads(page)
        errors = message.get("errors") or ([message["error"]] if message.get("error") else [])
        return str(errors[0].get("title") or errors[0])[:200] if errors else None
    except (ValueError, RecursionError, AttributeError, KeyError, IndexError, TypeError):
        # What is broken is kept and refused by the reader, who can say where.
        return None
