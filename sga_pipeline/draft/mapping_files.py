"""The mapping files of a drafted feed: offences with suggestions, areas with how they were matched."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from sga_pipeline.draft.city_areas import Match
from sga_pipeline.draft.column import FEWEST
from sga_pipeline.draft.offences import suggest

HEADER = ("local", "records", "iccs_code", "suggestion", "suggestion_title", "score", "why", "second", "third")


def offence_rows(counted: Iterable[tuple[str, int]], languages: Sequence[str]) -> list[tuple[str, ...]]:
    """A row an offence, most frequent first, its code EMPTY: a suggestion is applied by whoever copies it there."""
    rows: list[tuple[str, ...]] = []
    for local, records in counted:
        found = suggest(local, languages)
        first = found[0] if found else None
        others = [f"{one.iccs_code or '-'} {one.title}" for one in found[1:]] + ["", ""]
        rows.append(
            (
                local,
                str(records),
                "",
                first.iccs_code if first else "",
                first.title if first else "",
                f"{first.score:.2f}" if first else "",
                first.why if first else "",
                others[0],
                others[1],
            )
        )
    return rows


def as_csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def offence_file(values: Sequence[tuple[str, int]], languages: Sequence[str], fewest: int = FEWEST) -> str:
    """The file for a column's values; those of fewer records than `fewest` may be somebody's and are left out."""
    return as_csv(HEADER, offence_rows([(value, count) for value, count in values if count >= fewest], languages))


def area_file(found: Match) -> str:
    """Values that meet an area of the city: names and codes that are public already. Small counts are left out."""
    rows = sorted(
        (value, str(count) if count >= FEWEST else "", code, found.how) for value, count, code in found.listed
    )
    return as_csv(("local", "records", "area_id", "why"), rows)
