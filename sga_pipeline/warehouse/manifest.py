"""dbt's manifest for the asset graph: made when missing or older than the project it describes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from sga_pipeline.errors import SgaError
from sga_pipeline.paths import CONTRACTS, DBT_PROJECT

MANIFEST = DBT_PROJECT / "target" / "manifest.json"
PARSED = MANIFEST.with_name("partial_parse.msgpack")
QUIET = {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DO_NOT_TRACK": "1"}


def fresh_manifest() -> Path:
    """The manifest, parsed anew only where a model, macro, seed or setting is newer."""
    if not MANIFEST.is_file() or _newest_source() > MANIFEST.stat().st_mtime:
        parse()
    return MANIFEST


def parse() -> None:
    """Run `dbt parse`. Two processes doing so at once write the same file."""
    dbt = Path(sys.executable).with_name("dbt")
    done = subprocess.run(
        [str(dbt), "--quiet", "parse", "--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)],
        capture_output=True, text=True, env=_without_a_home(), cwd=DBT_PROJECT, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        said = (done.stdout + done.stderr).strip().splitlines()[-12:]
        raise SgaError("the dbt project does not parse", "Correct the model it names.", "\n".join(said))


def _without_a_home() -> dict[str, str]:
    """What is parsed is kept for every home, so none may be in it."""
    return {**{name: value for name, value in os.environ.items() if name != "SGA_HOME"}, **QUIET}


def _newest_source() -> float:
    folders = [DBT_PROJECT / name for name in ("models", "macros", "seeds", "tests")] + [CONTRACTS / "catalogue"]
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    files += [DBT_PROJECT / "dbt_project.yml", DBT_PROJECT / "profiles.yml"]
    return max(file.stat().st_mtime for file in files if file.exists())
