"""The list of an export's files as a FHIR server gives it: which are fetched, from where, and whether the token goes along."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sga_pipeline.connectors.addresses import redirect_target, same_server, shown
from sga_pipeline.connectors.health.fhir_records import complaint
from sga_pipeline.contracts.sources.services import FhirSource
from sga_pipeline.errors import PullError

# The list is read whole. No server is known to cut an export into so many files.
MAX_MANIFEST_BYTES, MAX_FILES = 32_000_000, 100_000

# What to do about an address the contract does not let be asked.
MAY_BE_ADDED = (
    "If that is right, add its host to source.redirect_hosts; nothing is fetched by http for an https address."
)


@dataclass(frozen=True)
class Listed:
    """One file of the list, counted from one over all of them."""

    number: int
    kind: str
    address: str
    count: int | None

    @property
    def shown(self) -> str:
        return f"file {self.number} ({self.kind})"


@dataclass(frozen=True)
class Manifest:
    """Files with records, files in which the server reports problems, and whether they are behind the token."""

    files: list[Listed]
    problems: list[Listed]
    files_take_token: bool


def read_manifest(path: Path, here: str, source: FhirSource) -> Manifest:
    """What is to be fetched. Files of kinds nobody asked for are left where they are: no more of persons comes than is needed."""
    return _Reading(path, here, source).manifest()


def place_shown(address: str) -> str:
    """The server of an address, as far as it is safe to show."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "nowhere"
    plain = "".join(one for one in f"{parts.scheme}://{host}" if one.isprintable())[:100]
    return f"{plain}:{port}" if port else plain


class _Reading:
    def __init__(self, path: Path, here: str, source: FhirSource) -> None:
        self.path, self.here, self.source = path, here, source
        self.number = 0
        self.seen: set[str] = set()

    def manifest(self) -> Manifest:
        document = self._document()
        token = document.get("requiresAccessToken")
        if token is not None and not isinstance(token, bool):
            raise self._error("the list of files does not say whether they need the token", "Tell the server's owner.")
        # `deleted` is left alone: what is gone is not among the records either.
        problems = list(self._entries(document.get("error") or [], {"OperationOutcome"}))
        files = list(self._entries(document["output"], set(self.source.resources)))
        for one in [*files, *problems] if token else []:
            if not same_server(one.address, self.source.address):
                raise self._error(
                    f"{one.shown} needs the token and is on another server, {place_shown(one.address)}, which never gets it",
                    "Have the server give its files from its own host, or by addresses that need no token.",
                )
        # Older servers say nothing; theirs are files of the server itself.
        return Manifest(files, problems, token is not False)

    def _document(self) -> dict[str, Any]:
        if self.path.stat().st_size > MAX_MANIFEST_BYTES:
            raise self._error("the list of files is too large to be one", "Check source.address.")
        content = self.path.read_bytes()
        self.path.unlink()
        try:
            document = json.loads(content)
        except (ValueError, RecursionError):
            raise self._error("the list of files is no JSON, or was cut short", "Pull again.", transient=True) from None
        if complained := complaint(content):
            raise self._error(
                f"the server complains instead of exporting: {complained}", "Correct what source asks for."
            )
        if not isinstance(document, dict) or not isinstance(document.get("output"), list):
            raise self._error(
                "the server answered with something that is no list of files",
                "Check that it knows bulk export ($export).",
            )
        if self._has_more(document.get("link")):
            # Such lists come only to who asks for them, which is never done here.
            raise self._error("the list of files goes on elsewhere", "Ask the server's owner for whole lists.")
        return document

    @staticmethod
    def _has_more(links: Any) -> bool:
        return isinstance(links, list) and any(isinstance(one, dict) and one.get("relation") == "next" for one in links)

    def _entries(self, entries: Any, kinds: set[str]) -> Iterator[Listed]:
        if not isinstance(entries, list) or self.number + len(entries) > MAX_FILES:
            raise self._error("the list of files is none, or does not end", "Tell the server's owner.")
        for entry in entries:
            self.number += 1
            kind, where, count = (
                (entry.get(one) for one in ("type", "url", "count")) if isinstance(entry, dict) else (None,) * 3
            )
            if not isinstance(kind, str) or not isinstance(where, str) or not _is_count(count):
                raise self._error(
                    f"file {self.number} of the list has no type or address, or a count that is none",
                    "Tell the server's owner.",
                )
            if kind in kinds:
                yield self._allowed(Listed(self.number, kind, where, count))

    def _allowed(self, listed: Listed) -> Listed:
        there = redirect_target(self.here, listed.address, self.source.address, self.source.redirect_hosts)
        if there is None:
            raise self._error(f"{listed.shown} is at another place, {place_shown(listed.address)}", MAY_BE_ADDED)
        if there in self.seen:
            raise self._error(f"{listed.shown} is in the list twice", "Tell the server's owner.")
        self.seen.add(there)
        return Listed(listed.number, listed.kind, there, listed.count)

    def _error(self, message: str, next_step: str, *, transient: bool = False) -> PullError:
        return PullError(message, next_step, shown(self.source.address), transient=transient)


def _is_count(value: Any) -> bool:
    return value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 0)
