"""`sga mapping`: the offences of a feed that have no ICCS code yet, most frequent first, with suggestions; none is applied."""

from __future__ import annotations

import argparse
from pathlib import Path

from sga_pipeline.cli.common import FORMATS, Commands, command, home_of, show

SHOWN = ("offence", "records", "suggestion", "title", "score", "why", "or", "or else")


def register(commands: Commands) -> None:
    parser = command(
        commands, "mapping", "list a feed's unmapped offences by frequency, with ICCS codes that may fit", run
    )
    parser.add_argument("city", metavar="CITY", help="id of the city")
    parser.add_argument("feed", metavar="FEED", help="id of the feed")
    parser.add_argument(
        "--from",
        dest="file",
        metavar="FILE",
        type=Path,
        help="a CSV with the columns local and records, or a mapping file, instead of the records of the last run",
    )
    parser.add_argument(
        "--language",
        action="append",
        default=[],
        choices=("en", "es", "pt", "fr", "pl", "ru"),
        help="language of the offences; may be given several times (default: all)",
    )
    parser.add_argument("--format", choices=FORMATS, default="table", help="csv gives lines for the mapping file")


def run(arguments: argparse.Namespace) -> int:
    from sga_pipeline.draft.column import FEWEST
    from sga_pipeline.draft.mapping_files import HEADER, offence_rows
    from sga_pipeline.draft.unmapped_offences import in_file, in_run_records

    if arguments.file is not None:
        counted = in_file(arguments.file)
    else:
        counted = in_run_records(home_of(arguments), arguments.city, arguments.feed)
    common = [(code, records) for code, records in counted if records >= FEWEST]
    rows = offence_rows(common, arguments.language)
    if arguments.format == "table":
        show(SHOWN, [(one[0], int(one[1]), *one[3:]) for one in rows], "table")
        rare = len(counted) - len(common)
        left = f"; {rare} of fewer than {FEWEST} records are not shown" if rare else ""
        print(
            f"\n{len(common)} offences without a code{left}. Nothing is applied: write the codes you agree with into the mapping file."
        )
    else:
        show(HEADER, rows, arguments.format)
    return 0
