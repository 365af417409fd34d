"""`sga mapping`: the offences of a feed that have no ICCS code yet, most frequent first, with suggestions; none is applied."""

from __future__ import annotations

import argparse
from pathlib import Path

from sga_pipeline.cli.common import FORMATS, Commands, command, home_of, show
from sga_pipeline.errors import SgaError

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
        help="a CSV with the columns local and records, or a mapping file, instead of the last run's register",
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

    if arguments.file is not None:
        counted = _from_file(arguments.file)
    else:
        counted = _from_run_records(
            home_of(arguments).run_records / "unmapped_codes.parquet", arguments.city, arguments.feed
        )
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


def _from_run_records(file: Path, city: str, feed: str) -> list[tuple[str, int]]:
    import duckdb

    if not file.is_file():
        raise SgaError("the home has no register yet", "Run the city first, or name a list with --from.", file)
    with duckdb.connect() as con:
        feeds = con.execute(
            "select distinct feed_id from read_parquet(?) where city_id = ? order by 1", [str(file), city]
        ).fetchall()
        found = con.execute(
            "select code, sum(records)::bigint from read_parquet(?) where city_id = ? and feed_id = ? and \"column\" = 'iccs_code' "
            "group by code order by 2 desc, 1",
            [str(file), city, feed],
        ).fetchall()
    if not found and (feed,) not in feeds:
        known = ", ".join(one for (one,) in feeds) or "no feed"
        raise SgaError(
            "the last run left no unmapped code of that feed",
            f"The register names {known} of the city.",
            f"{city} {feed}",
        )
    return [(str(code), int(records)) for code, records in found]


def _from_file(file: Path) -> list[tuple[str, int]]:
    from sga_pipeline.contracts.csv_rows import read_rows

    rows = read_rows(file)
    if rows and not {"local", "records"} <= set(rows[0]):
        raise SgaError(
            "the list lacks the columns local and records", "Give it both, as a drafted mapping has them.", file
        )
    counted = [(row["local"], row["records"]) for row in rows if not row.get("iccs_code")]
    if wrong := next((records for _, records in counted if not records.isdigit()), None):
        raise SgaError("records is not a whole number", "Correct the list.", wrong, file)
    return sorted(((local, int(records)) for local, records in counted), key=lambda one: (-one[1], one[0]))
