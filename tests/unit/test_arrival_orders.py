"""However deliveries are split, ordered, repeated or overtaken by later ones: the same conformed bytes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sga_pipeline.conform.feed import conform_feed
from sga_pipeline.connectors.connector import Fetched
from sga_pipeline.contracts.assessment import FeedPlan, read_assessment
from sga_pipeline.home import Home
from sga_pipeline.raw.store import RawStore
from tests.city_folder import HEADER, write_city

MONTHS = ("2022-11", "2022-12", "2023-01", "2023-02")
LENIENT = {"rules:": "reject_when: {quarantined_share: 1, duplicate_share: 1, fewer_rows_than: 0}\nrules:"}
SPLITS = {
    "M": lambda month: month,
    "Q": lambda month: f"{month[:4]}-Q{(int(month[5:]) + 2) // 3}",
    "A": lambda month: month[:4],
}
SOME = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

# Offence, district, and whether the day is one: what a row says besides its number and month.
ROW = st.tuples(
    st.sampled_from(["hom", "rob", "mvt", "arson"]), st.integers(1, 3), st.sampled_from(["05", "17", "31", "x"])
)
CONTENT = st.lists(ROW, min_size=0, max_size=4)


def lines(month: str, content: list[tuple[str, int, str]]) -> list[str]:
    return [f"{month}/{n},{month}-{day},,{code},{area},,G,Y\n" for n, (code, area, day) in enumerate(content)]


class Place:
    """A home with one feed, to which files are brought one after the other."""

    def __init__(self, folder: Path, freq: str | None) -> None:
        first = {"M": MONTHS[0], "Q": "2022-Q4", "A": "'2022'", None: ""}[freq]
        periods = f", periods: {{freq: {freq}, first: {first}}}" if freq else ""
        address = "'{period}.csv'" if freq else "all.csv"
        source = f"source: {{connector: file, address: {address}{periods}}}"
        city = write_city(folder, LENIENT | {"source: {connector: file, address: incidents.csv}": source})
        self.plan: FeedPlan = read_assessment([city]).cities[0].feeds[0]
        self.home, self.folder = Home(folder / "home"), folder
        self.home.prepare()
        self.store, self.brought = RawStore(self.home, "xx_small", "incidents"), 0

    def bring(self, period: str | None, rows: list[str]) -> None:
        self.brought += 1
        self.store.scratch.mkdir(parents=True, exist_ok=True)
        file = self.store.scratch / f"{self.brought}.csv"
        file.write_text(HEADER + "".join(rows))
        now = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(hours=self.brought)
        self.store.receive(Fetched(file, f"{period}.csv", "there"), period=period, now=now, connector="file")

    def conform(self) -> dict[str, bytes]:
        conform_feed(self.plan, self.store.arrivals(), self.home)
        return {file.name: file.read_bytes() for file in sorted(self.home.conformed.rglob("*.parquet"))}

    def rows(self) -> bytes:
        """All that is conformed, in one order."""
        found = [pl.read_parquet(file, hive_partitioning=False) for file in self.home.conformed.rglob("*.parquet")]
        table = pl.concat(found)
        return table.sort(table.columns).write_csv().encode()


@contextmanager
def place(freq: str | None) -> Iterator[Place]:
    with tempfile.TemporaryDirectory() as folder:
        yield Place(Path(folder), freq)


@st.composite
def histories(draw: st.DrawFn) -> tuple[dict[str, list[list[str]]], list[str], list[bool]]:
    """Each month's deliveries, the last of which counts; the order in which they arrive; and after which of them is conformed."""
    vintages = {
        month: [lines(month, one) for one in draw(st.lists(CONTENT, min_size=1, max_size=3))] for month in MONTHS
    }
    turns = draw(st.permutations([month for month, all_of_it in vintages.items() for _ in all_of_it]))
    pauses = draw(st.lists(st.booleans(), min_size=len(turns), max_size=len(turns)))
    return vintages, turns, pauses


@SOME
@given(histories(), st.integers(1, 3))
def test_only_the_last_word_on_each_month_counts(
    history: tuple[dict[str, list[list[str]]], list[str], list[bool]], times: int
) -> None:
    vintages, turns, pauses = history
    with place("M") as orderly, place("M") as real:
        for month in MONTHS:
            orderly.bring(month, vintages[month][-1])
        arrived = dict.fromkeys(MONTHS, 0)
        for month, pause in zip(turns, pauses, strict=True):
            for _ in range(times):
                real.bring(month, vintages[month][arrived[month]])
            arrived[month] += 1
            if pause:
                real.conform()
        assert real.conform() == orderly.conform() == real.conform()


@SOME
@given(st.fixed_dictionaries(dict.fromkeys(MONTHS, CONTENT)), st.randoms(use_true_random=False))
def test_months_quarters_years_or_one_file_hold_the_same_rows(
    content: dict[str, list[tuple[str, int, str]]], chance
) -> None:  # type: ignore[no-untyped-def]
    every = [(month, line) for month in MONTHS for line in lines(month, content[month])]
    found = {}
    for freq in ("M", "Q", "A", None):
        files: dict[str | None, list[str]] = {(SPLITS[freq](month) if freq else None): [] for month in MONTHS}
        shuffled = every.copy()
        chance.shuffle(shuffled)
        for month, line in shuffled:
            files[SPLITS[freq](month) if freq else None].append(line)
        with place(freq) as one:
            arriving = list(files)
            chance.shuffle(arriving)
            for period in arriving:
                one.bring(period, files[period])
            one.conform()
            found[freq] = one.rows()
    assert len(set(found.values())) == 1
