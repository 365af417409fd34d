"""The matrix of indicators and years: what the assessment needed of each, and whether it came."""

from __future__ import annotations

from dataclasses import dataclass

from sga_pipeline.site.formats import year_ranges
from sga_pipeline.site.release_rows import ReleaseRows, Row
from sga_pipeline.site.words import Words

# A sign beside the colour of each state; letters as official statistics use them.
SIGNS = {
    "there": "●",
    "estimated": "e",
    "provisional": "p",
    "unsure": "u",
    "partial": "◐",
    "suppressed": "c",
    "missing": "x",
    "not_required": "z",
}
HAS_VALUE = ("there", "estimated", "provisional", "unsure")

# One row for each printed indicator.
INDICATORS = """
select indicator_id, guide_seq, category_no, category, coalesce(short_title, title_guide) as title, case when core_flag then case core_provenance when 'city_override' then 'core_of_city' else 'core_of_project' end end as core
from indicators where record_type = 'printed' order by category_no, guide_seq, indicator_id
"""
# One row for each indicator and year, for the whole city; the reason in the language of the page, where it is a code.
CITY_CELLS = """
select cells.indicator_id, cells.year, cells.state, texts.text is not null as is_translated,
    coalesce(replace(texts.text, '{{detail}}', coalesce(cells.reason_detail, '')), cells.reason) as reason
from evidence.expected_cells as cells
left join reasons as texts on cells.reason_code = texts.reason_code and texts.language = '{language}'
where cells.area_level = 'city'
order by all
"""
# One row for each indicator: the cells of the first level below the city.
DISTRICT_CELLS = f"""
with below as (select distinct level from areas where parent_id = (select city_area from cities))
select indicator_id, count(*) as needed, count(*) filter (state in {HAS_VALUE}) as there
from evidence.expected_cells where area_level in (select level from below) and state <> 'not_required' group by all
"""


@dataclass(frozen=True)
class Cell:
    """One year of one indicator."""

    state: str
    reason: str | None
    # A city's own decision is in the city's words, whatever the language of the page.
    is_translated: bool

    @property
    def sign(self) -> str:
        return SIGNS[self.state]


@dataclass(frozen=True)
class Reason:
    """Why an indicator has no firm value in some years."""

    years: str
    state: str
    reason: str
    is_translated: bool


@dataclass(frozen=True)
class Line:
    """One indicator. `districts` is how many of the needed values there are, or None where none is needed."""

    indicator_id: str
    seq: str | None
    title: str
    # Whose core set it is in: the word for it, or nothing.
    core: str | None
    cells: list[Cell]
    districts: tuple[int, int] | None
    reasons: list[Reason]


@dataclass(frozen=True)
class Group:
    """A category and its indicators."""

    number: int
    title: str
    lines: list[Line]

    @property
    def is_optional(self) -> bool:
        """Whether it is the category that the guide prints and does not count among its seven."""
        return self.number == 8

    @property
    def needed(self) -> int:
        return sum(cell.state != "not_required" for line in self.lines for cell in line.cells)

    @property
    def there(self) -> int:
        return sum(cell.state in HAS_VALUE for line in self.lines for cell in line.cells)


@dataclass(frozen=True)
class Matrix:
    """All of it."""

    years: list[int]
    groups: list[Group]


def read_matrix(rows: ReleaseRows, words: Words) -> Matrix:
    found: dict[str, dict[int, Row]] = {}
    for row in rows.all(CITY_CELLS.format(language=words.language)):
        found.setdefault(row["indicator_id"], {})[row["year"]] = row
    below = {row["indicator_id"]: (row["there"], row["needed"]) for row in rows.all(DISTRICT_CELLS)}
    known = sorted({year for cells in found.values() for year in cells})
    years = list(range(known[0], known[-1] + 1)) if known else []
    groups: dict[int, Group] = {}
    for row in rows.all(INDICATORS):
        number = row["category_no"]
        title = words.code("category", str(number)) or row["category"]
        group = groups.setdefault(number, Group(number, title if title != str(number) else row["category"], []))
        group.lines.append(_line(row, found.get(row["indicator_id"], {}), below.get(row["indicator_id"]), years))
    return Matrix(years, list(groups.values()))


def _line(indicator: Row, found: dict[int, Row], districts: tuple[int, int] | None, years: list[int]) -> Line:
    nothing: Row = {"state": "not_required", "reason": None, "is_translated": False}
    known = [found.get(year, nothing) for year in years]
    cells = [Cell(row["state"], row["reason"], row["is_translated"]) for row in known]
    why: dict[tuple[str, str, bool], list[int]] = {}
    for year, cell in zip(years, cells, strict=True):
        if cell.reason and cell.state not in {"there", "not_required"}:
            why.setdefault((cell.state, cell.reason, cell.is_translated), []).append(year)
    reasons = [Reason(year_ranges(at), *stated) for stated, at in why.items()]
    return Line(
        indicator["indicator_id"],
        indicator["guide_seq"],
        indicator["title"],
        indicator["core"],
        cells,
        districts,
        reasons,
    )
