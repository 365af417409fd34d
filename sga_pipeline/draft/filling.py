"""Writes how each column of a shape is filled from what was found, with the reason of every guess."""

from __future__ import annotations

from sga_pipeline.draft.column import Column
from sga_pipeline.draft.filling_base import Filling, Line
from sga_pipeline.draft.filling_persons import Persons
from sga_pipeline.draft.filling_places import Places
from sga_pipeline.draft.filling_time import Times
from sga_pipeline.draft.text import plain
from sga_pipeline.draft.word_lists import code_of, shape_signs
from sga_pipeline.draft.yaml_text import pairs, scalar


class Filler(Times, Places, Persons):
    """Fills the columns of one shape."""

    def fill(self) -> Filling:
        self._wide_months()
        self._wide_years()
        meanings: dict[str, list[str]] = {}
        for shape, meaning, _, target in shape_signs():
            if shape == self.shape.id and target:
                meanings.setdefault(target, []).append(meaning)
        for column in self.shape.columns:
            self.now = column.name
            special = getattr(self, f"_{column.name}", None)
            line: tuple[str, str] | None
            if special is not None:
                line = special()
            else:
                source = next(
                    (self.by_meaning[one] for one in meanings.get(column.name, []) if one in self.by_meaning), None
                )
                line = self._plain(column.name, source) if source else None
            if line is None and column.required:
                line = self._missing(column.name, column.description)
            if line is not None:
                self.out.lines.append(Line(column.name, *line))
            if column.name == "iccs_code" and self.out.offence_column is not None and self.shape.column("local_code"):
                self.out.lines.append(
                    Line("local_code", f"{{from: {scalar(self.out.offence_column.name)}, steps: [trim]}}", "")
                )
        if self.shape.id == "survey_answers":
            self._questions()
        return self.out

    def _key(self, meaning: str) -> tuple[str, str]:
        source = self.by_meaning.get(meaning)
        if source is not None and source.unique:
            return self._from(source, ["trim"]), f"{source.why}; no value occurs twice"
        # Another column whose name could mean the same, and which repeats nothing, serves better than one that does.
        for one in self.columns:
            if one.unique and not one.private and one.meaning in {None, "event_id", "victim_id", "death_id"}:
                found = [why for name, _, why in one.meanings if name in {"event_id", "victim_id", "death_id"}]
                if found:
                    return self._from(one, ["trim"]), f"{found[0]}; no value occurs twice"
        if source is not None:
            again = source.filled - source.distinct
            lack = source.rows - source.filled
            if again <= source.rows * 0.02 and not lack:
                return self._from(source, ["trim"]), (
                    f"{source.why}; {again:,} of {source.rows:,} rows repeat a value and will be set aside as duplicates: if they are "
                    "rows of their own, write {row: number}"
                )
            return "{row: number}", (
                f"{source.name} looks like it, but {again:,} of {source.rows:,} rows repeat a value of it and {lack:,} lack one; "
                "so rows are numbered"
            )
        return "{row: number}", "no column identifies rows, so rows are numbered and two equal rows are two"

    def _event_id(self) -> tuple[str, str] | None:
        if self.shape.id == "crime_events":
            return self._key("event_id")
        source = self.by_meaning.get("event_id")
        taken = source is not None and source.name in self.out.used
        return None if source is None or taken else (self._from(source, ["trim"]), source.why)

    def _victim_id(self) -> tuple[str, str]:
        return self._key("victim_id")

    def _death_id(self) -> tuple[str, str]:
        return self._key("death_id")

    def _iccs_code(self) -> tuple[str, str]:
        source = self.by_meaning.get("offence")
        if source is None:
            return (
                '{constant: "TODO: the ICCS code of every row, such as 0101, or map a column with offences"}',
                "no column gives the offence",
            )
        self.out.offence_column = source
        return (
            self._from(source, ["trim", "lookup: {mapping: offences, give: iccs_code, blank: unmapped}"]),
            f"{source.why}. Codes come from the mapping file once you fill them in; until then its offences are unmapped",
        )

    def _local_code(self) -> None:
        return None

    def _icd10(self) -> tuple[str, str] | None:
        source = self.by_meaning.get("cause")
        if source is None or "ICD" not in source.why or "no ICD" in source.why:
            if source is not None:
                self.out.notes.append(
                    f"{source.name} gives causes in words; a mapping to cause_group or icd10 is yours to write"
                )
            return None
        return self._from(source, ["trim", "upper", 'replace: {old: ".", new: ""}']), source.why

    def _unit_counted(self) -> tuple[str, str]:
        source = self.by_meaning.get("count")
        words = plain(" ".join([source.name if source else "", *(one.name for one in self.columns)]))
        person = any(one in words for one in ("victim", "vitima")) or "sex" in self.by_meaning
        return (
            f"{{constant: {'victims' if person else 'offences'}}}",
            "sex, age or victims are given" if person else "nothing describes persons",
        )

    def _count(self) -> tuple[str, str] | None:
        if self.out.wide:
            first = next(one for one in self.columns if one.name == next(iter(self.out.wide.values())))
            step = first.numbers.step if first.numbers else None
            return f"{{from: amount{f', steps: [{{{step}}}]' if step else ''}}}", "each month's column holds counts"
        if self.out.years:
            return self._figure()
        source = self.by_meaning.get("count") or self.by_meaning.get("amount")
        return self._number(source, [], whole=True) if source else None

    def _value(self) -> tuple[str, str] | None:
        if self.out.years:
            return self._figure()
        source = self.by_meaning.get("value")
        return self._plain("value", source) if source else None

    def _indicator_id(self) -> tuple[str, str]:
        source = self.by_meaning.get("indicator")
        if source is None:
            return (
                '{constant: "TODO: the indicator of contracts/catalogue/indicator_definition.csv these figures are"}',
                "no column names an indicator",
            )
        return self._from(source, ["trim"]), f"{source.why}; where its words are not ids of the catalogue, add a recode"

    def _topic(self) -> tuple[str, str]:
        source = self.by_meaning.get("topic")
        if source is None:
            return (
                '{constant: "TODO: the topic of contracts/catalogue/codelists.csv these figures are"}',
                "no column names a topic",
            )
        return self._from(
            source, ["trim", 'replace: {old: " ", new: _}']
        ), f"{source.why}; where its words are not topics of the catalogue, add a recode"

    def _answer(self) -> tuple[str, str] | None:
        source = self.by_meaning.get("answer")
        return self._as_answers(source)

    def _functioning(self) -> tuple[str, str] | None:
        return self._as_answers(self.by_meaning.get("functioning"))

    def _as_answers(self, source: Column | None) -> tuple[str, str] | None:
        if source is None:
            return None
        known = {value: code for value, _ in source.values if (code := code_of("answer", value))}
        if not known or all(value == code for value, code in known.items()):
            return self._from(source, []), source.why
        return self._from(source, [f"recode: {{values: {pairs(known)}}}"]), source.why

    def _theme(self) -> tuple[str, str] | None:
        source = self.by_meaning.get("theme")
        return (self._from(source, ["trim"]), source.why) if source else None

    def _obs_status(self) -> tuple[str, str] | None:
        source = self.by_meaning.get("obs_status")
        return (self._from(source, []), source.why) if source else None
