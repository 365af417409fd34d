"""What the catalogue of gaps must satisfy: rules of known codes, texts that ask for the same figures in every language, thresholds in order."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sga_pipeline.contracts.catalogue import Catalogue, Row
from sga_pipeline.errors import Problem

LANGUAGES = ("en", "es", "fr", "ru")
SEVERITIES = ("low", "medium", "high", "critical")
# Rules about findings of any code.
ANY = "any"
TIMEFRAMES = {"immediate", "short", "medium", "long"}


def check_gap_catalogue(catalogue: Catalogue) -> Iterator[Problem]:
    """Every problem of gap types, texts, thresholds and requirements, with its line."""
    yield from _types(catalogue)
    yield from _texts(catalogue)
    yield from _thresholds(catalogue)
    file = catalogue.folder / "requirements.csv"
    for line, row in enumerate(catalogue.requirements, start=2):
        if row["indicator_id"] not in catalogue.indicators:
            yield Problem("not an indicator of the catalogue", "Correct the name.", row["indicator_id"], file, line)
        if not row["months_between"].isdigit() or row["months_between"] == "0":
            yield Problem("not a number of months", "Write it in figures.", row["months_between"], file, line)


def _types(catalogue: Catalogue) -> Iterator[Problem]:
    file = catalogue.folder / "gap_types.csv"
    for line, row in enumerate(catalogue.gap_types.values(), start=2):
        if row["timeframe"] not in TIMEFRAMES:
            yield Problem(
                "no such timeframe", f"Use one of {', '.join(sorted(TIMEFRAMES))}.", row["timeframe"], file, line
            )
        if row["core_uplift"] not in {"0", "1"}:
            yield Problem("a core uplift is 0 or 1", "Correct it.", row["core_uplift"], file, line)


def _texts(catalogue: Catalogue) -> Iterator[Problem]:
    file = catalogue.folder / "statements.csv"
    for line, row in enumerate(catalogue.statements.values(), start=2):
        if row["gap_code"] not in catalogue.gap_types and row["gap_code"] != ANY:
            yield Problem("no such gap code", "Correct it, or add it to gap_types.csv.", row["gap_code"], file, line)
        for parent in filter(None, row["parents"].split(";")):
            if parent not in catalogue.statements:
                yield Problem("the parent is not a rule", "Correct the name.", parent, file, line)
        for text in ("statement", "recommendation"):
            asked = set(re.findall(r"\{(\w+)\}", row[f"{text}_en"]))
            for language in LANGUAGES:
                said = row[f"{text}_{language}"]
                if not said:
                    yield Problem(f"the {text} is missing in {language}", "Translate it.", row["rule_id"], file, line)
                elif set(re.findall(r"\{(\w+)\}", said)) != asked:
                    wrong = sorted(set(re.findall(r"\{(\w+)\}", said)) ^ asked)[0]
                    yield Problem(
                        f"the {text} in {language} asks for other figures than in English",
                        "Bring them together.",
                        wrong,
                        file,
                        line,
                    )


def _thresholds(catalogue: Catalogue) -> Iterator[Problem]:
    file = catalogue.folder / "thresholds.csv"
    seen: set[tuple[str, str]] = set()
    for line, row in enumerate(catalogue.thresholds, start=2):
        if row["gap_code"] not in catalogue.gap_types:
            yield Problem("no such gap code", "Correct it, or add it to gap_types.csv.", row["gap_code"], file, line)
        if (row["gap_code"], row["metric"]) in seen:
            yield Problem("the metric stands here twice", "Keep one of the two.", row["metric"], file, line)
        seen.add((row["gap_code"], row["metric"]))
        if row["bad"] not in {"above", "below"}:
            yield Problem("bad is above or below", "Correct it.", row["bad"], file, line)
        if problem := _out_of_order(row):
            yield Problem(problem, "Correct the numbers.", row["metric"], file, line)


def _out_of_order(row: Row) -> str | None:
    given = [row[name] for name in SEVERITIES if row[name]]
    if not given or not all(re.fullmatch(r"[0-9]+([.][0-9]+)?", one) for one in given):
        return "a metric needs a threshold, and thresholds are numbers"
    numbers = [float(one) for one in given]
    return (
        None
        if numbers == sorted(numbers, reverse=row["bad"] == "below")
        else "the thresholds do not rise with severity"
    )
