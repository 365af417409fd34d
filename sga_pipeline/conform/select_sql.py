"""The SELECT that turns text cells into the shape's columns, with what went wrong in each row."""

from __future__ import annotations

from dataclasses import dataclass, field

from sga_pipeline.conform.boundaries import NO_POLYGON, UNREADABLE_BOUNDARY
from sga_pipeline.conform.column_readings import Readings
from sga_pipeline.conform.corrections import corrected_sql, text_column
from sga_pipeline.conform.number_sql import is_either
from sga_pipeline.conform.own_period import OUTSIDE_PERIOD, is_outside
from sga_pipeline.conform.points import X, Y
from sga_pipeline.conform.readers.opened import Opened
from sga_pipeline.conform.sql_text import literal, literals, name
from sga_pipeline.conform.steps_sql import StepWriter, Translation
from sga_pipeline.conform.unusable_values import unknown_value
from sga_pipeline.contracts.assessment import FeedPlan
from sga_pipeline.contracts.feed import Constant, FromColumns, FromPeriod, FromRow, Joined, Where
from sga_pipeline.contracts.places import FromPoint, Point
from sga_pipeline.contracts.shape import Column
from sga_pipeline.contracts.steps import Date, DateTime, Number, Step
from sga_pipeline.errors import DeliveryError

# The first days a spreadsheet knows stand for no date at all; no assessment looks at what was before.
EARLIEST = "date '1900-01-02'"
UNREADABLE, IN_SCOPE, KEY = "_unreadable", "_in_scope", "_key"
DUCKDB_TYPES = {"string": "varchar", "integer": "bigint", "number": "double", "boolean": "boolean", "date": "date"}


@dataclass
class Selection:
    """SQL that reads a delivery in the shape's form, and how to read its side columns."""

    sql: str
    key_sql: str | None
    translations: list[Translation]
    # Bit of the `_unreadable` column for each rule that fails where a value cannot be read or translated.
    bits: dict[str, int] = field(default_factory=dict)
    # Side column that holds codes without a mapping, for each shape column that has one.
    unmapped: dict[str, str] = field(default_factory=dict)
    # SQL that gives the text of every mapped column after its steps, not yet typed.
    texts: str = ""


def build_selection(
    plan: FeedPlan, opened: Opened, delivery_key: str, period: str | None, readings: Readings | None = None
) -> Selection:
    """Write the SELECT for one delivery, or raise DeliveryError where its header does not fit the contract."""
    cells = _cells(plan, opened.header)
    builder = _Builder(plan, cells, delivery_key, period, [*plan.feed.format.empty], readings or Readings())
    return builder.build(opened.relation)


def _cells(plan: FeedPlan, header: tuple[str, ...]) -> dict[str, str]:
    """Source column name -> c0, c1, ...; every name the contract uses must be there once."""
    doubled = {one for one in header if header.count(one) > 1}
    cells = {one: f"c{i}" for i, one in enumerate(header)}
    needed: list[list[str]] = [[one.column] for one in plan.feed.where]
    for mapped in plan.feed.columns.values():
        if isinstance(mapped, FromColumns):
            needed.append(mapped.names)
        elif isinstance(mapped, Joined):
            needed += [[one] for one in mapped.join]
        elif isinstance(mapped, FromPoint):
            needed += [[one.from_] for one in mapped.point.coordinates]
    # Without one known name the first line may be no header but somebody's record, and is not shown.
    is_header = any(one in cells for names in needed for one in names)
    begins = f"It begins: {', '.join(header[:6])}. " if is_header else "Not one of the contract's columns is there. "
    for names in needed:
        present = [one for one in names if one in cells]
        if not present:
            raise DeliveryError(
                f"the header lacks the column {' or '.join(names)}",
                f"{begins}Correct the contract's columns, or ask for the old layout.",
                names[0],
            )
        if present[0] in doubled:
            raise DeliveryError("the header names a column twice", "Ask for distinct names.", present[0])
    return cells


