"""The areas a city already has, and how a column's values match them: by code, by code with lost zeros, by name."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from sga_pipeline.conform.delivery import Sinks, conform_delivery
from sga_pipeline.contracts.assessment import CityPlan
from sga_pipeline.draft.column import Column
from sga_pipeline.draft.text import plain
from sga_pipeline.errors import SgaError

# How much it is trusted, how it is done, the steps that do it (None where only a list can), and the area of a value.
Way = tuple[float, str, tuple[str, ...] | None, Callable[[str], str]]


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
    retrieved_at: str = "9999-01-01"


@dataclass(frozen=True)
class Match:
    """How values meet areas: the steps that make an id of every value, or a list of value and id where steps cannot."""

    share: float
    how: str
    steps: tuple[str, ...]
    listed: tuple[tuple[str, int, str], ...]
    levels: tuple[str, ...]
    missed: int
    # How many areas of their level the values meet, and how much the match is to be trusted compared with others.
    met: int
    of: int
    rank: float
    # Values of the city, where the column holds areas of a whole country.
    only: tuple[str, ...] = ()


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
                conform_delivery(plan, _Arrived(file), "draft", Sinks(kept, place / "quarantine.parquet", place))
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
    """The best way of matching; None where few rows meet an area and few areas are met."""
    best: Match | None = None
    levels = sorted({area.level for area in areas})
    for pool in ([area for area in areas if area.level == level] for level in levels):
        for weight, how, steps, key in _ways(pool):
            got = [(value, count, key(value)) for value, count in column.values]
            total = sum(count for _, count, _ in got)
            hits = [(value, count, code) for value, count, code in got if code]
            share = sum(count for _, count, _ in hits) / total if total else 0.0
            met = len({code for _, _, code in hits})
            national = share < 0.5 and weight >= 0.9 and len(pool) >= 5 and met >= len(pool) * 0.8
            # One area met by every row says little; all areas of a level met says much.
            rank = (1.0 if national else share) * (0.3 + 0.7 * met / len(pool)) * weight
            if (share < 0.5 and not national) or (best is not None and rank <= best.rank + 0.001):
                continue
            listed = () if steps is not None else tuple(hits)
            best = Match(
                share,
                how,
                steps or (),
                listed,
                (pool[0].level,),
                total - sum(count for _, count, _ in hits),
                met,
                len(pool),
                rank,
                tuple(sorted(value for value, _, _ in hits)) if national else (),
            )
    return best


def _ways(areas: list[Area]) -> Iterator[Way]:
    codes = {area.area_id: area.area_id for area in areas}
    yield 1.0, "by code", ("trim",), lambda value: codes.get(value.strip(), "")
    widths = {len(code) for code in codes}
    if len(widths) == 1:
        (width,) = widths
        yield (
            0.95,
            "by code, with the zeros that were lost",
            ("trim", f"zero_pad: {width}"),
            lambda value: codes.get(value.strip().zfill(width), ""),
        )
        short = {code[:-1]: code for code in codes}
        if len(short) == len(codes) and width >= 5:
            yield (
                0.9,
                f"by code without its last figure ({width - 1} against {width})",
                None,
                lambda value: short.get(value.strip(), ""),
            )
            yield (
                0.9,
                f"by code with a figure more ({width + 1} against {width})",
                None,
                lambda value: codes.get(value.strip()[:-1], ""),
            )
    names: dict[str, list[str]] = {}
    for area in areas:
        names.setdefault(plain(area.name), []).append(area.area_id)
    alone = {name: found[0] for name, found in names.items() if len(found) == 1}
    yield 0.85, "by name, whatever its case, accents and signs", None, lambda value: alone.get(plain(value), "")
    tight = {name.replace(" ", ""): code for name, code in alone.items()}
    yield 0.84, "by name, also without blanks", None, lambda value: tight.get(plain(value).replace(" ", ""), "")
    ends: dict[str, list[str]] = {}
    for code in codes:
        figures = "".join(one for one in code if one.isdigit()).lstrip("0")
        ends.setdefault(figures, []).append(code)
    single = {figures: found[0] for figures, found in ends.items() if len(found) == 1 and figures}
    yield (
        0.5,
        "by the number in the code",
        None,
        lambda value: single.get(value.strip().lstrip("0"), "") if value.strip().isdigit() else "",
    )
