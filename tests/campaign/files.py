"""Changes to files as a whole: cut short, split, overlapping, or written another way."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from tests.campaign.model import Feed, Texts, as_csv
from tests.campaign.mutations import KINDS, spoilt_rows


def truncate(feed: Feed, draw: Random) -> tuple[str, Texts] | None:
    name = draw.choice(list(feed.files))
    text = feed.texts[name]
    how = draw.choice(["at a line", "within a line", "header alone", "empty", "first lines gone"])
    lines = text.splitlines(keepends=True)
    cut = draw.randrange(1, len(lines))
    short = {
        "at a line": "".join(lines[:cut]),
        "within a line": text[: draw.randrange(len(lines[0]) + 1, len(text))],
        "header alone": lines[0],
        "empty": "",
        "first lines gone": "".join([lines[0], *lines[cut:]]),
    }[how]
    return f"{name}: {how}", feed.texts | {name: short}


def overlap(feed: Feed, draw: Random) -> tuple[str, Texts] | None:
    """Of a feed of yearly files: a file repeats others, stands for another, is missing; of one file: it comes twice in one."""
    names, texts = sorted(feed.files), feed.texts
    if len(names) == 1:
        [table] = feed.files.values()
        again = draw.choice([table.rows, table.rows[len(table.rows) // 2 :]])
        return "the file again below itself", {names[0]: texts[names[0]] + as_csv(again)}
    first, second = draw.sample(names, 2)
    how = draw.choice(
        ["has others too", "all in all", "changed over", "for another", "missing", "half in another", "other"]
    )
    body = {name: texts[name].partition("\n")[2] for name in names}
    if how == "has others too":
        return f"{first} has {second} too", texts | {first: texts[first] + body[second]}
    if how == "all in all":
        return how, {name: texts[name] + "".join(body[one] for one in names if one != name) for name in names}
    if how == "changed over":
        return f"{first} and {second} {how}", texts | {first: texts[second], second: texts[first]}
    if how == "for another":
        return f"{first} {how}", texts | {first: texts[second]}
    if how == "missing":
        return f"{first} {how}", {name: text for name, text in texts.items() if name != first}
    if how == "other":
        # Rows of another file with one cell changed: what `updates: key` is for, and out of scope for a period's file.
        place = draw.randrange(1, len(feed.files[first].header))
        values = [row[place] for row in feed.files[first].rows]
        again = [[*row[:place], draw.choice(values), *row[place + 1 :]] for row in feed.files[second].rows]
        return f"{first} has {second} too, changed", texts | {first: texts[first] + as_csv(again)}
    lines = body[second].splitlines(keepends=True)
    half = len(lines) // 2
    moved = {
        first: texts[first] + "".join(lines[half:]),
        second: texts[second].split("\n")[0] + "\n" + "".join(lines[:half]),
    }
    return f"half of {second} in {first}", texts | moved


def written_otherwise(feed: Feed, draw: Random) -> tuple[str, Texts] | None:
    name = draw.choice(list(feed.files))
    table, text = feed.files[name], feed.texts[name]
    rows = [list(table.header), *(list(row) for row in table.rows)]
    order = draw.sample(range(len(table.header)), len(table.header))
    ways: dict[str, Callable[[], str]] = {
        "mark of order": lambda: "\ufeff" + text,
        "line ends": lambda: text.replace("\n", "\r\n"),
        "columns in another order": lambda: as_csv([[row[place] for place in order] for row in rows]),
        "rows in another order": lambda: as_csv([rows[0], *draw.sample(rows[1:], len(rows) - 1)]),
        "letterhead": lambda: "Statistical office\n" + text,
        "note below": lambda: text + "Source: office\n",
        "blank lines": lambda: text.replace("\n", "\n\n", 3),
        "semicolons": lambda: as_csv(rows, ";"),
        "quotes": lambda: "".join(",".join(f'"{cell}"' for cell in row) + "\n" for row in rows),
        "blanks about": lambda: as_csv([rows[0], *([f" {cell} " for cell in row] for row in rows[1:])]),
        "header in capitals": lambda: as_csv([[cell.upper() for cell in rows[0]], *rows[1:]]),
        "a column twice": lambda: as_csv([[*row, row[-1]] for row in rows]),
        "a column more": lambda: as_csv([[*rows[0], "remark"], *([*row, "none"] for row in rows[1:])]),
        "a cell more": lambda: as_csv([rows[0], *([*row, "x"] if draw.random() < 0.1 else row for row in rows[1:])]),
        "header renamed": lambda: as_csv(
            [[f"{cell}_2023" if draw.random() < 0.4 else cell for cell in rows[0]], *rows[1:]]
        ),
        "header twice": lambda: text + as_csv([rows[0]]),
    }
    how = draw.choice(list(ways))
    changed = ways[how]()
    return (f"{name}: {how}", feed.texts | {name: changed}) if changed != text else None


ALL_KINDS = (*KINDS, "truncate", "overlap", "written otherwise")


def spoilt(feed: Feed, kind: str, draw: Random) -> tuple[str, Texts] | None:
    if kind in KINDS:
        return spoilt_rows(feed, KINDS[kind], draw)
    return {"truncate": truncate, "overlap": overlap, "written otherwise": written_otherwise}[kind](feed, draw)
