"""The data dictionary, docs/dictionary.md: every indicator with its formula in words. Generated from the catalogue; a check proves it fresh."""

from __future__ import annotations

import sys
from itertools import groupby

from sga_pipeline.contracts.catalogue import Catalogue, read_catalogue
from sga_pipeline.contracts.generated import keep
from sga_pipeline.paths import CONTRACTS, PROJECT

PAGE = PROJECT / "docs" / "dictionary.md"
HEAD = """\
# Data dictionary

Generated from `contracts/catalogue/` by `python -m sga_pipeline.contracts.dictionary`; do not edit. Titles are the guide's, word for word; `l.` is the
line of its Appendix II in the text this catalogue was made from. "Core" is this project's own proposal (`project_default_v1`): the marks of the
guide's list are lost in the text at hand. A city may replace the set by a file (`core_set` in `city.yaml`).

Any indicator can also be *reported*: a feed of the shape `observations` gives its value as official statistics publish it. Where counts give it
they speak first, then a survey, then what is reported.
"""
ZERO = {
    "Z1": "0 only where an accepted delivery covers the whole period",
    "Z2": "0 is an estimate with an interval; nobody asked is missing",
    "Z3": "0 only where a row says so",
    "Z4": "no needs an attested no",
    "Z5": "missing where a part is missing; nothing of nothing is undefined",
}
SMALL = {
    "S0": "none",
    "S1": "under ten events the count alone, under twenty marked",
    "S2": "under thirty answers none, an error above 30% marked",
}


def formula(row: dict[str, str], catalogue: Catalogue) -> str:
    """How the value comes about, in words."""

    def measure(part: str) -> str:
        titles = [catalogue.measures[name]["title"] for name in row[part].split(";")]
        return (
            titles[0] if len(titles) == 1 else f"{titles[0]} (or, where that is not to be had: {'; '.join(titles[1:])})"
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
            return f"A group's share of: {measure('numerator')} ÷ the group's share of: {measure('denominator')}"
        case "life_table":
            return (
                f"Abridged life table of: {measure('numerator')}, over: {measure('denominator')}, by five-year groups"
            )
        case "areas_above":
            basis = catalogue.indicators[row["basis"]]["short_title"]
            return f"Areas of the finest level in which the {basis} is above {row['threshold']} ÷ areas with a value{times}"
        case "presence":
            return "An attested answer with its document: yes 1, partly 0.5, no 0"
        case "survey":
            return asked(row)
    return "As official statistics report it"


def asked(row: dict[str, str]) -> str:
    base = f" among those who answered yes to `{row['question_base']}`" if row["question_base"] else ""
    of_whom = {"F": " (women)", "M": " (men)"}.get(row["asked_sex"], "") + (
        f" aged {row['asked_age']}" if row["asked_age"] else ""
    )
    return f"Weighted share of yes to `{row['question']}`{base}{of_whom}"


def shapes_of(row: dict[str, str], catalogue: Catalogue) -> str:
    parts = [name for part in ("numerator", "denominator") for name in row[part].split(";") if name]
    found = {catalogue.measures[name]["shape"] for name in parts}
    found |= {"survey_answers"} if row["question"] else set()
    found |= {"attestations"} if row["kind"] == "presence" else set()
    return ", ".join(f"`{one}`" for one in sorted(found | {"observations"}))


def page(catalogue: Catalogue) -> str:
    lines = [HEAD]
    for category, rows in groupby(catalogue.indicators.values(), key=lambda row: (row["category_no"], row["category"])):
        lines += [f"## {category[0]}. {category[1]}", ""]
        for row in rows:
            printed = {
                "printed": "",
                "component": "part of a line",
                "usable": "usable form",
                "own": "not a line of the guide",
            }[row["record_type"]]
            place = ", ".join(
                filter(
                    None,
                    [
                        f"{row['guide_seq']}" if row["guide_seq"] else "",
                        f"l. {row['guide_line']}" if row["guide_line"] else "",
                        printed,
                    ],
                )
            )
            lines += [
                f"### {row['short_title']}",
                "",
                f"`{row['indicator_id']}` · {place} · {row['unit']}{' · core' if row['core_flag'] == 'true' else ''}",
                "",
            ]
            if row["title_guide"] and row["title_guide"] != row["short_title"]:
                lines += [f"> {row['title_guide']}", ""]
            facts = [("Formula", formula(row, catalogue))]
            if row["question"] and row["kind"] != "survey":
                facts.append(("Or by survey", f"{asked(row)}, in percent"))
            if row["anomaly"]:
                facts.append(("As printed", row["anomaly"]))
            facts += [
                ("Shapes", shapes_of(row, catalogue)),
                ("Zero", ZERO[row["zero_rule"]]),
                ("Small numbers", SMALL[row["small_number_rule"]]),
            ]
            if row["min_cell"] != "0":
                only = "; shown for the city and whole years alone" if row["finest_shown"] else ""
                facts.append(("Hidden", f"one to {int(row['min_cell']) - 1}; of people under 18 one to 9{only}"))
            if row["sdg_indicator"]:
                facts.append(("SDG", f"{row['sdg_indicator']} ({row['sdg_match']})"))
            if row["iccs_code"] or row["icd10"] not in {"", "none"}:
                facts.append(
                    (
                        "Codes",
                        "; ".join(
                            filter(
                                None,
                                [
                                    f"ICCS {row['iccs_code']}" if row["iccs_code"] else "",
                                    row["icd10"] if row["icd10"] != "none" else "",
                                ],
                            )
                        ),
                    )
                )
            facts.append(("Mind", row["pitfall"]))
            lines += [f"- **{name}**: {text}" for name, text in facts] + [""]
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    sys.exit(keep(PAGE, page(read_catalogue(CONTRACTS / "catalogue")), check="--check" in sys.argv))
