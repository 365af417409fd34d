"""What every way of filling a column has in common: the plain ways by type, and what is written of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sga_pipeline.contracts.shape import Shape
from sga_pipeline.draft.city_areas import Area, Match
from sga_pipeline.draft.column import Column
from sga_pipeline.draft.word_lists import code_of
from sga_pipeline.draft.yaml_text import listed, pairs, scalar


@dataclass
class Line:
    """One column of the shape: how it is filled, and why."""

    name: str
    filled: str
    why: str


@dataclass
class Filling:
    """All lines, the source columns with what each fills first, and the lists that go with them."""

    lines: list[Line] = field(default_factory=list)
    used: dict[str, str] = field(default_factory=dict)
    # Name of a mapping and the feed's column it is for.
    offence_column: Column | None = None
    area_match: Match | None = None
    area_column: Column | None = None
    wide: dict[str, str] = field(default_factory=dict)
    # Columns that are years side by side.
    years: list[Column] = field(default_factory=list)
    dated_to: str = ""
    notes: list[str] = field(default_factory=list)


class Base:
    """The columns found, by what they mean, and the lines written so far."""

    def __init__(self, shape: Shape, columns: list[Column], areas: list[Area], city_area: str, loose: bool) -> None:
        self.shape, self.columns, self.areas, self.city_area = shape, columns, areas, city_area
        # Whether the city has finer areas a column could be compared with.
        self.loose = loose
        self.by_meaning: dict[str, Column] = {}
        names = [column.name for column in columns]
        for column in columns:
            if column.meaning and names.count(column.name) == 1:
                self.by_meaning.setdefault(column.meaning, column)
        self.out = Filling()
        # The shape's column that is being filled.
        self.now = ""

    def _use(self, column: Column) -> str:
        self.out.used.setdefault(column.name, self.now)
        return scalar(column.name)

    def _missing(self, name: str, description: str) -> tuple[str, str]:
        needed = self.shape.column(name)
        if needed is not None and needed.code_list:
            return (
                f'{{constant: "TODO: one code of the list {needed.code_list}, or map a column"}}',
                "no column gives it",
            )
        return f'{{from: "TODO: the column that gives: {description.rstrip(".").lower()}"}}', "no column gives it"

    def _plain(self, name: str, source: Column) -> tuple[str, str] | None:
        typed = self.shape.column(name)
        steps: list[str] = []
        if source.missing_words:
            steps.append(f"null_if: {listed([value for value, _ in source.missing_words])}")
        if typed is not None and typed.type == "date":
            return self._date(source)
        if typed is not None and typed.type == "boolean":
            return self._boolean(source)
        if typed is not None and typed.type in {"integer", "number"}:
            return self._number(source, steps, whole=typed.type == "integer")
        if typed is not None and typed.code_list:
            return self._coded(name, source, typed.code_list)
        return self._from(
            source, [*steps, "trim"] if typed is not None and typed.type == "string" and name != "geometry" else steps
        ), source.why

    def _from(self, source: Column, steps: Iterable[str]) -> str:
        written = [one if ":" not in one else f"{{{one}}}" for one in steps]
        tail = f", steps: [{', '.join(written)}]" if written else ""
        return f"{{from: {self._use(source)}{tail}}}"

    def _date(self, source: Column) -> tuple[str, str]:
        steps = [f"null_if: {listed([value for value, _ in source.missing_words])}"] if source.missing_words else []
        dates = source.dates
        if dates is None:
            if source.numbers and source.numbers.whole and 1900 <= source.numbers.low <= source.numbers.high <= 2100:
                self.out.dated_to = "year"
                return self._from(
                    source, [*steps, 'suffix: "-07-01"', 'date: ["%Y-%m-%d"]']
                ), f"{source.why}; the first of July is used for a year"
            return self._from(source, [*steps, 'date: ["TODO: the form of its dates, such as %d/%m/%Y"]']), source.why
        if dates.ambiguous:
            return self._from(
                source, [*steps, f'date: ["TODO: {" or ".join(dates.formats)}: ask the owner which"]']
            ), source.why
        if dates.same_start:
            steps.append("slice: {start: 1, length: 10}")
        return self._from(source, [*steps, f"date: {listed(list(dates.formats))}"]), source.why

    def _number(self, source: Column, steps: list[str], *, whole: bool) -> tuple[str, str]:
        numbers = source.numbers
        if numbers is not None:
            if numbers.step:
                steps.append(numbers.step)
            elif whole and not numbers.whole:
                steps.append("number: {round: true}")
            elif steps:
                steps.append("number: {}")
        return self._from(source, steps), source.why

    def _boolean(self, source: Column) -> tuple[str, str] | None:
        answers = {value: code_of("answer", value) for value, _ in source.values}
        missing = [value for value, _ in source.missing_words]
        yes = sorted(value for value, code in answers.items() if code == "yes")
        no = sorted(value for value, code in answers.items() if code == "no")
        other = sorted(value for value, code in answers.items() if code is None and value not in missing)
        if not yes or not no or other:
            return None
        steps = [f"null_if: {listed(missing)}"] if missing else []
        return self._from(source, [*steps, f'boolean: {{"yes": {listed(yes)}, "no": {listed(no)}}}']), source.why

    def _coded(self, name: str, source: Column, code_list: str) -> tuple[str, str] | None:
        known = {value: code for value, _ in source.shown if (code := code_of(code_list, value))}
        if not known:
            return None
        share = sum(count for value, count in source.values if value in known) / max(source.filled, 1)
        return self._from(
            source, [f'recode: {{values: {pairs(known)}, otherwise: "null"}}']
        ), f"{source.why}; {share:.0%} of its values are words this project knows for it"
