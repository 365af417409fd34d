"""How each named step is done, in SQL. Text steps map text to text; a closing step gives a typed value."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import singledispatchmethod

from sga_pipeline.conform.compact_periods import compact_period
from sga_pipeline.conform.number_sql import number_sql
from sga_pipeline.conform.sql_text import literal, literals
from sga_pipeline.contracts import steps
from sga_pipeline.contracts.letters import BARE, STROKED
from sga_pipeline.contracts.mappings import MappingTable


@dataclass
class Translation:
    """A list of codes as an ENUM type and a list of results: a lookup that keeps rows in order and costs one hash."""

    type_name: str
    keys: tuple[str, ...]
    results: tuple[str | None, ...]

    def sql(self, text: str) -> str:
        results = ", ".join("null" if one is None else literal(one) for one in self.results)
        return f"([{results}])[enum_code(try_cast({text} as {self.type_name})) + 1]"

    def known(self, text: str) -> str:
        return f"(try_cast({text} as {self.type_name}) is not null)"


@dataclass
class StepWriter:
    """Writes the SQL of a column's steps, and remembers the translations it needs and the codes it could not map."""

    mappings: dict[str, MappingTable]
    time_zone: str
    translations: list[Translation] = field(default_factory=list)
    # SQL that gives the code where a translation did not know it, and whether that fails the row.
    unmapped: list[tuple[str, bool]] = field(default_factory=list)

    def chain(self, text: str, chosen: list[steps.Step]) -> str:
        """Text steps only, one inside the other."""
        for step in chosen:
            if not step.closes:
                text = self.write(step, text)
        return text

    @singledispatchmethod
    def write(self, step: object, text: str) -> str:
        raise TypeError(f"no SQL for the step {type(step).__name__}")

    @write.register
    def _trim(self, step: steps.Trim, text: str) -> str:
        return f"trim({text})"

    @write.register
    def _upper(self, step: steps.Upper, text: str) -> str:
        return f"upper({text})"

    @write.register
    def _lower(self, step: steps.Lower, text: str) -> str:
        return f"lower({text})"

    @write.register
    def _collapse(self, step: steps.CollapseSpaces, text: str) -> str:
        return rf"regexp_replace({text}, '\s+', ' ', 'g')"

    @write.register
    def _accents(self, step: steps.StripAccents, text: str) -> str:
        return _bare(text)

    @write.register
    def _name_key(self, step: steps.NameKey, text: str) -> str:
        # The same as contracts.crosswalks.name_key; a test holds both against each other.
        plain = rf"regexp_replace({_bare(text)}, '[''’‘ʼ`´]', '', 'g')"
        return rf"replace(upper(trim(regexp_replace({plain}, '[^\p{{L}}\p{{N}}]+', ' ', 'g'))), 'ẞ', 'SS')"

    @write.register
    def _zero_pad(self, step: steps.ZeroPad, text: str) -> str:
        # lpad would cut longer values; those stay as they are and fail their own checks.
        return f"case when length({text}) < {step.width} then lpad({text}, {step.width}, '0') else {text} end"

    @write.register
    def _prefix(self, step: steps.Prefix, text: str) -> str:
        return f"({literal(step.text)} || {text})"

    @write.register
    def _suffix(self, step: steps.Suffix, text: str) -> str:
        return f"({text} || {literal(step.text)})"

    @write.register
    def _slice(self, step: steps.Slice, text: str) -> str:
        return f"substr({text}, {step.start}, {step.length})"

    @write.register
    def _replace(self, step: steps.Replace, text: str) -> str:
        return f"replace({text}, {literal(step.old)}, {literal(step.new)})"

    @write.register
    def _part(self, step: steps.Part, text: str) -> str:
        return f"nullif(split_part({text}, {literal(step.separator)}, {step.index}), '')"

    @write.register
    def _extract(self, step: steps.Extract, text: str) -> str:
        return f"nullif(regexp_extract({text}, {literal(step.pattern)}, 1), '')"

    @write.register
    def _null_if(self, step: steps.NullIf, text: str) -> str:
        return f"case when {text} not in ({literals(step.values)}) then {text} end"

    @write.register
    def _default(self, step: steps.Default, text: str) -> str:
        return f"coalesce(nullif({text}, ''), {literal(step.text)})"

    @write.register
    def _compact_period(self, step: steps.CompactPeriod, text: str) -> str:
        return compact_period(text, step.give)

    @write.register
    def _recode(self, step: steps.Recode, text: str) -> str:
        return self._translate(text, tuple(step.values), tuple(step.values.values()), step.otherwise)

    @write.register
    def _lookup(self, step: steps.Lookup, text: str) -> str:
        table = self.mappings[step.mapping]
        rows = [row for row in table.rows if row[step.give] or step.blank == "none"]
        # A list without a single row is no type; the empty text is never looked up.
        keys = tuple(row[table.key] for row in rows) or ("",)
        return self._translate(text, keys, tuple(row[step.give] or None for row in rows) or (None,), step.otherwise)

    def _translate(
        self, text: str, keys: tuple[str, ...], results: tuple[str | None, ...], otherwise: steps.Otherwise
    ) -> str:
        same = next((one for one in self.translations if one.keys == keys), None)
        type_name = same.type_name if same else f"codes_{len(self.translations)}"
        translation = Translation(type_name, keys, results)
        self.translations.append(translation)
        if otherwise in {"unknown", "reject"}:
            missed = f"case when {text} is not null and {text} <> '' and not {translation.known(text)} then {text} end"
            self.unmapped.append((missed, otherwise == "reject"))
        found = translation.sql(text)
        return f"case when {translation.known(text)} then {found} else {text} end" if otherwise == "keep" else found

    def close(self, step: steps.Step | None, text: str, column_type: str) -> str:
        """The typed value: by the closing step, or by the plain form of the column's type."""
        if isinstance(step, steps.Date):
            return f"cast({self._moment(step.formats, text)} as date)"
        if isinstance(step, steps.DateTime):
            moment = self._moment(step.formats, text)
            if step.zone == "UTC":
                moment = f"timezone({literal(self.time_zone)}, timezone('UTC', {moment}))"
            return f"hour({moment})::bigint" if step.give == "hour" else f"cast({moment} as date)"
        if isinstance(step, steps.Boolean):
            return f"case when {text} in ({literals(step.yes)}) then true when {text} in ({literals(step.no)}) then false end"
        if isinstance(step, steps.Number):
            return number_sql(step, text, column_type)
        if column_type in {"integer", "number"}:
            return number_sql(steps.Number(step="number"), text, column_type)
        if column_type == "date":
            return f"cast({self._moment(['%Y-%m-%d'], text)} as date)"
        return text

    def _moment(self, formats: list[str], text: str) -> str:
        tries = ", ".join(f"try_strptime({text}, {literal(form)})" for form in formats)
        return tries if len(formats) == 1 else f"coalesce({tries})"


def _bare(text: str) -> str:
    return f"translate(strip_accents({text}), {literal(STROKED)}, {literal(BARE)})"
