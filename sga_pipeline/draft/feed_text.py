"""The contract draft as text: every guess marked with its reason, every blank marked TODO, nothing of a person in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sga_pipeline.contracts.formats import CsvFormat, Format
from sga_pipeline.draft.column import FEWEST, Column
from sga_pipeline.draft.yaml_text import comment, listed, scalar, tame
from sga_pipeline.paths import CONTRACTS

if TYPE_CHECKING:
    from sga_pipeline.draft.drafting import Draft

# Beyond these, unused columns are not named one by one.
MOST_NAMED = 40


def feed_text(draft: Draft, address: str) -> str:
    """The whole file."""
    lines = [
        f"# yaml-language-server: $schema={CONTRACTS / 'schema' / 'feed.schema.json'}",
        *comment(
            f"A draft from {draft.file.name}; {draft.looked.words}. A line `guess:` says what was guessed and why; correct what is wrong.",
            mark="",
        ),
        *comment(
            "TODO is a blank only you can fill; `sga check` names them one by one. Then delete the comments you no longer need.",
            mark="",
        ),
        f"id: {draft.feed_id}",
        f"title: {scalar(draft.feed_id.replace('_', ' ').capitalize())}",
        *comment("where most feeds of this shape come from"),
        f"family: {draft.family}",
        *comment(draft.choice.why),
        f"shape: {draft.choice.shape}",
        'owner: {name: "TODO: the office that answers for these data", contact: "TODO: its office or address, never a person"}',
        'licence: "TODO: the licence it is given under; not stated, where nobody has said"',
        'citation: "TODO: how the owner wants to be named"',
        _source(draft, address),
        *_format(draft),
        *comment("how often a new file comes, and how late, is not in the file"),
        "cadence: irregular",
        "allowed_lag_days: 365",
        *comment(tame(draft.relation.why, 600)),
        draft.relation.line,
        *_add_up(draft),
        *_levels(draft),
    ]
    if draft.filling.dated_to:
        lines += [*comment("only the year of each event is given"), f"dated_to: {draft.filling.dated_to}"]
    lines += _coverage(draft)
    if draft.filling.wide:
        lines += [*comment("the months of a year are side by side"), "wide:", "  items:"]
        lines += [f"    m{code}: {{amount: {scalar(name)}}}" for code, name in draft.filling.wide.items()]
    if draft.filling.years:
        lines += [
            *comment("the years are side by side"),
            "melt:",
            '  columns: "{year}"',
            '  parts: {year: "[0-9]{4}"}',
            "  value: figure",
        ]
    found, column = draft.filling.area_match, draft.filling.area_column
    if found is not None and found.only and column is not None:
        lines += [*comment(f"only these of {column.distinct:,} values of {column.name} are the city's"), "where:"]
        lines.append(f"  - {{column: {scalar(column.name)}, in: {listed(list(found.only))}}}")
    if draft.mappings:
        lines.append("mappings:")
        lines += [f"  {name}: {{file: mappings/{draft.feed_id}_{name}.csv}}" for name in draft.mappings]
    lines.append("columns:")
    for line in draft.filling.lines:
        if line.why:
            lines += comment(line.why, "  ")
        lines.append(f"  {line.name}: {line.filled}")
    lines += _ignored(draft)
    for note in draft.filling.notes:
        lines += comment(note, mark="note")
    return "\n".join(lines) + "\n"


def format_text(form: Format) -> str:
    """A format with only what differs from the usual."""
    given = {
        name: value
        for name, value in form.model_dump().items()
        if value != type(form).model_fields[name].default or name == "kind"
    }
    given.pop("empty", None)
    return "{" + ", ".join(f"{name}: {_written(value)}" for name, value in given.items()) + "}"


def _written(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_written, value))}]"
    return str(value) if isinstance(value, int) else scalar(str(value))


def _source(draft: Draft, address: str) -> str:
    periods = f", periods: {draft.relation.periods}" if draft.relation.periods else ""
    return f"source: {{connector: file, address: {scalar(address)}{periods}}}"


def _format(draft: Draft) -> list[str]:
    words = [f"{name.replace('_', ' ')}: {why}" for name, why in sorted(draft.found.why.items())]
    words += draft.found.notes if isinstance(draft.found.form, CsvFormat) else []
    if draft.looked.broken:
        words.append(f"{draft.looked.broken:,} records broke when read so; they will be quarantined")
    return [*comment("; ".join(words)), f"format: {format_text(draft.found.form)}"]


def _add_up(draft: Draft) -> list[str]:
    if draft.add_up is None:
        return []
    line, why = draft.add_up
    return [*comment(tame(why, 300)), line]


def _levels(draft: Draft) -> list[str]:
    found = draft.filling.area_match
    levels = [
        one for one in ("country", "county", "city", "district", "neighbourhood") if found and one in found.levels
    ]
    if draft.choice.shape == "areas":
        line = next((one.filled for one in draft.filling.lines if one.name == "level"), "")
        levels = ["neighbourhood" if "neighbourhood" in line else "district"]
    if "district" in levels and draft.family == "police":
        levels = ["city", *[one for one in levels if one != "city"]]
    why = "levels of the areas its rows meet" if found else "nothing finer was matched"
    return [*comment(why), f"spatial_levels: [{', '.join(levels or ['city'])}]"]


def _coverage(draft: Draft) -> list[str]:
    if draft.choice.shape in {
        "areas",
        "population",
        "observations",
        "attestations",
        "reporting_channels",
        "survey_answers",
        "official_counts",
    }:
        return []
    day = next(
        (
            one
            for one in draft.looked.columns
            if one.meaning in {"event_date", "death_date"} and one.dates and one.dates.first
        ),
        None,
    )
    span = f" Its {tame(day.name, 60)} runs from {day.dates.first} to {day.dates.last}." if day and day.dates else ""
    # The oldest and the newest day are facts of the file, not of a person, where many rows are between them.
    span = span if draft.looked.rows >= 20 * FEWEST else ""
    return [
        *comment(
            f"nobody has said the file holds all there is, so no row means unknown, not zero.{span} Once the owner says so: coverage: {{first: ..., last: ...}}"
        ),
        "coverage: {complete: false}",
    ]


def _ignored(draft: Draft) -> list[str]:
    used = set(draft.filling.used)
    rest = [column for column in draft.looked.columns if column.name not in used]
    if not rest and draft.looked.columns and len(draft.found.opened.header) <= len(draft.looked.columns):
        return []
    lines = []
    private = [column for column in rest if column.private]
    if private:
        lines += comment(
            "the columns marked PRIVATE may describe persons. They are not read beyond the raw file; better still, ask the owner to leave them out",
            mark="warning",
        )
    names = [column.name for column in rest]
    whole = (
        len(rest) > MOST_NAMED
        or len(draft.found.opened.header) > len(draft.looked.columns)
        or "" in names
        or len(set(names)) < len(names)
    )
    if whole:
        for column in private[:MOST_NAMED]:
            lines += comment(f"{column.name}: {column.private}", mark="PRIVATE")
        return [*lines, *comment(f"{len(rest)} columns are not used"), "ignore: rest"]
    lines.append("ignore:")
    for column in rest:
        lines += comment(_about(column), "  ", "PRIVATE" if column.private else "")
        lines.append(f"  - {scalar(column.name)}")
    return lines


def _about(column: Column) -> str:
    if column.private:
        return column.private
    words = [f"{column.distinct:,} different values" if column.filled else "empty"]
    if column.filled and column.missing_share >= 0.005:
        words.append(f"{column.missing_share:.0%} missing")
    if column.meaning:
        words.append(f"perhaps {column.meaning.replace('_', ' ')}")
    return ", ".join(words)
