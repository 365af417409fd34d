"""dbt's manifest: the asset graph, and the SQL of the programme. Made when missing or older than the project it describes."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from sga_pipeline.errors import SgaError
from sga_pipeline.paths import CONTRACTS, DBT_PROJECT

# The parsed project holds its own path: it serves this folder alone, and is kept apart from what dbt commands typed by people leave.
TARGET = DBT_PROJECT / "target" / f"parsed-{hashlib.sha256(str(DBT_PROJECT).encode()).hexdigest()[:8]}"
MANIFEST = TARGET / "manifest.json"
PARSED = MANIFEST.with_name("partial_parse.msgpack")
# How dbt selects the models of the programme; a city's warehouse is built without them.
PROGRAMME_MODELS = "path:models/programme"
QUIET = {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DO_NOT_TRACK": "1"}


def fresh_manifest() -> Path:
    """The manifest, parsed anew only where a model, macro, seed or setting is newer."""
    if not MANIFEST.is_file() or _newest_source() > MANIFEST.stat().st_mtime:
        parse()
    return MANIFEST


def read_project(manifest: Path | None = None) -> Mapping[str, Any]:
    """What a manifest says, by default that of the project as it is now: read once, so nobody may change it."""
    file = manifest or fresh_manifest()
    return _read(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=1)
def _read(file: Path, _written_at: int) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def city_manifest() -> dict[str, Any]:
    """The manifest of what is built for a city: the project's without the programme's models."""
    # A selection of dbt's would say the same, and import the whole of dbt to say it.
    manifest = dict(read_project())
    folder = f"{PROGRAMME_MODELS.removeprefix('path:')}/"
    left_out = {one for one, node in manifest["nodes"].items() if node["original_file_path"].startswith(folder)}
    manifest["nodes"] = {one: node for one, node in manifest["nodes"].items() if one not in left_out}
    for map_of in ("parent_map", "child_map"):
        manifest[map_of] = {
            one: [other for other in others if other not in left_out]
            for one, others in manifest[map_of].items()
            if one not in left_out
        }
    return manifest


def parse() -> None:
    """Parse the project and compile the programme's models, in a folder of its own, and put the results in place: several processes may do so at once."""
    TARGET.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix="parsing-", dir=TARGET.parent))
    try:
        if PARSED.is_file():
            shutil.copy(PARSED, scratch / PARSED.name)
        dbt = Path(sys.executable).with_name("dbt")
        done = subprocess.run(
            [
                str(dbt),
                "--quiet",
                # Parses all; the models of the programme are run without dbt, so their SQL is kept (ADR 25).
                "compile",
                "--select",
                PROGRAMME_MODELS,
                "--project-dir",
                str(DBT_PROJECT),
                "--profiles-dir",
                str(DBT_PROJECT),
                "--target-path",
                str(scratch),
            ],
            capture_output=True,
            text=True,
            env=_without_a_home(),
            # dbt opens the database of the profile, here an empty one.
            cwd=scratch,
            check=False,
        )
        if done.returncode != 0:
            output = (done.stdout + done.stderr).strip().splitlines()[-12:]
            raise SgaError("the dbt project does not parse", "Correct the model it names.", "\n".join(output))
        for file in (PARSED, MANIFEST):
            os.replace(scratch / file.name, file)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def copy_parsed_project(target: Path) -> None:
    """Put the parsed project where dbt will work, so that it need not parse again."""
    if PARSED.is_file():
        shutil.copy(PARSED, target / PARSED.name)


def _without_a_home() -> dict[str, str]:
    """The parsed project serves every home, so none may be in it."""
    return {**{name: value for name, value in os.environ.items() if name != "SGA_HOME"}, **QUIET}


def _newest_source() -> float:
    folders = [DBT_PROJECT / name for name in ("models", "macros", "seeds", "tests")] + [CONTRACTS / "catalogue"]
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    files += [DBT_PROJECT / "dbt_project.yml", DBT_PROJECT / "profiles.yml"]
    return max(file.stat().st_mtime for file in files if file.exists())
