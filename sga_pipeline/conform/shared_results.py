"""What a delivery of a shared feed came to, kept once in the home: cities under the same contract take it as it is."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sga_pipeline.conform.outcome import Outcome, read_outcome
from sga_pipeline.contracts.assessment import FeedPlan
from sga_pipeline.home import Home, shared_lock, write_text

_OUTCOME, _FILES, _QUARANTINE = "outcome.json", "files.json", "quarantine.parquet"


class SharedResult:
    """One delivery's rows, quarantine and outcome. Its key stands for bytes and contract, so equal keys are equal rows.

    A city's file is a link to the one kept here: written once, on the disk once, and gone with the last city that uses it.
    """

    def __init__(self, plan: FeedPlan, key: str, home: Home) -> None:
        self.folder = _folder(plan, home) / key

    def take(self, kept: Path, quarantine: Path, *, needs_rows: bool) -> Outcome | None:
        """Link what another city's run left into this city's folders; None where it is not all here."""
        outcome = read_outcome(self.folder / _OUTCOME)
        if outcome is None or (outcome.accepted and not needs_rows):
            return outcome
        names = _names(self.folder)
        if names is None or not all((self.folder / one).is_file() for one in names):
            return None
        for one in names:
            _link(self.folder / one, quarantine if one == _QUARANTINE else kept / one)
        return outcome

    def give(self, outcome: Outcome, kept: Path, quarantine: Path) -> None:
        """Keep what was conformed just now; the outcome comes last, so what is cut short is as good as not begun."""
        self.folder.mkdir(parents=True, exist_ok=True)
        files = {one.name: one for name in outcome.files for one in kept.glob(f"{Path(name).stem}.*")}
        if quarantine.is_file():
            files[_QUARANTINE] = quarantine
        for name, file in files.items():
            _link(file, self.folder / name)
        write_text(self.folder / _FILES, json.dumps(sorted(files)))
        write_text(self.folder / _OUTCOME, outcome.to_json())


@contextmanager
def shared_result(plan: FeedPlan, key: str, home: Home) -> Iterator[SharedResult | None]:
    """The place of a result that cities have in common, for one of them at a time; None where each city has its own."""
    if not is_conformed_once(plan):
        yield None
        return
    with home.lock(shared_lock(plan.id), wait=True):
        yield SharedResult(plan, key, home)


def is_conformed_once(plan: FeedPlan) -> bool:
    """Whether other cities may have the same rows. Points are looked up in boundaries, and those are the city's own."""
    return bool(plan.shared and plan.shared.is_conformed_once and not plan.point)


def drop_unused(plan: FeedPlan, home: Home) -> None:
    """Remove files that no city has any longer. What a delivery came to stays known, for cities that still have to ask."""
    if not is_conformed_once(plan) or not _folder(plan, home).is_dir():
        return
    with home.lock(shared_lock(plan.id), wait=True):
        for file in _folder(plan, home).glob("*/*"):
            if file.suffix != ".json" and file.stat().st_nlink == 1:
                file.unlink()


def _folder(plan: FeedPlan, home: Home) -> Path:
    return home.conformed / "_shared" / plan.id


def _names(folder: Path) -> list[str] | None:
    try:
        return [str(one) for one in json.loads((folder / _FILES).read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError):
        return None


def _link(source: Path, target: Path) -> None:
    """The same file under another name; a copy where the file system has no links, which is then removed as unused and made again."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileNotFoundError):
        target.unlink()
    try:
        os.link(source, target)
    except OSError:
        unfinished = target.with_name(f".{target.name}.writing")
        shutil.copyfile(source, unfinished)
        os.replace(unfinished, target)
