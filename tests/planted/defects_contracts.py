"""Defects of what an owner states: methods, form of delivery, definition, licence, breaks, and a feed that never came."""

from __future__ import annotations

from tests.planted.agreements import FIELDS_OF_METHODS
from tests.planted.grading import grade, uplifted
from tests.planted.model import MadeCity
from tests.planted.tools import days_between, ignore

# What is counted from each feed of records.
COUNTED_FROM = {
    "incidents": ("crime.motor_vehicle_theft_rate", "crime.robbery_firearm_rate"),
    "deaths": ("crime.homicide_rate", "crime.homicide_firearm_rate"),
    "case_files": (
        "crime.homicide_rate",
        "crime.homicide_firearm_rate",
        "crime.serious_assault_rate",
        "crime.serious_assault_firearm_rate",
        "crime.sexual_violence_rate",
        "crime.sexual_violence_firearm_rate",
    ),
}


def methods_unstated(city: MadeCity, feed_id: str, number: int) -> None:
    contract = city.feeds[feed_id]
    names = list(contract["methods"])
    start = city.seed % len(names)
    for name in (names[start:] + names[:start])[:number]:
        del contract["methods"][name]
    found = grade("G08a", (FIELDS_OF_METHODS - number) / FIELDS_OF_METHODS)
    if found:
        city.must_raise(f"{number} facts of method unstated", "G08a", found, feed_id=feed_id)
    else:
        city.must_not_raise(f"{number} facts of method unstated", "G08a", "low", feed_id=feed_id)


def delivered_as(city: MadeCity, feed_id: str, how: str) -> None:
    """A form that machines read less well, or hands between the source and us."""
    contract = city.feeds[feed_id]
    sheet = {"kind": "workbook", "sheet": "Data"}
    form, score = {
        "workbook": (sheet, 0.8),
        "letterhead": (sheet | {"header_row": 4}, 0.6),
        "footers": (sheet | {"footer_rows": 2}, 0.6),
        "typed in": (contract["format"], 0.9),
        "parquet": ({"kind": "parquet"}, 0.9),
    }[how.removesuffix(", by hand")]
    contract["format"] = form
    if form["kind"] != "csv":
        contract["source"]["address"] = f"{feed_id}.{form['kind']}"
    if how == "typed in" or how.endswith(", by hand"):
        contract["manual_steps"] = True
        score -= 0.1
    found = grade("G08b", score)
    if found:
        city.must_raise(how, "G08b", found, feed_id=feed_id)
    else:
        city.must_not_raise(how, "G08b", "low", feed_id=feed_id)


def new_column(city: MadeCity, feed_id: str, period: str) -> None:
    """The last period files have a column more; the contract knows it."""
    city.extra_columns[feed_id] = (period, "remark")
    ignore(city.feeds[feed_id], "remark")
    assert "_file" in city.tables[feed_id].columns
    city.must_raise("a column more in the last files", "G08b", grade("G08b", 0.8) or "", feed_id=feed_id)


def other_definition(city: MadeCity, feed_id: str, match: str) -> None:
    contract = city.feeds[feed_id]
    contract["differs"] = "Counts what was reported, not what happened."
    if match != "not said":
        contract["concept_match"] = match
    base = {"near": "low", "not said": "low", "proxy": "medium", "unknown": "high"}[match]
    for indicator_id in COUNTED_FROM[feed_id]:
        city.must_raise(
            f"definition {match}", "G10b", uplifted(base, indicator_id), feed_id=feed_id, indicator_id=indicator_id
        )


def no_licence(city: MadeCity, feed_id: str) -> None:
    city.feeds[feed_id]["licence"] = "not stated"
    city.must_raise("no licence", "G23", "high", feed_id=feed_id)


def declared_break(city: MadeCity, feed_id: str, day: str) -> None:
    city.feeds[feed_id]["breaks"] = [{"date": day, "cause": "New form of record", "evidence": "Circular 9"}]
    years = int(days_between(day, city.as_of) / 365.25)
    severity = "high" if years < 3 else "medium" if years < 5 else "low"
    city.must_raise(f"break of {day}", "G16", severity, feed_id=feed_id, dimension="declared")


def never_came(city: MadeCity, feed_id: str, alone_explains: dict[str, str]) -> None:
    """Nothing was ever sent: one finding for the feed; what only it could give is explained by it."""
    city.unsent[feed_id] = {"everything"}
    city.must_raise("never came", "G04", "critical", feed_id=feed_id, status="open")
    for indicator_id, severity in alone_explains.items():
        city.must_raise(
            "explained by a feed that never came", "G01", severity, indicator_id=indicator_id, explained=True
        )
    for code in ("G07", "G08c", "G10a", "G13", "G16", "G17", "G20"):
        city.must_not_raise("a child of a feed that never came", code, "low", feed_id=feed_id)
