"""Conforms a feed: for each period the newest delivery that can be accepted is in use, or, where they update records, every one.

Older ones are conformed once as well: how much they held is what shows how far figures are revised.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from sga_pipeline.conform.between_deliveries import settle_deliveries
from sga_pipeline.conform.conformed import Conformed, outcome_file, write_conformed
from sga_pipeline.conform.delivery import Arrived, Sinks, conform_delivery
from sga_pipeline.conform.files_as_conformed import bring_back, put_by
from sga_pipeline.conform.outcome import Outcome, read_outcome
from sga_pipeline.conform.points import PlaceFinder, place_finder
from sga_pipeline.conform.shared_results import drop_unused, shared_result
from sga_pipeline.conform.sinks import WITHDRAWN
from sga_pipeline.conform.stretches import drop_stretches
from sga_pipeline.contracts.assessment import FeedPlan
from sga_pipeline.home import Home, write_text

# Raise when conform's own behaviour changes, so that rows conformed by an older version are made anew.
CONFORM_VERSION = 16


def conform_feed(plan: FeedPlan, deliveries: Mapping[str | None, Sequence[Arrived]], home: Home) -> list[Conformed]:
    """Conform what is new, newest first for each period."""
    kept_folder = home.conformed / plan.shape.id / f"city_id={plan.city.id}" / f"feed_id={plan.id}"
    whole = home.conformed / "_whole" / plan.city.id / plan.id
    bring_back(whole, kept_folder)
    places = place_finder(plan, home)
    results: list[Conformed] = []
    for period in sorted(deliveries, key=lambda one: one or ""):
        found, seen, first = False, set[str](), _first_arrivals(deliveries[period])
        for delivery in deliveries[period]:
            # The same bytes may have come back after others.
            if delivery.sha256 in seen:
                continue
            seen.add(delivery.sha256)
            outcome, fresh = _once(plan, first[delivery.sha256], kept_folder, home, places, superseded=found)
            results.append(Conformed(delivery, outcome, outcome.accepted and not found, fresh, superseded=found))
            # Where deliveries update records, each of them stays in use.
            found = found or (outcome.accepted and plan.feed.updates is None)
    conformed = {file for one in results if one.in_use for file in one.outcome.files}
    results = settle_deliveries(plan, results, kept_folder, home, places)
    in_use = {file for one in results if one.in_use for file in one.outcome.files}
    _drop_others(whole, set())
    put_by(whole, kept_folder, conformed - in_use)
    _drop_others(kept_folder, in_use)
    drop_stretches(_stretches(plan, home), conformed)
    drop_unused(plan, home)
    write_conformed(plan, results, home)
    return results


def _first_arrivals(deliveries: Sequence[Arrived]) -> dict[str, Arrived]:
    """Of the same bytes the delivery that brought them first, for what lay ahead of it never came right."""
    return {one.sha256: one for one in sorted(deliveries, key=lambda one: one.retrieved_at, reverse=True)}


def _stretches(plan: FeedPlan, home: Home) -> Path:
    return home.conformed / "_stretches" / plan.city.id / plan.id


def outcome_key(plan: FeedPlan, delivery: Arrived, places: PlaceFinder | None = None) -> str:
    """The same bytes under the same contract, and in the same boundaries, give the same rows; anything else is conformed anew."""
    return _key(plan, delivery.period, places, delivery.sha256)


def _key(plan: FeedPlan, period: str | None, places: PlaceFinder | None, sha256: str = "") -> str:
    text = f"{CONFORM_VERSION}|{sha256}|{period}|{plan.contract_hash}"
    if places:
        text += f"|{places.fingerprint}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _once(
    plan: FeedPlan, delivery: Arrived, kept_folder: Path, home: Home, places: PlaceFinder | None, superseded: bool
) -> tuple[Outcome, bool]:
    key = outcome_key(plan, delivery, places)
    name = f"{delivery.period or 'all'}-{key}.parquet"
    record = outcome_file(plan, key, home)
    known = read_outcome(record)
    if known is not None and (
        superseded or not known.accepted or all((kept_folder / file).is_file() for file in known.files)
    ):
        return known, False
    quarantine = home.quarantine(plan.city.id, plan.id) / name
    with shared_result(plan, key, home) as shared:
        found = shared.take(kept_folder, quarantine, needs_rows=not superseded) if shared else None
        outcome = found or _conform(plan, delivery, key, Sinks(kept_folder / name, quarantine, Path()), home, places)
        if shared and not found:
            shared.give(outcome, kept_folder, quarantine)
    record.parent.mkdir(parents=True, exist_ok=True)
    write_text(record, outcome.to_json())
    return outcome, not found


def _conform(
    plan: FeedPlan, delivery: Arrived, key: str, sinks: Sinks, home: Home, places: PlaceFinder | None
) -> Outcome:
    folder = home.scratch(plan.city.id)
    folder.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix="conform-", dir=folder))
    try:
        stretches = _stretches(plan, home) / _key(plan, delivery.period, places)
        return conform_delivery(plan, delivery, key, replace(sinks, scratch=scratch, stretches=stretches), places)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _drop_others(folder: Path, in_use: set[str]) -> None:
    if not folder.is_dir():
        return
    kept = in_use | {Path(file).with_suffix(WITHDRAWN).name for file in in_use}
    for file in folder.iterdir():
        if file.name not in kept:
            os.unlink(file)
