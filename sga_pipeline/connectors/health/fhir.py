"""Connector `fhir`: asks a FHIR server for a bulk export, waits until it is done, and keeps its files as one delivery."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlencode

from sga_pipeline.connectors.addresses import redirect_target, shown
from sga_pipeline.connectors.connector import AnsweredLater, Fetched, FileMissing, Known
from sga_pipeline.connectors.health.fhir_comparison import have_same_content
from sga_pipeline.connectors.health.fhir_manifest import MAY_BE_ADDED, Listed, Manifest, place_shown, read_manifest
from sga_pipeline.connectors.health.fhir_records import Faulty, complaint, count_records, describe_problems
from sga_pipeline.connectors.http_client import Ask, HttpClient
from sga_pipeline.connectors.pages import archived
from sga_pipeline.contracts.formats import Format
from sga_pipeline.contracts.sources.services import FhirSource
from sga_pipeline.errors import PullError

FILE_NAME = "export.pages"
_FHIR, _JSON, _NDJSON = "application/fhir+json", "application/json", "application/fhir+ndjson"
# Between two questions whether the export is done: never less, unless the contract says so, and never more of our own.
_SHORTEST_WAIT_S, _LONGEST_WAIT_S = 1.0, 60.0
# An export is called off within this time or not at all.
_FAREWELL_S = 10.0


class FhirConnector:
    """One export a pull. What the server still holds of it is called off at the end, however that came."""

    def __init__(self, source: FhirSource, form: Format, sleep: Callable[[float], None] = time.sleep) -> None:
        self.source, self.form, self.sleep = source, form, sleep

    def fetch(self, period: str | None, into: Path, known: Known) -> Fetched | None:
        with HttpClient(self.source, self.form, self.sleep) as client:
            export = _Export(self.source, client, into)
            try:
                files = export.files(export.manifest())
            finally:
                self._call_off(export.status)
        return Fetched(archived(files, into / FILE_NAME), FILE_NAME, shown(kick_off(self.source)))

    def has_same_content(self, kept: Path, fetched: Path) -> bool:
        """Whether two exports hold the same records: servers list them in no fixed order."""
        return have_same_content(kept, fetched)

    def _call_off(self, status: str | None) -> None:
        """Let the server know that its files are no longer needed. Through a client of its own, for the time may be up."""
        if status is None:
            return
        hasty = self.source.model_copy(update={"total_timeout_s": _FAREWELL_S, "retries": 0})
        with suppress(PullError), HttpClient(hasty, self.form, self.sleep) as client:
            client.get(Ask(status, accept=_JSON, is_removal=True), Path())


def kick_off(source: FhirSource) -> str:
    """Where an export is asked for."""
    of = {"system": "", "patient": "/Patient", "group": f"/Group/{source.group}"}[source.level]
    return f"{source.address.rstrip('/')}{of}/$export"


class _Export:
    """One export, from the request to its files."""

    def __init__(self, source: FhirSource, client: HttpClient, into: Path) -> None:
        self.source, self.client, self.into = source, client, into
        # Where the server reports how far it is; none as long as it has not taken the request up.
        self.status: str | None = None

    def manifest(self) -> Manifest:
        """The list of the export's files, once the server has it."""
        asked = {"_type": ",".join(self.source.resources), "_outputFormat": _NDJSON}
        here, target = kick_off(self.source), self.into / "manifest"
        ask = Ask(f"{here}?{urlencode(asked, safe=',')}", _FHIR, complaint=complaint, prefer="respond-async")
        for polls in range(self.source.max_polls + 1):
            try:
                # A server that has the list at once gives it in place of a promise.
                self.client.get(ask, target)
                return read_manifest(target, ask.address, self.source)
            except AnsweredLater as later:
                self.status = self.status or self._promised(here, later.where)
                self._wait(polls, later.wait)
                ask = Ask(self.status, _JSON, complaint=complaint, called=self._called("the export's progress"))
            except FileMissing:
                raise self._gone() from None
        raise self._not_done(f"after {self.source.max_polls} questions whether it is", "source.max_polls")

    def files(self, manifest: Manifest) -> list[Path]:
        """Every file of the kinds asked for, in an order that does not depend on the server's."""
        for listed in manifest.problems:
            self._refuse_problems(listed, manifest)
        found = [one for listed in manifest.files if (one := self._file(listed, manifest))]
        missing = [one for one in self.source.resources if one not in {kind for kind, _, _ in found}]
        if missing:
            # A kind that nobody may read looks like one of which there is nothing, and would count as none.
            raise self._error(
                f"the export holds no record of {', '.join(missing)}",
                "Check the rights of the token and the group; if there are none, take it out of source.resources and format.count.",
            )
        # Names and moments differ in every export: only what is in the files says which comes first.
        return [
            page.rename(self.into / f"{kind}-{number:06}.ndjson")
            for number, (kind, _, page) in enumerate(sorted(found), start=1)
        ]

    def _file(self, listed: Listed, manifest: Manifest) -> tuple[str, str, Path] | None:
        """Kind, digest and place of a file, or None where it is empty as announced."""
        page = self._fetched(listed, manifest)
        try:
            records = count_records(page, listed.kind)
        except Faulty as faulty:
            raise self._error(
                f"{listed.shown}: {faulty}", "Pull again; if it stays, tell the server's owner.", transient=True
            ) from None
        if listed.count is not None and records != listed.count:
            raise self._error(
                f"{listed.shown} has {records} records, and the server announced {listed.count}",
                "Pull again.",
                transient=True,
            )
        if not records:
            page.unlink()
            return None
        with page.open("rb") as stream:
            return listed.kind, hashlib.file_digest(stream, "sha256").hexdigest(), page

    def _refuse_problems(self, listed: Listed, manifest: Manifest) -> None:
        """Hints and warnings are no failure; errors are records that are not there."""
        page = self._fetched(listed, manifest)
        try:
            problems = describe_problems(page)
        except Faulty as faulty:
            raise self._error(
                f"{listed.shown}: {faulty}", "Pull again; if it stays, tell the server's owner.", transient=True
            ) from None
        page.unlink()
        if problems:
            raise self._error(
                f"the server could not export everything: {problems}",
                "Ask the server's owner, whose log says more, and pull again.",
            )

    def _fetched(self, listed: Listed, manifest: Manifest) -> Path:
        page = self.into / f"file-{listed.number:06}"
        ask = Ask(
            listed.address,
            _NDJSON,
            complaint=complaint,
            with_token=manifest.files_take_token,
            may_be_empty=listed.count == 0,
            called=self._called(listed.shown),
        )
        try:
            self.client.get(ask, page)
        except FileMissing:
            raise self._error(f"the server no longer has {listed.shown}", "Pull again.", transient=True) from None
        except AnsweredLater:
            raise self._error(f"{listed.shown} is not there yet", "Pull again later.", transient=True) from None
        return page

    def _promised(self, here: str, where: str | None) -> str:
        if not where:
            raise self._error(
                "the server took the request up and does not say where to ask for the export",
                "Ask its owner: the answer 202 lacks Content-Location.",
            )
        found = redirect_target(here, where, self.source.address, self.source.redirect_hosts)
        if found is None:
            raise self._error(
                f"the server reports the export's progress at another place, {place_shown(where)}", MAY_BE_ADDED
            )
        return found

    def _wait(self, polls: int, asked: float | None) -> None:
        own = min(self.source.poll_s * 1.5 ** min(polls, 20), max(self.source.poll_s, _LONGEST_WAIT_S))
        wait = own if asked is None else max(asked, min(self.source.poll_s, _SHORTEST_WAIT_S))
        if time.monotonic() + wait >= self.client.deadline:
            raise self._not_done(f"within {self.source.total_timeout_s:g} s", "source.total_timeout_s")
        if polls < self.source.max_polls:
            self.client.sleep(wait)

    def _not_done(self, limit: str, key: str) -> PullError:
        return self._error(
            f"the export was not done {limit}", f"Try later, ask for less, or raise {key}.", transient=True
        )

    def _gone(self) -> PullError:
        if self.status is None:
            return self._error("the server knows no bulk export here", "Correct source.address, level or group.")
        return self._error("the server has forgotten the export", "Pull again.", transient=True)

    def _called(self, what: str) -> str:
        """The address of an export is a key to it on some servers, and is not shown."""
        return f"{shown(self.source.address)}, {what}"

    def _error(self, message: str, next_step: str, *, transient: bool = False) -> PullError:
        return PullError(message, next_step, shown(self.source.address), transient=transient)
