"""`sga tables`: what a release holds, table by table and column by column."""

from __future__ import annotations

import argparse

from sga_pipeline.cli.common import FORMATS, Commands, command, home_of, show


def register(commands: Commands) -> None:
    parser = command(commands, "tables", "say what the release in force holds: tables, columns, keys", run)
    parser.add_argument("table", metavar="TABLE", nargs="?", help="one table or view, with its columns")
    parser.add_argument("--city", metavar="CITY", help="id of the city; may be left out where there is one")
    parser.add_argument("--format", choices=FORMATS, default="table")


def run(arguments: argparse.Namespace) -> int:
    from sga_pipeline.publish.describe import describe_release, describe_table
    from sga_pipeline.publish.pointer import require_current
    from sga_pipeline.publish.query import only_city

    home = home_of(arguments)
    release = require_current(home, arguments.city or only_city(home))
    if arguments.table is None:
        rows = [[one.name, one.kind, one.rows, one.description] for one in describe_release(release)]
        show(["table", "kind", "rows", "description"], rows, arguments.format)
        return 0
    table, columns = describe_table(release, arguments.table)
    if arguments.format == "table":
        print(f"{table.name}: {table.description}\nKey: {', '.join(table.key) or 'none'}\n")
    rows = [[one.name, one.type, "key" if one.in_key else None, one.description] for one in columns]
    show(["column", "type", "key", "description"], rows, arguments.format)
    return 0
