"""`sga gaps`: the gap register of the release in force."""

from __future__ import annotations

import argparse

from sga_pipeline.cli.common import FORMATS, Commands, command, home_of, show
from sga_pipeline.languages import LANGUAGES, SOURCE

SEVERITIES = ("low", "medium", "high", "critical")
STATUSES = ("open", "explained", "accepted", "waived", "closed", "any")
# What a person reads on a terminal; JSON and CSV carry every column.
SHOWN = {
    "severity": "severity",
    "gap_code": "code",
    "statement": "what",
    "owner": "owner",
    "recommendation": "next step",
}


def register(commands: Commands) -> None:
    parser = command(commands, "gaps", "show what the data lack, worst first, with owner and next step", run)
    parser.add_argument("city", metavar="CITY", nargs="?", help="id of the city; may be left out where there is one")
    parser.add_argument("--min-severity", choices=SEVERITIES, default="low", help="only this severity and worse")
    parser.add_argument("--code", help="only this type of gap, such as G04; G09 stands for G09a to G09d")
    parser.add_argument("--category", metavar="N", help="only indicators of this category, 1 to 8")
    parser.add_argument("--feed", help="only this feed")
    parser.add_argument("--indicator", help="only this indicator")
    parser.add_argument("--area", help="only this area")
    parser.add_argument("--owner", help="only what this owner is asked to do")
    parser.add_argument("--status", choices=STATUSES, default="open", help="default: open; any for all of them")
    parser.add_argument("--all", action="store_true", help="also findings that another one explains")
    parser.add_argument("--new", action="store_true", help="only what the newest run saw for the first time")
    parser.add_argument("--language", choices=LANGUAGES, default=SOURCE, help="language of the texts; default: en")
    parser.add_argument("--format", choices=FORMATS, default="table")


def run(arguments: argparse.Namespace) -> int:
    from sga_pipeline.publish.gap_filters import GapFilters, find_gaps
    from sga_pipeline.publish.pointer import require_current
    from sga_pipeline.publish.query import only_city

    home = home_of(arguments)
    release = require_current(home, arguments.city or only_city(home))
    names, rows = find_gaps(
        release,
        GapFilters(
            min_severity=arguments.min_severity,
            code=arguments.code,
            category=arguments.category,
            feed=arguments.feed,
            indicator=arguments.indicator,
            area=arguments.area,
            owner=arguments.owner,
            status=arguments.status,
            with_explained=arguments.all,
            only_new=arguments.new,
            language=arguments.language,
        ),
    )
    if arguments.format == "table":
        at = [names.index(name) for name in SHOWN]
        show(list(SHOWN.values()), [[row[place] for place in at] for row in rows], "table")
    else:
        show(names, rows, arguments.format)
    return 0