@dataclass
class _Builder:
    plan: FeedPlan
    cells: dict[str, str]
    delivery_key: str
    period: str | None
    empty: list[str]
    readings: Readings
    texts: list[str] = field(default_factory=list)
    values: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)

    def build(self, relation: str) -> Selection:
        writer = StepWriter(self.plan.mappings, self.plan.time_zone)
        selection = Selection("", None, writer.translations)
        for column in self.plan.shape.columns:
            self._column(column, writer, selection)
        if self.plan.shape.id == "areas":
            for rule in (UNREADABLE_BOUNDARY, NO_POLYGON):
                selection.bits[rule] = 1 << len(selection.bits)
        scope = " and ".join(self._condition(one, writer) for one in self.plan.feed.where) or "true"
        flags = " + ".join(self.flags) or "0"
        # Reading, text steps, typing, output: each layer names what the next one uses, so nothing is computed twice.
        read = f"select *, {scope} as {IN_SCOPE} from {relation}"
        texts = f"select *{self._more(self.texts)} from ({read})"
        selection.texts = texts
        values = f"select *{self._more(self.values)} from ({texts})"
        if self.plan.corrections:
            return self._of_own_period(self._corrected(selection, values, flags))
        selection.key_sql = self._key_sql(values)
        key = f", {self._key_hash()} as {KEY}" if selection.key_sql else ""
        selection.sql = (
            f"select {', '.join(self.outputs)}, ({flags})::ubigint as {UNREADABLE}, {IN_SCOPE}{key} from ({values})"
        )
        return self._of_own_period(selection)

    def _of_own_period(self, selection: Selection) -> Selection:
        """The same with rows of other periods out of scope, by the date they have after corrections."""
        outside = is_outside(self.plan, self.period)
        if outside is None:
            return selection
        selection.sql = (
            f"select * replace ({IN_SCOPE} and not {outside} as {IN_SCOPE}), "
            f"{IN_SCOPE} and {outside} as {OUTSIDE_PERIOD} from ({selection.sql})"
        )
        if selection.key_sql:
            selection.key_sql = f"select {KEY} from ({selection.sql}) where {IN_SCOPE}"
        return selection

    def _corrected(self, selection: Selection, values: str, flags: str) -> Selection:
        """The same with the city's corrections, and keys taken of what they give: a correction may make a duplicate, or end one."""
        corrections = self.plan.corrections
        bits = {rule.removeprefix("type:"): bit for rule, bit in selection.bits.items() if rule.startswith("type:")}
        named = dict.fromkeys(one.column for one in corrections if one.column in bits)
        texts = "".join(f", {self._text_of(one, selection)} as {name(text_column(one))}" for one in named)
        typed = (
            f"select {', '.join(self.outputs)}, ({flags})::ubigint as {UNREADABLE}, {IN_SCOPE}{texts} from ({values})"
        )
        types = {column.name: DUCKDB_TYPES[column.type] for column in self.plan.shape.columns}
        corrected = corrected_sql(typed, corrections, types, bits, selection.unmapped, UNREADABLE)
        if self._key_sql(values) is None:
            selection.sql = corrected
            return selection
        columns = [name(one) for one in self.plan.shape.key if one not in self._later()]
        key = f"hash({', '.join(columns) or 'true'}) as {KEY}"
        selection.key_sql = f"select {key} from ({corrected}) where {IN_SCOPE}"
        selection.sql = f"select *, {key} from ({corrected})"
        return selection

    def _text_of(self, column: str, selection: Selection) -> str:
        """What the source says where it could not be read or translated."""
        text, missed = name(f"t_{column}"), name(f"u_{column}")
        return f"coalesce({text}, {missed})" if column in selection.unmapped else text

    def _more(self, items: list[str]) -> str:
        return "".join(f", {item}" for item in items)

    def _key_sql(self, values: str) -> str | None:
        key = self.plan.shape.key
        if not key or any(isinstance(self.plan.feed.columns.get(one), FromRow) for one in key):
            return None
        return f"select {self._key_hash()} as {KEY} from ({values}) where {IN_SCOPE}"

    def _key_hash(self) -> str:
        columns = [self._output_of(one) for one in self.plan.shape.key if one not in self._later()]
        return f"hash({', '.join(columns) or 'true'})"

    def _later(self) -> set[str]:
        """Codes of another system are translated later; until then two of them may be one and the same."""
        return {"area_id"} if self.plan.crosswalk else set()

    def _output_of(self, column: str) -> str:
        alias = f" as {name(column)}"
        return next(one.removesuffix(alias) for one in self.outputs if one.endswith(alias))

    def _column(self, column: Column, writer: StepWriter, selection: Selection) -> None:
        mapped = self.plan.feed.columns.get(column.name)
        sql_type = DUCKDB_TYPES[column.type]
        default = self._default(column, mapped is not None)
        if isinstance(mapped, FromColumns | Joined):
            value = self._mapped(column, mapped, writer, selection)
        elif isinstance(mapped, Constant):
            value = f"cast({literal(mapped.constant)} as {sql_type})"
        elif isinstance(mapped, FromPeriod):
            text = (self.period or "")[:4] if mapped.period == "year" else (self.period or "")
            value = f"cast({literal(text)} as {sql_type})"
        elif isinstance(mapped, FromRow):
            value = f"{literal(self.delivery_key + '-')} || (row_number() over ())::varchar"
        else:
            if isinstance(mapped, FromPoint):
                self._point(mapped.point, writer, selection)
            value = f"cast(null as {sql_type})"
        if default is not None:
            value = f"coalesce({value}, {literal(default)})"
        self.outputs.append(f"{value} as {name(column.name)}")

    def _default(self, column: Column, is_mapped: bool) -> str | None:
        """What an empty cell means: unknown, all together, or an area the contract gives. Never a guess at a value."""
        if column.name == "area_id" and self.plan.shape.kind != "reference":
            # Codes that still have to be found or translated come first.
            return None if self.plan.point or self.plan.crosswalk else self.plan.area_of_blanks
        if column.name in {"sex", "age_group"} and self.plan.shape.kind == "levels" and not is_mapped:
            return "_T"
        return unknown_value(self.plan, column)

    def _mapped(self, column: Column, mapped: FromColumns | Joined, writer: StepWriter, selection: Selection) -> str:
        source, text_name, value_name = self._source(mapped), f"t_{column.name}", f"v_{column.name}"
        before = len(writer.unmapped)
        text = f"nullif({writer.chain(source, list(mapped.steps))}, '')"
        self.texts.append(f"{text} as {name(text_name)}")
        failed = []
        missed = [sql for sql, _ in writer.unmapped[before:]]
        strict = [sql for sql, rejects in writer.unmapped[before:] if rejects]
        if missed:
            side = f"u_{column.name}"
            self.texts.append(f"coalesce({', '.join(missed)}) as {name(side)}")
            self.outputs.append(f"{name(side)} as {name('_unmapped_' + column.name)}")
            selection.unmapped[column.name] = f"_unmapped_{column.name}"
        closing = mapped.steps[-1] if mapped.steps and mapped.steps[-1].closes else None
        value = self._read(column, closing, name(text_name), writer)
        self.values.append(f"{value} as {name(value_name)}")
        if column.type != "string":
            failed.append(f"({name(text_name)} is not null and {name(value_name)} is null)")
        if strict:
            failed.append(f"({name('u_' + column.name)} is not null)")
        self._flag(column.name, failed, selection)
        return name(value_name)

    def _read(self, column: Column, closing: Step | None, text: str, writer: StepWriter) -> str:
        """The typed value, as this delivery is read."""
        if isinstance(closing, Date | DateTime) and column.name in self.readings.formats:
            closing = closing.model_copy(update={"formats": self.readings.formats[column.name]})
        value = writer.close(closing, text, column.type)
        if isinstance(closing, Number) and column.name in self.readings.ambiguous:
            return f"case when not {is_either(closing, text)} then {value} end"
        # A year of two digits is none of antiquity either: nobody knows its century.
        return f"case when ({value}) >= {EARLIEST} then {value} end" if column.type == "date" else value

    def _flag(self, column: str, failed: list[str], selection: Selection) -> None:
        if failed:
            bit = selection.bits[f"type:{column}"] = 1 << len(selection.bits)
            self.flags.append(f"(case when {' or '.join(failed)} then {bit} else 0 end)")

    def _point(self, point: Point, writer: StepWriter, selection: Selection) -> None:
        """Both coordinates as numbers, next to the shape's own columns."""
        failed = []
        for output, coordinate in zip((X, Y), point.coordinates, strict=True):
            text, number = name(f"t{output}"), name(f"v{output}")
            value = writer.close(Number(step="number", decimal=coordinate.decimal), text, "number")
            self.texts.append(f"nullif(trim({self._cell(coordinate.from_)}), '') as {text}")
            self.values.append(f"{value} as {number}")
            self.outputs.append(f"{number} as {name(output)}")
            failed.append(f"({text} is not null and {number} is null)")
        self._flag("area_id", failed, selection)

    def _source(self, mapped: FromColumns | Joined) -> str:
        if isinstance(mapped, Joined):
            parts = ", ".join(f"coalesce({self._cell(one)}, '')" for one in mapped.join)
            return f"concat_ws({literal(mapped.separator)}, {parts})"
        return self._cell(next(one for one in mapped.names if one in self.cells))

    def _cell(self, column: str) -> str:
        cell = self.cells[column]
        return (
            f"(case when {cell} not in ({literals(self.empty)}) then {cell} end)"
            if self.empty
            else f"nullif({cell}, '')"
        )

    def _condition(self, one: Where, writer: StepWriter) -> str:
        cell = self.cells[one.column]
        # Zeros put before nothing would make a code of an empty cell.
        cell = writer.chain(f"nullif({cell}, '')", list(one.steps)) if one.steps else cell
        cell = f"coalesce({cell}, '')"
        if one.in_ is not None:
            return f"{cell} in ({literals(one.in_)})"
        if one.not_in is not None:
            return f"{cell} not in ({literals(one.not_in)})"
        if one.matches is not None or one.not_matches is not None:
            matched = f"regexp_full_match({cell}, {literal(one.matches or one.not_matches or '')})"
            return matched if one.matches is not None else f"not {matched}"
        starts = " or ".join(f"starts_with({cell}, {literal(text)})" for text in one.starts_with or [])
        return f"({starts or 'false'})"
