"""`sga releases`: the releases of a city, and which one is in force."""

from __future__ import annotations

import argparse

from sga_pipeline.cli.common import FORMATS, Commands, command, home_of, show


def register(commands: Commands) -> None:
    parser = command(commands, "releases", "list the releases of a city", run)
    parser.add_argument("city", metavar="CITY", nargs="?", help="id of the city; may be left out where there is one")
    parser.add_argument("--format", choices=FORMATS, default="table")


def run(arguments: argparse.Namespace) -> int:
    from sga_pipeline.publish.manifest import read_manifest
    from sga_pipeline.publish.pointer import release_ids, require_current
    from sga_pipeline.publish.query import only_city

    home = home_of(arguments)
    city = arguments.city or only_city(home)
    current = require_current(home, city).name
    rows = []
    for release_id in reversed(release_ids(home, city)):
        manifest = read_manifest(home.published(city) / release_id)
        tables = manifest.get("tables", {})
        counts = [tables.get(name, {}).get("rows") for name in ("observations", "gaps", "deliveries")]
        commit = (manifest.get("git_commit") or "")[:10]
        rows.append(["in force" if release_id == current else "", release_id, manifest.get("as_of"), *counts, commit])
    show(["", "release", "as of", "observations", "gaps", "deliveries", "commit"], rows, arguments.format)
    return 0
