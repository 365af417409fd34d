"""The areas a city already has, and how a column's values match them: by code, by code with lost zeros, by name."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from sga_pipeline.conform.delivery import Piles, conform_delivery
from sga_pipeline.contracts.assessment import CityPlan
from sga_pipeline.draft.column import FEWEST, Column
from sga_pipeline.draft.text import plain
from sga_pipeline.errors import SgaError

# How, the steps that do it (None where only a list can), and the area of a value.
Way = tuple[str, tuple[str, ...] | None, Callable[[str], str]]


@dataclass(frozen=True)
class Area:
    """An area of the city."""

    area_id: str
    level: str
    name: str


@dataclass(frozen=True)
class _Arrived:
    path: Path
    sha256: str = "0" * 64
    period: str | None = None


@dataclass(frozen=True)
class Match:
    """How values meet areas: the steps that make an id of every value, or a list of value and id where steps cannot."""

    share: float
    how: str
    steps: tuple[str, ...]
    listed: tuple[tuple[str, int, str], ...]
    levels: tuple[str, ...]
    missed: int


def areas_of(city: CityPlan) -> list[Area]:
    """The fixed areas, and those its boundary feeds bring from files that are there already."""
    found = {area.area_id: Area(area.area_id, area.level, area.name) for area in city.city.areas}
    folder = city.data_folder()
    for plan in city.feeds:
        if plan.shape.id != "areas" or plan.feed.source.connector != "file" or folder is None:
            continue
        file = folder / plan.feed.source.address
        if not file.is_file():
            continue
        with tempfile.TemporaryDirectory() as scratch:
            kept, place = Path(scratch) / "kept.parquet", Path(scratch)
            try:
                conform_delivery(plan, _Arrived(file), "draft", Piles(kept, place / "quarantine.parquet", place))
            except SgaError:
                continue
            if kept.is_file():
                with duckdb.connect() as con:
                    rows = con.execute(
                        "select area_id, level, name from read_parquet(?) order by 1", [str(kept)]
                    ).fetchall()
                found |= {str(code): Area(str(code), str(level), str(name)) for code, level, name in rows}
    return [found[code] for code in sorted(found)]


def match(column: Column, areas: list[Area]) -> Match | None:
    """The best way of matching; None where fewer than half of the rows meet an area."""
    fine = [area for area in areas if area.level in {"district", "neighbourhood"}] or areas
    best: Match | None = None
    for pool in (fine, areas):
        for how, steps, key in _ways(pool):
            got = [(value, count, key(value)) for value, count in column.values]
            total = sum(count for _, count, _ in got)
            share = sum(count for _, count, code in got if code) / total if total else 0.0
            if share >= 0.5 and (best is None or share > best.share + 0.02):
                levels = {area.area_id: area.level for area in areas}
                listed = (
                    ()
                    if steps is not None
                    else tuple((value, count, code) for value, count, code in got if code and count >= FEWEST)
                )
                best = Match(
                    share, how, steps or (), listed, tuple(sorted({levels[code] for _, _, code in got if code})),
                    sum(count for _, count, code in got if not code),
                )  # fmt: skip
    return best


def _ways(areas: list[Area]) -> Iterator[Way]:
    codes = {area.area_id: area.area_id for area in areas}
    yield "by code", ("trim",), lambda value: codes.get(value.strip(), "")
    widths = {len(code) for code in codes}
    if len(widths) == 1:
        (width,) = widths
        yield (
            "by code, with the zeros that were lost",
            ("trim", f"zero_pad: {width}"),
            lambda value: codes.get(value.strip().zfill(width), ""),
        )
        short = {code[:-1]: code for code in codes}
        if len(short) == len(codes) and width >= 5:
            yield (
                f"by code without its last figure ({width - 1} against {width})",
                None,
                lambda value: short.get(value.strip(), ""),
            )
            yield (
                f"by code with a figure more ({width + 1} against {width})",
                None,
                lambda value: codes.get(value.strip()[:-1], ""),
            )
    names: dict[str, list[str]] = {}
    for area in areas:
        names.setdefault(plain(area.name), []).append(area.area_id)
    alone = {name: found[0] for name, found in names.items() if len(found) == 1}
    yield "by name, whatever its case, accents and signs", None, lambda value: alone.get(plain(value), "")
    tight = {name.replace(" ", ""): code for name, code in alone.items()}
    yield "by name, also without blanks", None, lambda value: tight.get(plain(value).replace(" ", ""), "")
    ends: dict[str, list[str]] = {}
    for code in codes:
        figures = "".join(one for one in code if one.isdigit()).lstrip("0")
        ends.setdefault(figures, []).append(code)
    single = {figures: found[0] for figures, found in ends.items() if len(found) == 1 and figures}
    yield (
        "by the number in the code",
        None,
        lambda value: single.get(value.strip().lstrip("0"), "") if value.strip().isdigit() else "",
    )
