"""Runs whole programmes of made-up cities and holds the findings of their releases against what was planted."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from tests.planted.grading import ORDER
from tests.planted.model import MadeCity, Planted, Unraised
from tests.planted.writing import write_city, write_file
from tests.runs import sga

COLUMNS = (
    "city_id",
    "gap_code",
    "rule_id",
    "severity",
    "status",
    "indicator_id",
    "feed_id",
    "area_id",
    "dimension",
    "statement",
)
Finding = dict[str, Any]


@dataclass(frozen=True)
class Proof:
    """What was found in some programmes of cities."""

    findings: list[Finding]
    said: str
    homes: dict[str, Path]

    def of(self, city_id: str, gap_code: str) -> list[Finding]:
        return [one for one in self.findings if one["city_id"] == city_id and one["gap_code"] == gap_code]


def assess(programmes: Sequence[Sequence[MadeCity]], folder: Path) -> Proof:
    """Each programme in one command; as many runs beside each other as there are processors."""
    with ThreadPoolExecutor(max_workers=min(len(programmes), os.cpu_count() or 1)) as runs:
        said = list(runs.map(lambda one: _run(one[1], folder / str(one[0])), enumerate(programmes)))
    cities = [(folder / str(place) / "home", city) for place, programme in enumerate(programmes) for city in programme]
    findings = [finding for home, city in cities for finding in _findings(home, city)]
    return Proof(findings, "\n".join(said), {city.id: home for home, city in cities})


def _run(cities: Sequence[MadeCity], folder: Path) -> str:
    home = folder / "home"
    folders = [write_city(city, folder / "cities") for city in cities]
    for city in cities:
        for feed_id, (arrived, table) in city.earlier.items():
            _arrived_before(home, city, feed_id, arrived, table)
    done = sga("run", "--home", home, *folders)
    assert done.returncode in (0, 3), done.stdout + done.stderr
    # A city quotes those that ran before it: what is planted between cities shows when it runs once more.
    between = [
        place for place, city in zip(folders, cities, strict=True) if any(one.gap_code == "G14" for one in city.planted)
    ]
    again = sga("run", "--home", home, *between) if between else done
    assert again.returncode in (0, 3), again.stdout + again.stderr
    return done.stdout + done.stderr


def _arrived_before(home: Path, city: MadeCity, feed_id: str, arrived: str, table: Any) -> None:
    """A delivery of an earlier day, kept as docs/handovers.md says."""
    contract = city.feeds[feed_id]
    name = contract["source"]["address"]
    feed = home / "raw" / city.id / feed_id
    write_file(feed / name, contract["format"], table)
    content = (feed / name).read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    (feed / digest).mkdir()
    (feed / name).rename(feed / digest / name)
    manifest = {
        "sha256": digest,
        "bytes": len(content),
        "file_name": name,
        "address": name,
        "period": None,
        "retrieved_at": arrived,
        "connector": "file",
        "media_type": None,
        "etag": None,
        "last_modified": None,
    }
    (feed / digest / "delivery.json").write_text(json.dumps(manifest), encoding="utf-8")
    line = {"sha256": digest, "period": None, "retrieved_at": arrived}
    (feed / "arrivals.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")


def _findings(home: Path, city: MadeCity) -> Iterable[Finding]:
    release = home / "published" / city.id / "current" / "sga.duckdb"
    with duckdb.connect(str(release), read_only=True) as con:
        for row in con.execute(f"select {', '.join(COLUMNS)} from gaps").fetchall():
            yield dict(zip(COLUMNS, row, strict=True))


def is_raised(planted: Planted, proof: Proof) -> bool:
    return any(_fits(planted, one) for one in proof.of(planted.city_id, planted.gap_code))


def _fits(planted: Planted, finding: Finding) -> bool:
    status = {planted.status} if planted.status else {"explained"} if planted.explained else {"open", "explained"}
    return finding["status"] in status and finding["severity"] == planted.severity and in_scope(planted, finding)


def in_scope(planted: Planted | Unraised, finding: Finding) -> bool:
    asked = [
        (key, getattr(planted, key, None)) for key in ("feed_id", "indicator_id", "area_id", "dimension", "rule_id")
    ]
    return all(finding[key] == value for key, value in asked if value is not None)


def wrongly_raised(unraised: Unraised, proof: Proof) -> list[Finding]:
    """Open findings of the scope that are as bad as it must not be."""
    return [
        one
        for one in proof.of(unraised.city_id, unraised.gap_code)
        if one["status"] == "open"
        and in_scope(unraised, one)
        and ORDER.index(one["severity"]) >= ORDER.index(unraised.severity)
    ]


def unexplained(cities: Iterable[MadeCity], proof: Proof) -> list[Finding]:
    """Open findings of medium or above that nothing planted in their city explains."""
    planted = {city.id: city.planted for city in cities}
    return [
        one
        for one in proof.findings
        if one["status"] == "open"
        and ORDER.index(one["severity"]) > 0
        and not any(p.gap_code == one["gap_code"] and in_scope(p, one) for p in planted[one["city_id"]])
    ]
