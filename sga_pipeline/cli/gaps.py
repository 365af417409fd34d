"""`sga gaps`: the gap register of the release in force."""

from __future__ import annotations

import argparse

from sga_pipeline.cli.common import FORMATS, Commands, command, home_of, show

SEVERITIES = ("low", "medium", "high", "critical")


def register(commands: Commands) -> None:
    parser = command(commands, "gaps", "show what the data lack, worst first, with owner and next step", run)
    parser.add_argument("city", metavar="CITY", nargs="?", help="id of the city; may be left out where there is one")
    parser.add_argument("--min-severity", choices=SEVERITIES, default="low")
    parser.add_argument("--code", help="only this gap code, such as G04")
    parser.add_argument("--feed", help="only this feed")
    parser.add_argument("--format", choices=FORMATS, default="table")


def run(arguments: argparse.Namespace) -> int:
    from sga_pipeline.publish.pointer import require_current
    from sga_pipeline.publish.query import only_city, run_query

    home = home_of(arguments)
    release = require_current(home, arguments.city or only_city(home))
    wanted = list(SEVERITIES[SEVERITIES.index(arguments.min_severity) :])
    columns = "severity, gap_code, feed_id, statement, recommendation, owner" if arguments.format == "table" else "*"
    names, rows = run_query(
        release,
        f"select {columns} from gaps where list_contains(?, severity) and gap_code = coalesce(?, gap_code) "
        "and (feed_id = coalesce(?, feed_id) or (feed_id is null and ? is null)) "
        "order by list_position(['critical', 'high', 'medium', 'low'], severity), gap_code, feed_id, statement",
        [wanted, arguments.code, arguments.feed, arguments.feed],
    )
    show(names, rows, arguments.format)
    return 0
