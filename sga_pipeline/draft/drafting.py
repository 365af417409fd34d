"""From one file to the draft of its contract: examines, decides what is likeliest, and writes it down with the reasons."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import duckdb

from sga_pipeline.contracts.assessment import CityPlan
from sga_pipeline.contracts.shape import Shape, read_shape
from sga_pipeline.draft.choosing import FAMILIES, Choice, choose
from sga_pipeline.draft.city_areas import Area
from sga_pipeline.draft.column import FEWEST, Column
from sga_pipeline.draft.comparing import Layout, compare
from sga_pipeline.draft.feed_text import feed_text
from sga_pipeline.draft.filling import Filler
from sga_pipeline.draft.filling_base import Filling
from sga_pipeline.draft.looking import Looked, look
from sga_pipeline.draft.mapping_files import area_file, offence_file
from sga_pipeline.draft.meaning import give_meanings
from sga_pipeline.draft.opening import Found, open_file
from sga_pipeline.draft.relation import UNKNOWN, Relation, of_one_file, of_series
from sga_pipeline.draft.repeated_keys import guess_add_up
from sga_pipeline.draft.series import Series
from sga_pipeline.draft.text import words_of
from sga_pipeline.errors import DeliveryError
from sga_pipeline.paths import CONTRACTS

MEMORY = "600MB"
MOST_OFFENCES = 5000


@dataclass
class Draft:
    """What is written for one file: the contract's text, its mappings, and what the terminal says of it."""

    feed_id: str
    file: Path
    found: Found
    looked: Looked
    choice: Choice
    filling: Filling
    # Offences of fewer than five records; they are in no file.
    rare_offences: int = 0
    # Of counts: whether rows of one key are parts of one, and why so.
    add_up: tuple[str, str] | None = None
    # How deliveries relate, and the files that were compared for it, but for those that are none of the series.
    relation: Relation = UNKNOWN
    compared: tuple[Path, ...] = ()
    apart: tuple[tuple[Path, str], ...] = ()
    text: str = ""
    mappings: dict[str, str] = field(default_factory=dict)

    @property
    def family(self) -> str:
        return FAMILIES[self.choice.shape]

    @property
    def private(self) -> list[Column]:
        return [column for column in self.looked.columns if column.private]


def draft_file(
    path: Path,
    city: CityPlan | None,
    areas: list[Area],
    address: str,
    shape_id: str | None = None,
    series: Series | None = None,
) -> Draft:
    """Draft a contract for a file, the newest of its series where it has one; DeliveryError where it cannot be drafted from."""
    with tempfile.TemporaryDirectory(prefix="sga-draft-") as scratch:
        con = duckdb.connect(
            config={
                "threads": 1,
                "memory_limit": MEMORY,
                "temp_directory": scratch,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            }
        )
        try:
            found = open_file(con, path, Path(scratch))
            looked = look(con, found.opened)
            if not looked.rows:
                raise DeliveryError(
                    "the file has a header and no rows", "Draft from a delivery that holds something.", path.name
                )
            give_meanings(looked.columns)
            choice = _choice(looked, shape_id)
            loose = not any(area.level in {"district", "neighbourhood"} for area in areas)
            city_area = city.city.city_area if city else ""
            filling = Filler(shape(choice.shape), looked.columns, areas, city_area, loose).fill()
            of_counts = shape(choice.shape).kind == "counts"
            add_up = guess_add_up(con, looked, filling, shape(choice.shape)) if of_counts else None
            offences = counts(con, found, filling.offence_column) if filling.offence_column else []
            compared = None
            if series and len(series.members) > 1:
                layout = Layout(found.form, shape(choice.shape), looked.columns, filling)
                compared = compare(con, series, layout, looked.rows, Path(scratch))
        except duckdb.Error as error:
            raise DeliveryError(
                "the file cannot be read as a table", "Look at it, or ask for it again.", type(error).__name__
            ) from None
        finally:
            con.close()
    rare = sum(count < FEWEST for _, count in offences) if shape(choice.shape).kind == "events" else 0
    draft = Draft(feed_id_of(path), path, found, looked, choice, filling, rare, add_up)
    draft.relation = of_one_file(shape(choice.shape))
    if compared:
        draft.apart = compared.others
        draft.relation = of_series(compared, shape(choice.shape), add_up)
        draft.compared = tuple(one.file for one in compared.series.members)
        if draft.relation.address and compared.pairs:
            draft.feed_id = feed_id_of(Path(compared.series.name("")))
            address = f"{address.rpartition('/')[0]}/{draft.relation.address}".lstrip("/")
        _give_periods(draft)
    if filling.offence_column is not None:
        # In a table of counts an offence is a heading, and no record of one person.
        fewest = FEWEST if shape(choice.shape).kind == "events" else 1
        draft.mappings["offences"] = offence_file(offences, languages_of(city), fewest)
    if filling.area_match is not None and not filling.area_match.steps:
        draft.mappings["areas"] = area_file(filling.area_match)
    draft.text = feed_text(draft, address)
    return draft


def _give_periods(draft: Draft) -> None:
    """What no column says and the name of each file does."""
    if draft.relation.line != "replaces: period":
        return
    for line in draft.filling.lines:
        if line.name in {"period", "year"} and line.filled.startswith('{constant: "TODO'):
            line.filled = "{period: year}" if line.name == "year" else "{period: whole}"
            line.why = "no column gives it, and the name of each file does"


def _choice(looked: Looked, shape_id: str | None) -> Choice:
    choice = choose(looked.columns)
    if shape_id is None:
        return choice
    runner = choice.shape if choice.shape != shape_id else choice.runner
    return Choice(shape_id, choice.score, (), runner, choice.runner_score, named=True)


def counts(con: duckdb.DuckDBPyConnection, found: Found, column: Column) -> list[tuple[str, int]]:
    """Every value of a column in the whole file with its records, most frequent first."""
    cell = f"nullif(trim(c{column.place}), '')"
    rows = con.execute(
        f"select {cell}, count(*) from {found.opened.relation} where {cell} is not null group by 1 order by 2 desc, 1 limit {MOST_OFFENCES}"
    ).fetchall()
    return [(str(value), int(count)) for value, count in rows]


def languages_of(city: CityPlan | None) -> list[str]:
    """The city's languages; none where the scaffold's English is still there, so that all lists are tried."""
    return list(city.city.languages) if city and city.city.languages != ["en"] else []


@cache
def shape(shape_id: str) -> Shape:
    return read_shape(CONTRACTS / "shapes" / f"{shape_id}.yaml")


def feed_id_of(path: Path) -> str:
    """A feed's id from a file's name: words, no endings, never a figure first."""
    stem = re.split(
        r"\.(?=csv|xls|ods|json|geojson|kml|parquet|txt|tsv|gz|bz2|zip)", path.name, maxsplit=1, flags=re.I
    )[0]
    words = "_".join(re.findall(r"[a-z0-9]+", " ".join(words_of(stem)))) or "feed"
    return (words if words[0].isalpha() else f"feed_{words}")[:60].rstrip("_")
