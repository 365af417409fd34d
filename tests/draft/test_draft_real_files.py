"""Drafts of the real cities' files compared with the contracts people wrote for them; floors that can fail."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from sga_pipeline.contracts.assessment import CityPlan, read_assessment
from sga_pipeline.contracts.feed import FromColumns, Joined
from sga_pipeline.contracts.formats import CsvFormat, WorkbookFormat
from sga_pipeline.contracts.steps import Date
from sga_pipeline.contracts.yaml_reader import read_yaml
from sga_pipeline.draft.city_areas import Area, areas_of
from sga_pipeline.draft.drafting import Draft, draft_file
from sga_pipeline.errors import DeliveryError
from sga_pipeline.paths import CONTRACTS
from tests.runs import data_folder

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (data_folder() / "chicago").is_dir(), reason="the real cities' files are not here"),
]
CITIES = {"mexico_city": "mx_mexico_city", "chicago": "us_chicago"}
# One year of files that are alike, and of the largest only those below this size: the rest takes minutes and shows no more.
LARGEST = 4_000_000
ALIKE = (
    "carpetas_fgj_2020",
    "carpetas_fgj_2021",
    "carpetas_fgj_2022",
    "pop-2016",
    "pop-2017",
    "pop-2018",
    "pop-2019",
    "pop-2020",
    "pop-2022",
    "ACSDT5Y2020.B1",
)
# What cannot be drafted from, and a word of the reason.
REFUSED = {"inegi_base_homicidios_2015_2023.rds": "file of R", "colonias_json_CUAUHTEMOC_original.zip": "archive of 66"}


@dataclass(frozen=True)
class Fact:
    """One thing a contract says, and what the draft said."""

    feed: str
    what: str
    real: str
    guess: str


@cache
def city_of(city_id: str) -> tuple[CityPlan, tuple[Area, ...]]:
    import os

    os.environ.setdefault("SGA_CITY_DATA", str(data_folder()))
    plan = read_assessment([CONTRACTS / "cities" / city_id]).cities[0]
    return plan, tuple(areas_of(plan))


def draft(file: Path, city_id: str) -> Draft:
    plan, areas = city_of(city_id)
    return draft_file(file, plan, list(areas), file.name)


def files() -> list[Path]:
    return [
        file
        for name in CITIES
        for file in sorted((data_folder() / name).rglob("*"))
        if file.is_file()
        and file.name != "README.md"
        and file.stat().st_size <= LARGEST
        and not any(part in file.name for part in ALIKE)
    ]


def test_every_file_is_drafted_or_refused_with_a_next_step(tmp_path: Path) -> None:
    refused: dict[str, str] = {}
    drafted = 0
    for file in files():
        city_id = CITIES[file.relative_to(data_folder()).parts[0]]
        try:
            made = draft(file, city_id)
        except DeliveryError as error:
            refused[file.name] = str(error)
            continue
        target = tmp_path / f"{made.feed_id}.yaml"
        target.write_text(made.text, encoding="utf-8")
        data = read_yaml(target).data
        assert {"id", "shape", "owner", "licence", "citation", "source", "format", "columns"} <= set(data), file.name
        drafted += 1
    assert set(refused) == set(REFUSED)
    assert all(word in refused[name] for name, word in REFUSED.items()), refused
    assert drafted >= 35


def sources(column: object) -> set[str]:
    if isinstance(column, FromColumns):
        return set(column.names)
    return set(column.join) if isinstance(column, Joined) else set()


def facts(city_id: str) -> list[Fact]:
    """What contracts and drafts say of the same files."""
    plan, _ = city_of(city_id)
    found = []
    for feed in (one.feed for one in plan.feeds):
        address = feed.source.address.replace("{period}", "2021" if "pop-" in feed.source.address else "2019")
        file = data_folder() / address
        if not file.is_file() or file.stat().st_size > LARGEST:
            continue
        made = draft(file, city_id)
        lines = {line.name: line.filled for line in made.filling.lines}
        form, real = made.found.form, feed.format
        found.append(Fact(feed.id, "format", real.kind, form.kind))
        if isinstance(real, CsvFormat) and isinstance(form, CsvFormat):
            found.append(
                Fact(
                    feed.id,
                    "dialect",
                    f"{real.delimiter} {real.compression} {real.skip_lines}",
                    f"{form.delimiter} {form.compression} {form.skip_lines}",
                )
            )
        if isinstance(real, WorkbookFormat) and isinstance(form, WorkbookFormat):
            found.append(Fact(feed.id, "sheet", real.sheet, form.sheet))
        found.append(Fact(feed.id, "shape", feed.shape, made.choice.shape))
        for name in (
            "area_id",
            "sex",
            "age",
            "age_group",
            "occurred_on",
            "died_on",
            "persons",
            "latitude",
            "icd10",
            "value",
        ):
            real_names = sources(feed.columns.get(name))
            if real_names:
                guess = next(
                    (
                        one
                        for one in sorted(real_names)
                        if f"from: {one}" in lines.get(name, "") or f'from: "{one}"' in lines.get(name, "")
                    ),
                    "",
                )
                found.append(
                    Fact(
                        feed.id,
                        name,
                        " ".join(sorted(real_names)),
                        " ".join(sorted(real_names)) if guess else lines.get(name, "nothing"),
                    )
                )
        for name in ("occurred_on", "died_on"):
            how = feed.columns.get(name)
            if isinstance(how, FromColumns) and how.steps and isinstance(how.steps[-1], Date):
                written = how.steps[-1].formats[0]
                found.append(
                    Fact(
                        feed.id,
                        "date format",
                        written,
                        written if f'"{written}"' in lines.get(name, "") else lines.get(name, "nothing"),
                    )
                )
    return found


def test_guesses_against_the_contracts() -> None:
    every = [fact for city_id in CITIES.values() for fact in facts(city_id)]
    for fact in every:
        print(
            f"{'hit ' if fact.real == fact.guess else 'MISS'} {fact.feed:26} {fact.what:12} {fact.real[:44]:44} {fact.guess[:70]}"
        )
    floors = {
        "format": 1.0,
        "dialect": 1.0,
        "shape": 0.6,
        "area_id": 0.8,
        "sex": 0.65,
        "occurred_on": 0.6,
        "date format": 0.6,
    }
    for what, floor in floors.items():
        these = [fact for fact in every if fact.what == what]
        share = sum(fact.real == fact.guess for fact in these) / len(these)
        print(f"{what}: {share:.2f} of {len(these)}")
        assert share >= floor, what
    assert len(every) >= 60
