"""What the catalogue must satisfy beyond its form: kinds, measures, filters and questions that exist."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sga_pipeline.contracts.catalogue import Catalogue
from sga_pipeline.contracts.shape import Shape
from sga_pipeline.errors import Problem

# Kind, and which of numerator and denominator it needs. Each is a model, dbt_project/models/indicators/kind_<kind>.sql.
KINDS = {
    "reported": (),
    "presence": (),
    "survey": (),
    "areas_above": (),
    "count": ("numerator",),
    "density": ("numerator",),
    "growth": ("numerator",),
    "trailing": ("numerator",),
    "rate": ("numerator", "denominator"),
    "share": ("numerator", "denominator"),
    "ratio": ("numerator", "denominator"),
    "representation": ("numerator", "denominator"),
    "life_table": ("numerator", "denominator"),
}
# What a kind needs beside its parts.
ALSO = {"growth": ("years",), "trailing": ("years",), "survey": ("question",), "areas_above": ("basis", "threshold")}
FILTERS = (
    "iccs_code",
    "icd10",
    "cause_group",
    "topic",
    "unit_counted",
    "weapon",
    "relation",
    "situation",
    "location_type",
    "cleared",
)
AMOUNTS = {
    "crime_events": {"rows"},
    "crime_victims": {"rows"},
    "deaths": {"rows"},
    "crime_counts": {"count"},
    "health_counts": {"count"},
    "official_counts": {"amount", "out_of"},
    "population": {"persons"},
}


def check_catalogue(catalogue: Catalogue, shapes: dict[str, Shape]) -> list[Problem]:
    """Every problem of measures and indicators, with its line."""
    return [*_measures(catalogue, shapes), *_indicators(catalogue, shapes)]


def _measures(catalogue: Catalogue, shapes: dict[str, Shape]) -> Iterator[Problem]:
    file = catalogue.folder / "measures.csv"
    for line, row in enumerate(catalogue.measures.values(), start=2):

        def wrong(message: str, step: str, value: str, line: int = line) -> Problem:
            return Problem(message, step, value, file, line)

        shape = shapes.get(row["shape"])
        if shape is None or row["shape"] not in AMOUNTS:
            yield wrong(
                "measures cannot count rows of this shape", f"Use one of {', '.join(sorted(AMOUNTS))}.", row["shape"]
            )
            continue
        if row["amount"] not in AMOUNTS[shape.id]:
            yield wrong("the shape has no such amount", f"Use {' or '.join(sorted(AMOUNTS[shape.id]))}.", row["amount"])
        for name in FILTERS:
            column = shape.column(name)
            if row[name] and column is None:
                yield wrong(f"the shape has no column {name} to choose by", "Leave it empty.", row[name])
            listed = catalogue.code_lists.get(column.code_list or "", ()) if column else ()
            for code in filter(None, row[name].split(";")):
                if listed and code not in listed:
                    yield wrong(f"not in the list {column.code_list if column else ''}", "Correct the code.", code)
                if name == "iccs_code" and not re.fullmatch(r"[0-9]{2,6}", code):
                    yield wrong("not an ICCS code", "Write it in figures, without dots.", code)
                if name == "icd10" and not re.fullmatch(r"[A-Z][0-9]{2}[0-9A-Z]?(-[A-Z][0-9]{2})?", code):
                    yield wrong("not an ICD-10 code or range", "Write it as X85, Y871 or X85-Y09.", code)
        if row["age_group"] and row["age_group"] not in catalogue.age_groups:
            yield wrong("not an age group of the catalogue", "Add it to age_groups.csv.", row["age_group"])


def _indicators(catalogue: Catalogue, shapes: dict[str, Shape]) -> Iterator[Problem]:
    file = catalogue.folder / "indicator_catalogue.csv"
    asked = {column.name for column in shapes["survey_answers"].columns} if "survey_answers" in shapes else set()
    for line, row in enumerate(catalogue.indicators.values(), start=2):

        def wrong(message: str, step: str, value: str, line: int = line) -> Problem:
            return Problem(message, step, value, file, line)

        if row["kind"] not in KINDS:
            yield wrong("unknown kind", f"Use one of {', '.join(KINDS)}.", row["kind"])
            continue
        for part in ("numerator", "denominator"):
            needed = part in KINDS[row["kind"]]
            if needed != bool(row[part]):
                step = "Name a measure." if needed else "Leave it empty."
                yield wrong(f"a {row['kind']} {'needs a' if needed else 'has no'} {part}", step, row[part])
        for name in ALSO.get(row["kind"], ()):
            if not row[name]:
                yield wrong(f"a {row['kind']} needs {name}", "Fill the cell.", row["indicator_id"])
        for name in ("question", "question_base"):
            if row[name] and f"q_{row[name]}" not in asked:
                yield wrong(
                    "the survey has no such question", "Add a column q_... to shapes/survey_answers.yaml.", row[name]
                )
        for name in ("parent_id", "basis"):
            if row[name] and row[name] not in catalogue.indicators:
                yield wrong(f"the {name} is not an indicator", "Correct the name.", row[name])
        if row["asked_age"] and row["asked_age"] not in catalogue.age_groups:
            yield wrong("not an age group of the catalogue", "Add it to age_groups.csv.", row["asked_age"])
        for name, form in (
            ("multiplier", r"[0-9.]+"),
            ("min_cell", r"[0-9]+"),
            ("category_no", r"[1-8]"),
            ("core_flag", "true|false"),
        ):
            if not re.fullmatch(form, row[name]):
                yield wrong(f"{name} cannot be this", f"It must match {form}.", row[name])
