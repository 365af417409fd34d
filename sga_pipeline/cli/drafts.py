"""Drafts of contracts on the terminal: what was found in each file, what was written, and what to do next."""

from __future__ import annotations

import sys
from pathlib import Path

from sga_pipeline.cli.common import show
from sga_pipeline.contracts.assessment import CityPlan
from sga_pipeline.contracts.blanks import MARK
from sga_pipeline.draft.city_areas import areas_of
from sga_pipeline.draft.column import Column
from sga_pipeline.draft.draft_city import address_of, city_for_drafts, write_draft
from sga_pipeline.draft.drafting import Draft, draft_file
from sga_pipeline.draft.feed_text import format_text
from sga_pipeline.draft.series import files_of, series_of
from sga_pipeline.draft.yaml_text import tame
from sga_pipeline.errors import DeliveryError, SgaError
from sga_pipeline.paths import CONTRACTS

MOST_COLUMNS = 25


def draft_files(files: list[Path], folder: Path, *, shape: str | None = None, replace: bool = False) -> int:
    """Draft a contract from each file; a file that does not allow it is reported, and the others go on."""
    if shape is not None and not (CONTRACTS / "shapes" / f"{shape}.yaml").is_file():
        known = ", ".join(sorted(one.stem for one in (CONTRACTS / "shapes").glob("*.yaml")))
        raise SgaError("unknown shape", f"Use one of {known}.", shape)
    city = city_for_drafts(folder)
    areas = areas_of(city)
    written, refused = [], 0
    waiting = series_of([file.resolve() for file in files_of(files)])
    while waiting:
        series = waiting.pop(0)
        file = series.newest
        try:
            draft = draft_file(file, city, areas, address_of(file, city), shape, series)
            feed = folder / "feeds" / f"{draft.feed_id}.yaml"
            if feed.exists() and not replace:
                raise DeliveryError(
                    "there is a contract of that name already", "Rename one, or say --replace.", feed.name
                )
        except DeliveryError as error:
            print(f"sga: {tame(file.name, 100)}: {error}\n", file=sys.stderr)
            refused += 1
            # The others of its series may be sound.
            waiting[:0] = [rest] if (rest := series.without({file})).members else []
            continue
        write_draft(draft, feed)
        _print(draft, feed, folder)
        written.append(draft)
        waiting[:0] = series_of([one for one, _ in draft.apart])
    if written:
        _next(written, folder, city)
    return 1 if refused else 0


def _print(draft: Draft, feed: Path, folder: Path) -> None:
    width = len(draft.looked.columns)
    print(f"{tame(draft.file.name, 100)}   {draft.looked.rows:,} rows, {width} columns; {draft.looked.words}")
    if len(draft.compared) > 1:
        print(
            f"  series  {len(draft.compared)} files, {tame(draft.compared[0].name, 60)} to {tame(draft.file.name, 60)}"
        )
    for one, why in draft.apart:
        print(f"  apart   {tame(one.name, 60)}: {tame(why, 160)}")
    print(f"  format  {format_text(draft.found.form)}")
    print(f"  shape   {draft.choice.shape}: {draft.choice.why}")
    print(f"  relates {_relation(draft)}: {draft.relation.why}")
    fills = draft.filling.used
    rows = [
        (
            tame(column.name, 32),
            _kind(column),
            _lack(column),
            fills.get(column.name, "" if not column.private else "ignored"),
            f"PRIVATE? {column.private}" if column.private else _words(column),
        )
        for column in draft.looked.columns
    ]
    shown = sorted(range(len(rows)), key=lambda at: (not rows[at][3], at))[:MOST_COLUMNS]
    print()
    show(("column", "holds", "missing", "fills", "seen"), [rows[at] for at in sorted(shown)])
    if width > len(shown):
        print(f"  and {width - len(shown)} columns that fill nothing")
    print()
    print(
        f"  wrote   {feed.relative_to(folder)}   {draft.text.count('# guess:')} guesses, {draft.text.count(f'{MARK}:')} blanks"
    )
    for name, text in draft.mappings.items():
        lines = text.count("\n") - 1
        print(
            f"  wrote   feeds/mappings/{draft.feed_id}_{name}.csv   {lines} {name}"
            + (
                f", iccs_code empty; {draft.rare_offences} rarer than five records are left out"
                if name == "offences"
                else ""
            )
        )
    print()


def _relation(draft: Draft) -> str:
    return "not known" if MARK in draft.relation.line else draft.relation.line


def _kind(column: Column) -> str:
    if not column.filled:
        return "nothing"
    if column.dates:
        return "dates, order unclear" if column.dates.ambiguous else "dates"
    if column.numbers:
        return "whole numbers" if column.numbers.whole else "numbers"
    return f"text, {column.distinct:,} values" if column.distinct > 1 else "one value"


def _lack(column: Column) -> str:
    return "" if column.filled == column.rows else f"{column.missing_share:.1%}"


def _words(column: Column) -> str:
    shown = [f"{tame(value, 24)} {count:,}" for value, count in column.shown[:3]] if column.distinct <= 400 else []
    if column.missing_words and any(count >= 5 for _, count in column.missing_words):
        shown.append(
            "for missing: " + ", ".join(tame(value, 16) for value, count in column.missing_words[:3] if count >= 5)
        )
    return "; ".join(shown)


def _next(drafts: list[Draft], folder: Path, city: CityPlan) -> None:
    data = city.data_folder() or folder / "data"
    files = [file for draft in drafts for file in (draft.file, *draft.compared)]
    away = {file for file in files if not file.is_relative_to(data.resolve())}
    print("Next")
    if away:
        print(f"  put the file{'s' if len(away) > 1 else ''} into {data}")
    print("  correct the guesses and fill the blanks of the drafts")
    if any("offences" in draft.mappings for draft in drafts):
        print("  copy the ICCS codes you agree with from suggestion to iccs_code; nothing is applied for you")
    print(f"  sga check {folder}")
