"""The manifest of a release: what it was made of and what it says, so that anyone can check or make it again."""

from __future__ import annotations

import hashlib
import json
import subprocess
from dataclasses import dataclass, field
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from sga_pipeline.contracts.assessment import Assessment
from sga_pipeline.contracts.shared_feeds import SHARED
from sga_pipeline.paths import CONTRACTS, LOCK, PROJECT

LIBRARIES = ("duckdb", "polars", "pandera", "great-expectations", "dbt-core", "dbt-duckdb", "dagster", "sga-pipeline")


@dataclass(frozen=True)
class ReleaseInputs:
    """What the stages before say of the release to be made."""

    fingerprint: str
    as_of: date
    # The programme's release whose figures of other cities are quoted.
    programme_release: str | None = None
    contracts: dict[str, str] = field(default_factory=dict)


def contract_hashes(assessment: Assessment, city_id: str) -> dict[str, str]:
    """SHA-256 of every contract file the city's numbers depend on."""
    folder = assessment.city(city_id).folder
    hashes = {}
    for file in assessment.contract_files(city_id):
        is_beside = file.is_relative_to(folder) or file.is_relative_to(folder.parent / SHARED)
        base = folder.parent if is_beside else CONTRACTS
        name = str(file.relative_to(base)) if file.is_relative_to(base) else file.name
        hashes[name] = hashlib.sha256(file.read_bytes()).hexdigest()
    return hashes


def surroundings() -> dict[str, Any]:
    """Program and libraries: commit, lock, versions."""
    return {
        "git_commit": _git("rev-parse", "HEAD"),
        "git_changed_files": len((_git("status", "--porcelain", "--untracked-files=no") or "").splitlines()),
        "lock_sha256": hashlib.sha256(LOCK.read_bytes()).hexdigest() if LOCK.is_file() else None,
        "versions": {name: _version(name) for name in LIBRARIES},
    }


def read_manifest(release: Path) -> dict[str, Any]:
    """The manifest of a release, or an empty one where it cannot be read."""
    try:
        found: dict[str, Any] = json.loads((release / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def _git(*arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(PROJECT), *arguments], capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
