"""`sga sql`: a read-only query on the release in force."""

from __future__ import annotations

import argparse

from sga_pipeline.cli.common import FORMATS, Commands, command, home_of, show


def register(commands: Commands) -> None:
    parser = command(commands, "sql", "query the release in force, read-only", run)
    parser.add_argument(
        "words", metavar="[CITY] QUERY", nargs="+", help="id of the city (may be left out where there is one), then SQL"
    )
    parser.add_argument("--format", choices=FORMATS, default="table")


def run(arguments: argparse.Namespace) -> int:
    from sga_pipeline.publish.pointer import require_current
    from sga_pipeline.publish.query import only_city, run_query

    if len(arguments.words) > 2:
        raise SystemExit('usage: sga sql [CITY] "SELECT ..."  (put the query in quotes)')
    home = home_of(arguments)
    city = arguments.words[0] if len(arguments.words) == 2 else only_city(home)
    names, rows = run_query(require_current(home, city), arguments.words[-1])
    show(names, rows, arguments.format)
    return 0
