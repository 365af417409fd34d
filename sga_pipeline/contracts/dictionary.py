"""The data dictionary, docs/dictionary.md: every indicator with its formula in words. Generated from the catalogue; a check proves it fresh."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import groupby

from sga_pipeline.contracts.catalogue import Catalogue, read_catalogue
from sga_pipeline.contracts.csv_rows import Row
from sga_pipeline.contracts.generated import keep
from sga_pipeline.paths import CONTRACTS, PROJECT

PAGE = PROJECT / "docs" / "dictionary.md"
HEAD = """\
# Data dictionary

Generated from `contracts/catalogue/` by `python -m sga_pipeline.contracts.dictionary`; do not edit. Titles are the guide's, word for word; `l.` is the
line of its Appendix II in the text this catalogue was made from. "Core" is this project's own proposal (`project_default_v1`): the marks of the
guide's list are lost in the text at hand. A city may replace the set by a file (`core_set` in `city.yaml`).

Any indicator can also be *reported*: a feed of the shape `observations` gives its value as official statistics publish it. Counts come first,
then a survey, then what is reported.
"""
SMALL = {
    "S0": "none",
    "S1": "under ten events the count alone, under twenty marked",
    "S2": "under thirty answers none, an error above 30% marked",
}
DEFINITIONS = {
    "needs_local_definition": "a city has to say how it applies this indicator",
    "ambiguous_as_printed": "the guide's line can be read in more than one way",
}
TYPES = {"printed": "", "component": "part of a line", "usable": "usable form", "own": "not a line of the guide"}


def formula(row: Row, catalogue: Catalogue) -> str:
    """How the value comes about, in words."""

    def measure(part: str) -> str:
        titles = [catalogue.measures[name]["title"] for name in row.listed(part)]
        return (
            titles[0] if len(titles) == 1 else f"{titles[0]} (or, where that is not available: {'; '.join(titles[1:])})"
        )

    times = f" × {int(float(row['multiplier'])):,}" if float(row["multiplier"]) != 1 else ""
    match row["kind"]:
        case "count":
            return measure("numerator")
        case "rate" | "share" | "ratio":
            return f"{measure('numerator')} ÷ {measure('denominator')}{times}"
        case "density":
            return f"{measure('numerator')} ÷ square kilometres of the area's boundary"
        case "growth":
            return f"{measure('numerator')}, change over {row['years']} years in percent of the earlier value"
        case "trailing":
            return f"{measure('numerator')}, sum of the last {row['years']} years"
        case "representation":
            whose = "the country" if row["basis"] == "country" else "the area itself"
            return f"A group's share of: {measure('numerator')} ÷ the group's share of: {measure('denominator')} of {whose}"
        case "life_table":
            return (
                f"Abridged life table of: {measure('numerator')}, over: {measure('denominator')}, by five-year groups"
            )
        case "areas_above":
            basis = catalogue.indicators[row["basis"]]["short_title"]
            return f"Areas of the finest level in which the {basis} is above {row['threshold']} ÷ areas with a value{times}; none where more than a tenth have no value"
        case "presence":
            return "An attested answer with its document: yes 1, partly 0.5, no 0"
        case "survey":
            return asked(row)
        case "reported":
            return "As official statistics report it"
    raise ValueError(f"the kind [{row['kind']}] has no formula in words: add it here")


def asked(row: Row) -> str:
    base = f" among those who answered yes to `{row['question_base']}`" if row["question_base"] else ""
    of_whom = {"F": " (women)", "M": " (men)"}.get(row["asked_sex"], "") + (
        f" aged {row['asked_age']}" if row["asked_age"] else ""
    )
    questions = " and then to ".join(f"`{one}`" for one in row.listed("question"))
    rest = "; a no to the first counts as no" if ";" in row["question"] else ""
    return f"Weighted share of yes to {questions}{base}{of_whom}{rest}"


def shapes_of(row: Row, catalogue: Catalogue) -> str:
    parts = [*row.listed("numerator"), *row.listed("denominator")]
    found = {catalogue.measures[name]["shape"] for name in parts}
    found |= {"survey_answers"} if row["question"] else set()
    found |= {"attestations"} if row["kind"] == "presence" else set()
    return ", ".join(f"`{one}`" for one in sorted(found | {"observations"}))


def zero(row: Row, catalogue: Catalogue) -> str:
    """When the value is 0 and not missing, as the kind and the shape counted decide it."""
    match row["kind"]:
        case "presence":
            return "no needs an attested no"
        case "survey":
            return "0 is an estimate with an interval; without answers the value is missing"
        case "reported":
            return "0 only where a source states it"
        case "areas_above":
            return "0 where areas have values and none is above"
    amounts = {catalogue.measures[name]["amount"] for name in row.listed("numerator")}
    counted = "0 only where an accepted delivery covers the whole period" if amounts & {"rows", "count"} else ""
    stated = "0 only where a row of the source states it" if amounts - {"rows", "count"} else ""
    undefined = "missing where the denominator is missing or 0" if row["denominator"] else ""
    return "; ".join(filter(None, [counted, stated, undefined]))


def facts(row: Row, catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    """What the page says of an indicator, each fact with its name."""
    yield "Formula", formula(row, catalogue)
    if row["question"] and row["kind"] != "survey":
        yield "Or by survey", f"{asked(row)}, in percent"
    if row["anomaly"]:
        yield "As printed", row["anomaly"]
    if row["definition_status"] in DEFINITIONS:
        yield "Definition", DEFINITIONS[row["definition_status"]]
    yield "Shapes", shapes_of(row, catalogue)
    if row["location_basis"] not in {"", "n/a"}:
        yield "Counted by", row["location_basis"]
    yield "Usually published", row["periodicity"]
    yield "Zero", zero(row, catalogue)
    yield "Small numbers", SMALL[row["small_number_rule"]]
    if row["min_cell"] != "0":
        only = "; shown for the city and whole years alone" if row["finest_shown"] else ""
        yield "Suppressed", f"one to {int(row['min_cell']) - 1}; of people under 18 one to 9{only}"
    if row["sdg_indicator"]:
        yield "SDG", f"{row['sdg_indicator']} ({row['sdg_match']})"
    iccs = f"ICCS {row['iccs_code']}" if row["iccs_code"] else ""
    icd10 = row["icd10"] if row["icd10"] != "none" else ""
    if iccs or icd10:
        yield "Codes", "; ".join(filter(None, [iccs, icd10]))
    yield "Mind", row["pitfall"]


def entry(row: Row, catalogue: Catalogue) -> Iterator[str]:
    """The lines of one indicator."""
    guide_line = f"l. {row['guide_line']}" if row["guide_line"] else ""
    place = ", ".join(filter(None, [row["guide_seq"], guide_line, TYPES[row["record_type"]]]))
    core = " · core (project's set)" if row["core_flag"] == "true" else ""
    yield from (f"### {row['short_title']}", "", f"`{row['indicator_id']}` · {place} · {row['unit']}{core}", "")
    if row["title_guide"] and row["title_guide"] != row["short_title"]:
        yield from (f"> {row['title_guide']}", "")
    yield from (f"- **{name}**: {text}" for name, text in facts(row, catalogue))
    yield ""


def page(catalogue: Catalogue) -> str:
    lines = [HEAD]
    for category, rows in groupby(catalogue.indicators.values(), key=lambda row: (row["category_no"], row["category"])):
        lines += [f"## {category[0]}. {category[1]}", ""]
        lines += [line for row in rows for line in entry(row, catalogue)]
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    sys.exit(keep(PAGE, page(read_catalogue(CONTRACTS / "catalogue")), check="--check" in sys.argv))
