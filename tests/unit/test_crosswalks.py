"""Crosswalks: codes of other systems come to the city's own, wholes stay wholes, and what leads nowhere keeps its name."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sga_pipeline.conform.delivery import Sinks, conform_delivery
from sga_pipeline.conform.outcome import Outcome
from sga_pipeline.conform.steps_sql import StepWriter
from sga_pipeline.contracts.assessment import read_assessment
from sga_pipeline.contracts.crosswalks import key_form, name_key
from sga_pipeline.contracts.steps import NameKey, StripAccents
from sga_pipeline.errors import ContractError
from tests.city_folder import residents, write_city

RESIDENTS = residents(
    "district",
    """\
extent: XS
area_codes: other
reject_when: {duplicate_share: 1}
columns:
  area_id: {from: area}
  year: {from: year}
  sex: {from: sex}
  persons: {from: persons}
""",
)


@dataclass(frozen=True)
class Arrived:
    path: Path
    sha256: str = "ab" * 32
    period: str | None = None
    retrieved_at: str = "2100-01-01T00:00:00Z"


def write(folder: Path, crosswalk: str, system: str = "", feed: str = RESIDENTS) -> Path:
    city = write_city(folder)
    (city / "crosswalks").mkdir(exist_ok=True)
    (city / "crosswalks" / "other.csv").write_text(crosswalk, encoding="utf-8")
    text = (city / "city.yaml").read_text() + f"code_systems:\n  other: {{file: crosswalks/other.csv{system}}}\n"
    (city / "city.yaml").write_text(text)
    (city / "feeds" / "residents.yaml").write_text(feed, encoding="utf-8")
    return city


def conform(
    folder: Path, city: Path, rows: list[str], header: str = "area,year,sex,persons\n"
) -> tuple[Outcome, pl.DataFrame]:
    plan = next(one for one in read_assessment([city]).cities[0].feeds if one.id == "residents")
    file = folder / "residents.csv"
    file.write_text(header + "".join(row + "\n" for row in rows), encoding="utf-8")
    sinks = Sinks(folder / "kept.parquet", folder / "bad.parquet", folder / "scratch")
    sinks.scratch.mkdir(exist_ok=True)
    outcome = conform_delivery(plan, Arrived(file), "k" * 16, sinks)
    assert outcome.accepted, outcome.reason
    return outcome, pl.read_parquet(sinks.kept)


def figures(kept: pl.DataFrame) -> dict[tuple[str, int], int]:
    return {(area, year): persons for area, year, persons in kept.select("area_id", "year", "persons").iter_rows()}


def test_three_spellings_and_two_code_widths_are_one_area(tmp_path: Path) -> None:
    city = write(tmp_path, 'from_code,to_code\nALVARO OBREGON,09010\n"Cuauhtémoc, D.F.",09015\n', ", match: name")
    _, kept = conform(
        tmp_path,
        city,
        [
            "Álvaro Obregón,2020,M,1",
            "ALVARO OBREGON,2021,M,2",
            "  alvaro   obregon ,2022,M,3",
            "cuauhtemoc D F,2020,M,4",
        ],
    )
    assert figures(kept) == {("09010", 2020): 1, ("09010", 2021): 2, ("09010", 2022): 3, ("09015", 2020): 4}
    city = write(tmp_path / "numbers", "from_code,to_code\n09010,A\n9015,B\n", ", match: number")
    _, kept = conform(tmp_path, city, ["9010,2020,M,1", "09010,2021,M,2", "009015,2020,M,4"])
    assert figures(kept) == {("A", 2020): 1, ("A", 2021): 2, ("B", 2020): 4}


def test_check_digits_come_off_by_a_step_or_by_the_table(tmp_path: Path) -> None:
    city = write(tmp_path, "from_code,to_code\n3304557,330455\n330455,330455\n")
    _, kept = conform(tmp_path, city, ["3304557,2020,M,7", "330455,2021,M,8"])
    # Two codes of one area in one year would be added up; a year has one or the other here, and residents need all their parts.
    assert figures(kept) == {("other:3304557", 2020): 7, ("other:330455", 2021): 8}
    cut = RESIDENTS.replace("{from: area}", "{from: area, steps: [{slice: {start: 1, length: 6}}]}")
    city = write(tmp_path / "cut", "from_code,to_code\n330455,rio\n", feed=cut)
    _, kept = conform(tmp_path, city, ["3304557,2020,M,7", "330455,2021,M,8"])
    assert figures(kept) == {("rio", 2020): 7, ("rio", 2021): 8}


def test_a_code_that_leads_nowhere_is_never_taken_for_one_of_the_citys(tmp_path: Path) -> None:
    # d02 is a code of both systems: where the table does not know it, it is not the city's.
    outcome, kept = conform(
        tmp_path, write(tmp_path, "from_code,to_code\n1,d01\n2,d02\n"), ["1,2020,M,5", "d02,2020,M,6", ",2020,M,7"]
    )
    assert figures(kept) == {("d01", 2020): 5, ("other:d02", 2020): 6, ("XS", 2020): 7}
    assert (outcome.rows_in, outcome.rows_kept, outcome.rows_duplicate) == (3, 3, 0)


def test_areas_merged_whole_are_added_up_and_only_when_all_of_them_came(tmp_path: Path) -> None:
    city = write(tmp_path, "from_code,to_code\na,new\nb,new\nc,renamed\n")
    outcome, kept = conform(
        tmp_path,
        city,
        ["a,2020,M,10", "b,2020,M,5", "c,2020,M,1", "a,2021,M,11", "c,2021,M,2", "a,2020,F,3", "b,2020,F,4"],
    )
    found = {
        (area, year, sex): n for area, year, sex, n in kept.select("area_id", "year", "sex", "persons").iter_rows()
    }
    assert found == {
        ("new", 2020, "M"): 15,
        ("new", 2020, "F"): 7,
        ("renamed", 2020, "M"): 1,
        ("renamed", 2021, "M"): 2,
        ("other:a", 2021, "M"): 11,
    }
    # The delivery's own rows are what is counted.
    assert (outcome.rows_in, outcome.rows_kept, outcome.rows_duplicate) == (7, 7, 0)


def test_spellings_of_one_area_are_duplicates_and_not_a_sum(tmp_path: Path) -> None:
    city = write(tmp_path, "from_code,to_code\nalvaro obregon,09010\n", ", match: name")
    outcome, kept = conform(tmp_path, city, ["Álvaro Obregón,2020,M,10", "ALVARO OBREGON,2020,M,10"])
    assert figures(kept) == {("09010", 2020): 10} and outcome.rows_duplicate == 1


def test_a_split_area_is_shared_out_by_weight(tmp_path: Path) -> None:
    city = write(tmp_path, "from_code,to_code,weight\na,north,0.6\na,south,0.4\nb,south,1\n")
    _, kept = conform(tmp_path, city, ["a,2020,M,1001", "b,2020,M,10"])
    assert figures(kept) == {("north", 2020): 601, ("south", 2020): 410}


@st.composite
def splits(draw: st.DrawFn) -> tuple[str, list[str]]:
    """Old areas cut into up to four of five new ones, and their residents in two years."""
    lines, rows = ["from_code,to_code,weight"], []
    for old in range(draw(st.integers(1, 6))):
        parts = draw(st.lists(st.integers(0, 4), min_size=1, max_size=4, unique=True))
        shares = [draw(st.integers(1, 999)) for _ in parts]
        lines += [f"o{old},n{part},{share / sum(shares):.9f}" for part, share in zip(parts, shares, strict=True)]
        rows += [f"o{old},{year},M,{draw(st.integers(0, 10**6))}" for year in (2020, 2021)]
    return "\n".join(lines) + "\n", rows


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(made=splits(), seed=st.integers(0, 99))
def test_weights_lose_nobody_and_order_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, made: tuple[str, list[str]], seed: int
) -> None:
    folder = tmp_path_factory.mktemp("split")
    crosswalk, rows = made
    city = write(folder, crosswalk)
    _, kept = conform(folder, city, rows)
    whole: Counter[int] = Counter()
    for row in rows:
        whole[int(row.split(",")[1])] += int(row.split(",")[3])
    brought: Counter[int] = Counter()
    for (area, year), persons in figures(kept).items():
        assert area.startswith("n")
        brought[year] += persons
    assert brought == whole
    random.Random(seed).shuffle(rows)
    keys = ["area_id", "year"]
    assert conform(folder, city, rows)[1].sort(keys).equals(kept.sort(keys))


@pytest.mark.parametrize(
    ("crosswalk", "system", "said"),
    [
        ("from_code,to_code\na,x\na,y\n", "", "the area is split and no weight says how [a]"),
        ("from_code,to_code\na,x\na,x\n", "", "the code is mapped twice [a]"),
        ("from_code,to_code,weight\na,x,0.6\na,y,0.3\n", "", "the weights of a code add up to 0.9, not to 1 [a]"),
        ("from_code,to_code,weight\na,x,1.5\n", "", "a weight is a share above 0 and up to 1 [1.5]"),
        ("from_code,to_code,weight\na,x,-1\n", "", "a weight is a share above 0 and up to 1 [-1]"),
        (
            "from_code,to_code\nSan José,x\nSAN JOSE,y\n",
            ", match: name",
            "two codes are one and the same when they are compared as name",
        ),
        (
            "from_code,to_code\n09,x\n9,y\n",
            ", match: number",
            "two codes are one and the same when they are compared as number",
        ),
        ("from,to\na,x\n", "", "the columns of a crosswalk are fixed [from,to]"),
        ("from_code,to_code\na,\n", "", "a crosswalk needs both codes [a]"),
        ("from_code,to_code\n", "", "the columns of a crosswalk are fixed"),
    ],
)
def test_a_wrong_crosswalk_is_found_before_any_data(tmp_path: Path, crosswalk: str, system: str, said: str) -> None:
    with pytest.raises(ContractError) as raised:
        read_assessment([write(tmp_path, crosswalk, system)])
    assert said in str(raised.value) and "other.csv line" in str(raised.value)
    # One fault is reported once.
    assert len(raised.value.problems) == 1


def test_what_cannot_be_added_up_or_shared_out_is_refused(tmp_path: Path) -> None:
    split, merge = "from_code,to_code,weight\na,x,0.5\na,y,0.5\n", "from_code,to_code\na,x\nb,x\n"
    values = RESIDENTS.replace("shape: population", "shape: observations").replace(
        "  year: {from: year}\n  sex: {from: sex}\n  persons: {from: persons}\n",
        "  indicator_id: {constant: demo.population}\n  period: {from: year}\n  value: {from: persons}\n",
    )
    for crosswalk, said in (
        (split, "what was not counted cannot be shared out between areas: a is split"),
        (merge, "several codes lead to x"),
    ):
        with pytest.raises(ContractError, match=said):
            read_assessment([write(tmp_path, crosswalk, feed=values)])
    with pytest.raises(ContractError, match=r"the city has no such code system \[others\]"):
        read_assessment([write(tmp_path, merge, feed=RESIDENTS.replace("area_codes: other", "area_codes: others"))])


@settings(max_examples=200, deadline=None)
@given(
    name=st.text(st.characters(codec="utf-8", max_codepoint=0x24F, exclude_categories=("C", "Zl", "Zp")), max_size=12)
)
def test_the_step_and_the_table_read_names_alike(name: str) -> None:
    sql = StepWriter({}, "UTC").write(NameKey(step="name_key"), "?")
    [(found,)] = duckdb.execute(f"select {sql}", [name]).fetchall()
    assert found == name_key(name) == name_key(name_key(name))


def test_accents_and_strokes_come_off() -> None:
    sql = StepWriter({}, "UTC").write(StripAccents(step="strip_accents"), "?")
    [(found,)] = duckdb.execute(f"select {sql}", ["Złotno, Álvaro, Nørrebro, Ǿ, Ñ"]).fetchall()
    assert found == "Zlotno, Alvaro, Norrebro, O, N"


def test_names_meet() -> None:
    assert {name_key(one) for one in ("ALVARO OBREGON", "Álvaro Obregón", "Alvaro  Obregon ", "álvaro-obregón")} == {
        "ALVARO OBREGON"
    }
    assert {name_key(one) for one in ("O'Hare", "O’HARE", "Ohare")} == {"OHARE"}
    assert {name_key(one) for one in ("Weißensee", "WEISSENSEE", "WEIẞENSEE")} == {"WEISSENSEE"}
    # The stroke of these letters is no accent to Unicode, and one to whoever types without it.
    assert {name_key(one) for one in ("Złotno", "Zlotno", "ZŁOTNO")} == {"ZLOTNO"}
    assert [name_key(one) for one in ("Đakovo", "Nørrebro", "Ǿ")] == ["DAKOVO", "NORREBRO", "O"]
    assert name_key("Gustavo A. Madero") == "GUSTAVO A MADERO" != name_key("Gustavo Madero")
    assert key_form("000", "number") == "0" and key_form("", "number") == "" and key_form(" 0907 ", "number") == "907"
