"""Random changes to the rows of a delivery, as they happen: twelve kinds, each in several ways and strengths."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from tests.campaign.model import CITY, DISTRICTS, Feed, Table, Texts

Rows = list[list[str]]
Way = Callable[["Spoil"], str | None]


@dataclass
class Spoil:
    """One file under change: what a way does to `rows` and `header` is what the delivery brings."""

    feed: Feed
    draw: Random
    header: list[str]
    rows: Rows

    def at(self, *roles: str) -> int | None:
        """The place of a column of one of these roles."""
        found = [place for place, name in enumerate(self.header) if self.feed.roles.get(name) in roles]
        return self.draw.choice(found) if found else None

    def some(self) -> list[int]:
        """One row, a few, a part, a block of neighbours, or all rows."""
        number = len(self.rows)
        how = self.draw.choice(["one", "few", "part", "block", "all"])
        if how == "one" or number < 2:
            return [self.draw.randrange(number)] if number else []
        if how == "all":
            return list(range(number))
        if how == "block":
            first = self.draw.randrange(number)
            return list(range(first, min(number, first + 1 + number // 6)))
        share = 0.05 if how == "few" else 0.4
        return sorted(self.draw.sample(range(number), max(1, round(number * share))))

    def change(self, place: int, into: Callable[[str], str], which: Sequence[int] | None = None) -> int:
        chosen = self.some() if which is None else which
        for number in chosen:
            self.rows[number][place] = into(self.rows[number][place])
        return len(chosen)

    def where(self, place: int) -> list[int]:
        """The rows that share one value of a column."""
        value = self.draw.choice(self.rows)[place]
        return [number for number, row in enumerate(self.rows) if row[place] == value]


def drop(one: Spoil) -> str | None:
    how = one.draw.choice(["rows", "area", "period", "sex", "column"])
    if how == "column":
        place = one.draw.randrange(len(one.header))
        name = one.header.pop(place)
        for row in one.rows:
            row.pop(place)
        return f"column {name}"
    place = one.at(*(("date", "period") if how == "period" else (how,)))
    gone = {*(one.some() if place is None else one.where(place))}
    one.rows = [row for number, row in enumerate(one.rows) if number not in gone]
    return f"{len(gone)} rows by {how}"


def repeat(one: Spoil) -> str | None:
    again = [list(one.rows[number]) for number in one.some()]
    place, how = one.at("amount", "code", "sex", "area"), one.draw.choice(["same", "same", "other", "header"])
    if how == "other" and place is not None:
        values = [row[place] for row in one.rows]
        for row in again:
            row[place] = one.draw.choice([*values, row[place] + "0"])
    if how == "header":
        again.insert(0, list(one.header))
    where = one.draw.choice([0, len(one.rows), one.draw.randrange(len(one.rows) + 1)])
    one.rows[where:where] = again
    return f"{len(again)} rows, {how}"


def shift(one: Spoil) -> str | None:
    how = one.draw.choice(["column down", "row right", "row left"])
    if how == "column down":
        place = one.draw.randrange(len(one.header))
        values = [row[place] for row in one.rows]
        first = one.draw.randrange(max(1, len(values)))
        for row, value in zip(one.rows[first:], [*values[-1:], *values[first:-1]], strict=True):
            row[place] = value
        return f"column {one.header[place]} one row down from row {first}"
    for number in one.some():
        row = one.rows[number]
        one.rows[number] = ["", *row[:-1]] if how == "row right" else [*row[1:], ""]
    return how


def swap(one: Spoil) -> str | None:
    if len(one.header) < 2:
        return None
    first, second = one.draw.sample(range(len(one.header)), 2)
    how = one.draw.choice(["cells", "names", "values"])
    if how == "names":
        one.header[first], one.header[second] = one.header[second], one.header[first]
        return f"names of {one.header[second]} and {one.header[first]}"
    if how == "values":
        a, b = one.draw.choice(one.rows)[first], one.draw.choice(one.rows)[first]
        one.change(first, lambda cell: {a: b, b: a}.get(cell, cell), range(len(one.rows)))
        return f"[{a}] and [{b}] of {one.header[first]}"
    for number in one.some():
        row = one.rows[number]
        row[first], row[second] = row[second], row[first]
    return f"cells of {one.header[first]} and {one.header[second]}"


def recode(one: Spoil) -> str | None:
    place = one.at("area", "code", "sex", "tag", "period")
    if place is None:
        return None
    ways: dict[str, Callable[[str], str]] = {
        "upper": lambda cell: cell.upper() if cell.upper() != cell else cell.lower(),
        "first gone": lambda cell: cell[1:],
        "zero before": lambda cell: "0" + cell,
        "blank after": lambda cell: cell + " ",
        "point": lambda cell: cell + ".0",
        "unknown": lambda _: "_U",
        "another": lambda cell: one.draw.choice(["d9", "XX", "0101", "02", "X95", "Z99", "_T", "M", "other"]),
        "neighbour": lambda cell: one.draw.choice([row[place] for row in one.rows]),
        "name": lambda cell: f"District {cell}",
        "total": lambda _: "Total",
    }
    name = one.draw.choice(list(ways))
    number = one.change(place, ways[name], one.where(place) if one.draw.random() < 0.4 else None)
    return f"{one.header[place]} of {number} rows, {name}"


def blank(one: Spoil) -> str | None:
    if one.draw.random() < 0.15:
        for number in one.some():
            one.rows[number] = [""] * len(one.header)
        return "whole rows"
    place = one.draw.randrange(len(one.header))
    into = one.draw.choice(["", "", "", "n/a", "-", "*", "NULL", "unknown", "9999", "0", " "])
    which = one.where(one.at("area", "period", "date") or 0) if one.draw.random() < 0.3 else None
    return f"{one.header[place]} of {one.change(place, lambda _: into, which)} rows is [{into}]"


def totals(one: Spoil) -> str | None:
    """Rows of wholes among the parts: by area, period or sex, or one for all."""
    amounts = [place for place, name in enumerate(one.header) if one.feed.roles[name] == "amount"]
    over = one.draw.choice(["area", "period", "sex", "everything"])
    place = one.at(over) if over != "everything" else None
    if not amounts or (place is None and over != "everything"):
        return None
    labels = {
        "area": [CITY, "", "Total", "_T", "T", "XX", "All districts"],
        "period": ["Total", "", "year"],
        "sex": ["_T", "", "T", "Total", "Both"],
        "everything": ["Total"],
    }
    label, off = one.draw.choice(labels[over]), one.draw.choice([1, 1, 1, 1.1, 0.8])
    sums: dict[tuple[str, ...], list[float]] = {}
    for row in one.rows:
        key = list(row)
        for column in amounts:
            key[column] = ""
        if place is None:
            key = [label if number == 0 else "" for number in range(len(row))]
        elif over == "period":
            key[place] = row[place][:4] if label == "year" and "-" in row[place] else label
        else:
            key[place] = label
        sums.setdefault(tuple(key), [0.0] * len(amounts))
        try:
            sums[tuple(key)] = [a + float(row[column]) for a, column in zip(sums[tuple(key)], amounts, strict=True)]
        except ValueError:
            return None
    added = [list(key) for key in sums]
    for row, numbers in zip(added, sums.values(), strict=True):
        for column, number in zip(amounts, numbers, strict=True):
            row[column] = f"{number * off:.2f}".removesuffix(".00")
    keep = added if one.draw.random() < 0.7 else one.draw.sample(added, max(1, len(added) // 2))
    where = one.draw.choice([0, len(one.rows)])
    one.rows[where:where] = keep
    return f"{len(keep)} totals over {over} as [{label}], {off} of the sum"


def units(one: Spoil) -> str | None:
    place = one.at("amount", "age")
    if place is None:
        return None
    times = one.draw.choice([0.001, 0.01, 0.1, 10, 100, 1000, -1])

    def multiplied(cell: str) -> str:
        try:
            return f"{float(cell) * times:.6f}".rstrip("0").rstrip(".")
        except ValueError:
            return cell

    def grouped(sign: str) -> Callable[[str], str]:
        return lambda cell: f"{float(cell):,.2f}".removesuffix(".00").replace(",", sign)

    ways: dict[str, Callable[[str], str]] = {
        f"times {times}": multiplied,
        "grouped by comma": grouped(","),
        "grouped by point": grouped("."),
        "grouped by blank": grouped(" "),
        "comma for point": lambda cell: cell.replace(".", ",") if "." in cell else cell + ",0",
        "per cent": lambda cell: cell + "%",
        "exponent": lambda cell: f"{float(cell):.2e}",
        "footnote": lambda cell: cell + one.draw.choice(["*", " (p)", "a", "1"]),
        "half": lambda cell: cell + ".5",
        "fraction of zeros": lambda cell: cell + ".0" if "." not in cell else cell,
        "no number": lambda cell: one.draw.choice(["NaN", "inf", "-", "..", "<5", "#REF!", "0x10", "1_000"]),
    }
    name = f"times {times}" if one.draw.random() < 0.5 else one.draw.choice(list(ways))
    which = one.where(one.at("area", "period", "date", "sex") or 0) if one.draw.random() < 0.5 else None
    try:
        return f"{one.header[place]} of {one.change(place, ways[name], which)} rows, {name}"
    except ValueError:
        return None


def dates(one: Spoil) -> str | None:
    place = one.at("date", "period")
    if place is None:
        return None
    days, years = one.draw.choice([-400, -31, -1, 1, 31, 365]), one.draw.choice([-100, -1, 1, 10])

    def moved(cell: str) -> str:
        if len(cell) == 10:
            return str(date.fromisoformat(cell) + timedelta(days=days))
        return f"{int(cell[:4]) + years}{cell[4:]}"

    def day_first(cell: str) -> str:
        return "/".join(reversed(cell.split("-")))

    ways: dict[str, Callable[[str], str]] = {
        "moved": moved,
        "years": lambda cell: f"{int(cell[:4]) + years}{cell[4:]}",
        "day first": day_first,
        "month first": lambda cell: f"{cell[5:7]}/{cell[8:]}/{cell[:4]}",
        "month and day changed": lambda cell: f"{cell[:5]}{cell[8:]}-{cell[5:7]}" if len(cell) == 10 else cell,
        "two digits": lambda cell: cell[2:],
        "with time": lambda cell: f"{cell} 00:00:00",
        "serial": lambda cell: str((date.fromisoformat((cell + "-01-01")[:10]) - date(1899, 12, 30)).days),
        "another way": lambda cell: cell.replace("-", one.draw.choice(["", "M", "-M", "/", "."])),
        "point": lambda cell: cell + ".0",
        "February": lambda cell: f"{cell[:4]}-02-30" if len(cell) == 10 else f"{cell[:4]}-13",
    }
    name = one.draw.choice(list(ways))
    try:
        return f"{one.header[place]} of {one.change(place, ways[name])} rows, {name}"
    except ValueError:
        return None


KINDS: dict[str, Way] = {
    "drop": drop,
    "repeat": repeat,
    "shift": shift,
    "swap": swap,
    "recode": recode,
    "blank": blank,
    "totals": totals,
    "units": units,
    "dates": dates,
}


def spoilt_rows(feed: Feed, way: Way, draw: Random) -> tuple[str, Texts] | None:
    """One file of the feed, or all of them, changed this way; None where the way does not fit or changes nothing."""
    names = list(feed.files)
    chosen = {draw.choice(names)} if draw.random() < 0.6 else {*names}
    texts, said = dict(feed.texts), []
    for name in names:
        if name in chosen:
            table = feed.files[name]
            one = Spoil(feed, draw, list(table.header), [list(row) for row in table.rows])
            what = way(one)
            if what is None:
                return None
            said.append(f"{name}: {what}")
            texts[name] = Table(tuple(one.header), tuple(tuple(row) for row in one.rows)).text
    return ("; ".join(said), texts) if texts != feed.texts else None


__all__ = ["DISTRICTS", "KINDS", "spoilt_rows"]
