"""Clean tables of statistical offices and surveys of a seeded city."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.campaign.feeds import by_column, by_year, feed, with_commas
from tests.campaign.model import CITY, DISTRICTS, INDICATORS, MEASURES, YEARS, Feed

BANDS = ("Y0T14", "Y15T29", "Y30T44", "Y45T59", "Y_GE60")


def quantity(draw: Random, indicator: str) -> Feed:
    """A table of a statistical office: an amount, and where the indicator needs it what it is out of."""
    numerator = INDICATORS[indicator]["numerator"]
    measure = MEASURES[numerator]
    indicators = [name for name, row in INDICATORS.items() if row["numerator"] == numerator]
    share = any(INDICATORS[name]["denominator"] not in ("", "residents") for name in indicators)
    of_people, city = measure["unit"] == "persons", draw.random() < 0.4
    by = draw.choice(["", "sex", "sex", "age_group"]) if of_people else ""
    parts = {"": ("",), "sex": ("F", "M"), "age_group": BANDS}[by]
    whole_numbers = measure["unit"] not in ("km2", "local currency")
    rows = []
    for year in YEARS:
        sums: dict[str, list[float]] = {}
        for area in DISTRICTS:
            for part in parts:
                out_of = draw.uniform(4_000, 40_000)
                amount = out_of * draw.uniform(0.2, 0.6)
                numbers = [float(round(one)) if whole_numbers else round(one, 2) for one in (amount, out_of)]
                rows.append((area, str(year), part, *map(written, numbers)))
                for name in (part, "_T") if by else (part,):
                    sums[name] = [a + b for a, b in zip(sums.get(name, [0.0, 0.0]), numbers, strict=True)]
        if city:
            rows += [(CITY, str(year), part, *map(written, numbers)) for part, numbers in sums.items()]
    roles = {"area": "area", "year": "period", "part": "sex", "amount": "amount", "of": "amount"}
    dropped = ({"part"} if not by else set()) | (set() if share else {"of"})
    keep = [place for place, name in enumerate(roles) if name not in dropped]
    columns: dict[str, Any] = {
        "area_id": {"from": "area"},
        "period": {"from": "year"},
        "topic": {"constant": measure["topic"]},
    }
    if by:
        columns[by] = {"from": "part"}
    columns["amount"] = {"from": "amount"}
    if share:
        columns["out_of"] = {"from": "of"}
    made = feed(
        f"table_{measure['topic']}",
        "official_counts",
        indicators,
        columns,
        {name: role for name, role in roles.items() if name not in dropped},
        [tuple(row[place] for place in keep) for row in rows],
    )
    if not share and draw.random() < 0.5:
        made = by_column(made, "amount")
    elif draw.random() < 0.25:
        made = by_year(made)
    return with_commas(made) if draw.random() < 0.2 else made


def written(number: float) -> str:
    return str(int(number)) if number == int(number) else f"{number:.2f}"


def reported(draw: Random, indicator: str) -> Feed:
    """An indicator as somebody else worked it out, by area and year."""
    level = draw.uniform(15, 60)
    rows = [(area, str(year), f"{level * draw.uniform(0.9, 1.1):.2f}") for area in (CITY, *DISTRICTS) for year in YEARS]
    columns = {
        "indicator_id": {"constant": indicator},
        "area_id": {"from": "area"},
        "period": {"from": "year"},
        "value": {"from": "value"},
    }
    roles = {"area": "area", "year": "period", "value": "amount"}
    made = feed(f"said_{indicator.replace('.', '_')}", "observations", [indicator], columns, roles, rows)
    if draw.random() < 0.3:
        return by_column(made, "value")
    return by_year(made) if draw.random() < 0.3 else made


def survey(draw: Random, indicator: str) -> Feed:
    """Answers to one question, weighted."""
    question = INDICATORS[indicator]["question"]
    indicators = [name for name, row in INDICATORS.items() if row["question"] == question and not row["question_base"]]
    share = draw.uniform(0.3, 0.6)
    rows = [
        (
            f"R{year}{number:04d}",
            str(year),
            DISTRICTS[number % 3],
            draw.choice("FM"),
            str(draw.randint(15, 80)),
            str(draw.randint(200, 600)),
            "Y" if draw.random() < share else "N",
        )
        for year in YEARS
        for number in range(360)
    ]
    columns = {
        "respondent_id": {"from": "id"},
        "period": {"from": "year"},
        "area_id": {"from": "district"},
        "sex": {"from": "sex"},
        "age": {"from": "age"},
        "weight": {"from": "weight"},
        f"q_{question}": {"from": "answer", "steps": [{"boolean": {"yes": ["Y"], "no": ["N"]}}]},
    }
    roles = dict(
        zip(
            ("id", "year", "district", "sex", "age", "weight", "answer"),
            ("key", "period", "area", "sex", "age", "amount", "tag"),
            strict=True,
        )
    )
    return feed(f"survey_{question}", "survey_answers", indicators, columns, roles, rows)
