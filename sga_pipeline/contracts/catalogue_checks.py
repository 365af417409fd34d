"""What the catalogue must satisfy beyond its form: kinds, measures, filters and questions that exist."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sga_pipeline.contracts.age_bands import ages_of, sharing_ages, what_is_wrong
from sga_pipeline.contracts.catalogue import Catalogue
from sga_pipeline.contracts.code_checks import Codes
from sga_pipeline.contracts.csv_rows import Row
from sga_pipeline.contracts.shape import Column, Shape
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
# What a kind needs besides numerator and denominator.
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
# Sets of age groups; those of a partition give each age to one group.
SCHEMES = ("iccs", "guide", "asked", "five_year")
PARTITIONS = ("iccs", "five_year")
# Filters whose values are codes of a classification.
CODED = {"iccs_code": "iccs", "icd10": "icd10"}
AMOUNTS = {
    "crime_events": {"rows"},
    "crime_victims": {"rows"},
    "deaths": {"rows"},
    "crime_counts": {"count"},
    "health_counts": {"count"},
    "official_counts": {"amount", "out_of"},
    "population": {"persons"},
}


# How cells that hold a number or a word must be written.
FORMS = {"multiplier": r"[0-9.]+", "min_cell": r"[0-9]+", "core_flag": "true|false"}


def check_catalogue(catalogue: Catalogue, shapes: dict[str, Shape], codes: Codes) -> list[Problem]:
    """Every problem of measures and indicators, with its line."""
    survey = shapes.get("survey_answers")
    questions = {column.name for column in survey.columns} if survey else set()
    return [
        *(problem for row in catalogue.measures.values() for problem in _check_measure(row, catalogue, shapes, codes)),
        *(problem for row in catalogue.indicators.values() for problem in _check_indicator(row, catalogue, questions)),
        *_age_group_problems(catalogue),
    ]


def _check_measure(row: Row, catalogue: Catalogue, shapes: dict[str, Shape], codes: Codes) -> Iterator[Problem]:
    shape = shapes.get(row["shape"])
    if shape is None or row["shape"] not in AMOUNTS:
        step = f"Use one of {', '.join(sorted(AMOUNTS))}."
        yield row.problem("measures cannot count rows of this shape", step, "shape")
        return
    if row["amount"] not in AMOUNTS[shape.id]:
        step = f"Use {' or '.join(sorted(AMOUNTS[shape.id]))}."
        yield row.problem("the shape has no such amount", step, "amount")
    for name in FILTERS:
        yield from _check_filter(row, name, shape.column(name), codes)
    yield from _check_age(row, "age_group", catalogue)


def _check_filter(row: Row, name: str, column: Column | None, codes: Codes) -> Iterator[Problem]:
    if row[name] and column is None:
        yield row.problem(f"the shape has no column {name} to choose by", "Leave it empty.", name)
    code_list = column.code_list if column else None
    allowed = codes.lists.get(code_list or "", ())
    for code in row.listed(name):
        if allowed and code not in allowed:
            yield row.problem(f"not in the list {code_list}", "Correct the code.", name, code)
        classification = codes.classifications.get(CODED.get(name, ""))
        if name == "iccs_code" and classification and not classification.has(code):
            yield row.problem("not an ICCS code", classification.next_step(code), name, code)
        if name == "icd10" and classification and not all(classification.has(one) for one in code.split("-", 1)):
            yield row.problem("not an ICD-10 code or range", "Write it as X85, Y871 or X85-Y09.", name, code)


def _check_indicator(row: Row, catalogue: Catalogue, questions: set[str]) -> Iterator[Problem]:
    kind = row["kind"]
    if kind not in KINDS:
        yield row.problem("unknown kind", f"Use one of {', '.join(KINDS)}.", "kind")
        return
    for part in ("numerator", "denominator"):
        if part in KINDS[kind] and not row[part]:
            yield row.problem(f"a {kind} needs a {part}", "Name a measure.", part)
        if part not in KINDS[kind] and row[part]:
            yield row.problem(f"a {kind} has no {part}", "Leave it empty.", part)
    for name in ALSO.get(kind, ()):
        if not row[name]:
            yield row.problem(f"a {kind} needs {name}", "Fill the cell.", name, row["indicator_id"])
    for name in ("question", "question_base"):
        for question in row.listed(name):
            if f"q_{question}" not in questions:
                step = "Add a column q_... to shapes/survey_answers.yaml."
                yield row.problem("the survey has no such question", step, name, question)
    if row["parent_id"] and row["parent_id"] not in catalogue.indicators:
        yield row.problem("the parent_id is not an indicator", "Correct the name.", "parent_id")
    if kind == "representation":
        if row["basis"] not in {"", "country"}:
            step = "Write country to compare with the country's residents, or nothing for those of the area itself."
            yield row.problem("the basis of a representation is not this", step, "basis")
    elif row["basis"] and row["basis"] not in catalogue.indicators:
        yield row.problem("the basis is not an indicator", "Correct the name.", "basis")
    yield from _check_age(row, "asked_age", catalogue)
    for name, form in FORMS.items():
        if not re.fullmatch(form, row[name]):
            yield row.problem(f"{name} cannot be this", f"It must match {form}.", name)


def _check_age(row: Row, column: str, catalogue: Catalogue) -> Iterator[Problem]:
    if row[column] and row[column] not in catalogue.age_groups:
        yield row.problem("not an age group of the catalogue", "Add it to age_groups.csv.", column)


def _age_group_problems(catalogue: Catalogue) -> Iterator[Problem]:
    """Groups whose code says other ages than their row, and groups of one scheme that share ages."""
    for code, row in catalogue.age_groups.items():
        if row["scheme"] not in SCHEMES:
            yield row.problem("unknown scheme of ages", f"Use one of {', '.join(SCHEMES)}.", "scheme")
        if (wrong := what_is_wrong(code)) is not None:
            yield row.problem(*wrong, "age_group")
        elif (ages := ages_of(code)) is None or [str(one) for one in ages] != [row["age_min"], row["age_max"]]:
            yield row.problem("the code says other ages than age_min and age_max", "Correct one of them.", "age_group")
    for scheme in PARTITIONS:
        codes = [code for code, row in catalogue.age_groups.items() if row["scheme"] == scheme]
        for one, other in sharing_ages(codes):
            step = "Give each age to one group of the scheme."
            yield catalogue.age_groups[other].problem(f"the age groups {one} and {other} overlap", step, "age_group")
