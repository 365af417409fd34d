"""What a person does with a draft in an afternoon: fills blanks, copies the suggestions she agrees with, says what is covered."""

from __future__ import annotations

import csv
import re
from pathlib import Path

CITY = """\
id: {id}
name: {name}
country_iso3: XXA
time_zone: America/Bogota
languages: [{language}]
boundary_version: "2020"
window: {{first_year: 2023, last_year: 2023}}
as_of: 2024-02-15
city_area: TOWN
areas:
  - {{area_id: XX, level: country, name: Xland}}
  - {{area_id: TOWN, level: city, name: {name}, parent_id: XX}}
"""


def fill_blanks(text: str, answers: dict[str, str] | None = None) -> str:
    """Owner, licence and citation as one would write them; `answers` give other blanks by a word of their text."""
    for word, answer in ({"each file is the whole": "all"} | (answers or {})).items():
        text = re.sub(rf'"TODO: [^"]*{re.escape(word)}[^"]*"', answer, text)
    return re.sub(r'"TODO: [^"]*"', "Office of Statistics", text)


def cover(text: str, first: str, last: str) -> str:
    assert "coverage: {complete: false}" in text
    return text.replace("coverage: {complete: false}", f"coverage: {{first: {first}, last: {last}}}")


def agree(mapping: Path) -> dict[str, str]:
    """Copy every suggestion into iccs_code; give what was copied."""
    with mapping.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        assert row["iccs_code"] == "", "a draft never fills a code"
        row["iccs_code"] = row["suggestion"]
    with mapping.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return {row["local"]: row["iccs_code"] for row in rows}


def square(number: int) -> list[list[list[float]]]:
    """The boundary of district `number`: squares in a row."""
    west = -46.7 + 0.1 * number
    return [[[west, -23.6], [west + 0.1, -23.6], [west + 0.1, -23.5], [west, -23.5], [west, -23.6]]]
