"""Keys that stand in several deliveries in use: however they are split and ordered, each counts once, or is said to be in conflict."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sga_pipeline.conform.conformed import Conformed, read_conformed
from sga_pipeline.conform.feed import conform_feed
from sga_pipeline.conform.readers.tables import cutting
from sga_pipeline.conform.same_key import sums_records
from sga_pipeline.connectors.connector import Fetched
from sga_pipeline.contracts.assessment import read_assessment
from sga_pipeline.home import Home
from sga_pipeline.raw.store import RawStore
from tests.city_folder import HEADER, write_city
from tests.unit.test_own_period import COUNTS, KEEP, SOURCE, periodic
from tests.unit.test_stretches import SMALL

LENIENT = {"rules:": "reject_when: {quarantined_share: 1, duplicate_share: 1, fewer_rows_than: 0}\nrules:"}
UPDATES = {SOURCE: SOURCE + "updates: key\n"}
MONTHLY_UPDATES = periodic("M", "updates: key\n")


class Feed:
    """A home with one feed, to which files are brought one after the other."""

    def __init__(self, folder: Path, changes: dict[str, str]) -> None:
        self.plan = read_assessment([write_city(folder, LENIENT | changes)]).cities[0].feeds[0]
        self.home, self.brought = Home(folder / "home"), 0
        self.home.prepare()
        self.store = RawStore(self.home, "xx_small", "incidents")

    def bring(self, period: str | None, *rows: str) -> None:
        self.brought += 1
        self.store.scratch.mkdir(parents=True, exist_ok=True)
        file = self.store.scratch / f"{self.brought}.csv"
        file.write_text(HEADER + "".join(f"{row}\n" for row in rows))
        now = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(hours=self.brought)
        self.store.receive(Fetched(file, f"{self.brought}.csv", "there"), period=period, now=now, connector="file")

    def conform(self) -> list[Conformed]:
        arrivals = self.store.arrivals()
        found = conform_feed(self.plan, arrivals, self.home)
        for one in found:
            one.outcome.check()
        assert [one.outcome for one in read_conformed(self.plan, arrivals, self.home)] == [one.outcome for one in found]
        if not sums_records(self.plan):
            assert sum(one.outcome.rows_kept for one in found if one.in_use) == len(self.kept())
        return found

    def set_aside(self) -> list[tuple[str | None, int, list[str], str]]:
        """Of every row in quarantine its delivery's period, its line, its rules and its text."""
        files = sorted((self.home.path / "quarantine").rglob("*.parquet"))
        return [(file.name[:7], *row) for file in files for row in pl.read_parquet(file).iter_rows()]

    def kept(self) -> pl.DataFrame:
        files = sorted((self.home.conformed / self.plan.shape.id).rglob("*.parquet"))
        return pl.concat(pl.read_parquet(file, hive_partitioning=False) for file in files) if files else pl.DataFrame()

    def codes(self) -> dict[str, str]:
        kept = self.kept()
        assert kept.height == 0 or kept["event_id"].n_unique() == len(kept)
        return dict(kept.select("event_id", "iccs_code").iter_rows()) if kept.height else {}


@contextmanager
def feed(changes: dict[str, str]) -> Iterator[Feed]:
    with tempfile.TemporaryDirectory() as folder:
        yield Feed(Path(folder), changes)


def event(number: object, day: str, code: str = "hom") -> str:
    return f"{number},{day},,{code},1,,,"


def in_use(found: Sequence[Conformed], count: str) -> list[int]:
    return [getattr(one.outcome, count) for one in found if one.in_use]


def test_files_of_the_year_to_date_count_each_record_once(tmp_path: Path) -> None:
    """120 records, in twelve files that each hold all since January: 780 rows."""
    files = Feed(tmp_path, MONTHLY_UPDATES)
    months = [f"2023-{month:02}" for month in range(1, 13)]
    for at, month in enumerate(months):
        files.bring(month, *(event(f"{one}/{n}", f"{one}-05") for one in months[: at + 1] for n in range(10)))
    found = files.conform()
    assert sum(one.outcome.rows_in for one in found) == 780
    assert len(files.codes()) == 120
    # The newest gives all of them; of each older one nothing is left.
    assert in_use(found, "rows_kept") == [0] * 11 + [120]
    assert in_use(found, "rows_superseded") == [10 * at for at in range(1, 12)] + [0]
    assert sum(in_use(found, "rows_changed")) == 0
    assert [rows for _, _, rows, _ in found[-1].outcome.volumes] == [10] * 12


def test_a_record_brought_again_with_another_code_or_date_counts_as_the_newest_says(tmp_path: Path) -> None:
    files = Feed(tmp_path, UPDATES)
    files.bring(None, event("a", "2023-01-05"), event("b", "2023-01-05"))
    assert files.conform() and files.codes() == {"a": "0101", "b": "0101"}
    files.bring(None, event("a", "2023-02-05", "rob"), event("c", "2023-02-06"))
    newest, oldest = files.conform()
    assert files.codes() == {"a": "0401", "b": "0101", "c": "0101"}
    assert (oldest.outcome.rows_kept, oldest.outcome.rows_superseded) == (1, 1)
    assert (newest.outcome.rows_kept, newest.outcome.rows_changed, newest.in_use, oldest.in_use) == (2, 1, True, True)
    # The same again changes nothing, and is not worked out anew.
    before = {file: file.stat().st_mtime_ns for file in files.home.conformed.rglob("*.parquet")}
    assert [one.outcome for one in files.conform()] == [newest.outcome, oldest.outcome]
    assert {file: file.stat().st_mtime_ns for file in files.home.conformed.rglob("*.parquet")} == before


def test_a_record_put_out_of_scope_counts_no_longer(tmp_path: Path) -> None:
    files = Feed(tmp_path, UPDATES | {"mappings:": "where: [{column: cleared, not_in: [unfounded]}]\nmappings:"})
    files.bring(None, event("a", "2023-01-05"), event("b", "2023-01-05"))
    files.bring(None, event("a", "2023-01-05") + "unfounded")
    found = files.conform()
    assert set(files.codes()) == {"b"}
    assert in_use(found, "rows_superseded") == [0, 1]


def test_a_key_of_two_periods_counts_once_or_is_set_aside(tmp_path: Path) -> None:
    """Where nothing says that the newest counts, equal rows are repeats, and of different ones none is known to be right."""
    files = Feed(tmp_path, periodic("M", KEEP))
    files.bring("2023-01", event("same", "2023-01-05"), event("moved", "2023-01-06"), event("own", "2023-01-07"))
    files.bring("2023-02", event("same", "2023-01-05"), event("moved", "2023-02-06"), event("other", "2023-02-07"))
    found = files.conform()
    assert set(files.codes()) == {"same", "own", "other"}
    assert in_use(found, "rows_conflicting") == [1, 1] and in_use(found, "rows_duplicate") == [1, 0]
    assert all(one.outcome.rules == {"conflict:deliveries": 1} for one in found)
    # With their lines and their text, as whoever has to ask the source needs them.
    rule = ["conflict:deliveries"]
    assert files.set_aside() == [
        ("2023-01", 3, rule, event("moved", "2023-01-06")),
        ("2023-02", 3, rule, event("moved", "2023-02-06")),
    ]
    # Put right at the source, both count.
    files.bring("2023-02", event("same", "2023-01-05"), event("other", "2023-02-07"))
    assert set(in_use(files.conform(), "rows_conflicting")) == {0}
    assert set(files.codes()) == {"same", "own", "other", "moved"}
    assert files.set_aside() == []


def test_a_yearly_count_in_the_files_of_two_months_counts_once_or_not_at_all(tmp_path: Path) -> None:
    """The id stands for the amount here."""
    files = Feed(tmp_path, COUNTS | periodic("M"))
    files.bring("2023-01", "7,2023,,hom,1,,,", "3,2023-01,,hom,1,,,", "5,2023,,rob,1,,,")
    files.bring("2023-02", "7,2023,,hom,1,,,", "4,2023-02,,hom,1,,,", "6,2023,,rob,1,,,")
    found = files.conform()
    assert sorted(files.kept().select("period", "count").iter_rows()) == [("2023", 7), ("2023-01", 3), ("2023-02", 4)]
    assert in_use(found, "rows_conflicting") == [1, 1] and in_use(found, "rows_duplicate") == [1, 0]


def test_parts_of_a_count_that_another_delivery_has_as_well_are_accounted_for_record_by_record(tmp_path: Path) -> None:
    """Two rows of a year make one count, in the files of two months."""
    parts = {"reject_when:": "add_up: true\nreject_when:"}
    files = Feed(tmp_path, COUNTS | periodic("M") | parts)
    files.bring("2023-01", "7,2023,,hom,1,,,", "3,2023,,hom,1,,,", "3,2023-01,,hom,1,,,", "5,2023,,rob,1,,,")
    files.bring("2023-02", "7,2023,,hom,1,,,", "3,2023,,hom,1,,,", "5,2023,,rob,1,,,", "2,2023,,rob,1,,,")
    found = files.conform()
    assert sorted(files.kept().select("period", "count").iter_rows()) == [("2023", 10), ("2023-01", 3)]
    assert in_use(found, "rows_duplicate") == [2, 0] and in_use(found, "rows_conflicting") == [1, 2]
    assert in_use(found, "rows_kept") == [1, 2]
    amounts = {(one.fate, one.amount) for one in found[1].outcome.row_fates}
    assert amounts == {("conflicting", 7.0)}
    assert [(line, text) for _, line, _, text in files.set_aside()] == [
        (5, "5,2023,,rob,1,,,"),
        (4, "5,2023,,rob,1,,,"),
        (5, "2,2023,,rob,1,,,"),
    ]


def test_a_conflict_is_set_aside_beside_rows_that_break_a_rule(tmp_path: Path) -> None:
    """What is repeated within a delivery is a duplicate there, and only the row that was kept contradicts the other file."""
    files = Feed(tmp_path, periodic("M", KEEP))
    files.bring("2023-01", event("a", "2023-02-30"), event("b", "2023-01-06"), event("b", "2023-01-06"))
    files.bring("2023-02", event("b", "2023-02-06"))
    found = files.conform()
    assert in_use(found, "rows_quarantined") == [2, 1] and in_use(found, "rows_conflicting") == [1, 1]
    assert sorted((line, rules[0]) for _, line, rules, _ in files.set_aside()) == [
        (2, "conflict:deliveries"),
        (2, "type:occurred_on"),
        (3, "conflict:deliveries"),
    ]


def test_rows_the_program_numbers_are_those_of_their_delivery(tmp_path: Path) -> None:
    numbered = {"event_id: {from: id}": "event_id: {row: number}"}
    files = Feed(tmp_path, periodic("M", KEEP) | numbered)
    for month in ("2023-01", "2023-02"):
        files.bring(month, event("a", "2023-01-05"))
    files.conform()
    assert len(files.kept()) == 2


def test_deliveries_without_a_common_key_are_compared_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = Feed(tmp_path, periodic("M"))
    files.bring("2023-01", event("a", "2023-01-05"))
    files.bring("2023-02", event("b", "2023-02-05"))
    found = files.conform()
    assert [("-" in one.outcome.key, one.outcome.rows_kept) for one in found] == [(False, 1), (False, 1)]
    monkeypatch.setattr("sga_pipeline.conform.between_deliveries._connection", None)
    assert [one.outcome for one in files.conform()] == [one.outcome for one in found]


def test_one_delivery_in_use_is_not_looked_at_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = Feed(tmp_path, UPDATES)
    files.bring(None, event("a", "2023-01-05"))
    monkeypatch.setattr("sga_pipeline.conform.between_deliveries._connection", None)
    [one] = files.conform()
    assert (one.outcome.rows_kept, "-" in one.outcome.key) == (1, False)


def test_stretches_of_a_large_file_are_updated_like_a_whole_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cutting, "SIZES", SMALL)
    files = Feed(tmp_path, UPDATES)
    rows = [event(f"e{at:03}", "2023-01-05") for at in range(60)]
    files.bring(None, *rows)
    files.bring(None, *rows[:40], event("e059", "2023-01-05", "rob"))
    newest, oldest = files.conform()
    assert len(oldest.outcome.files) + len(newest.outcome.files) > 2
    assert files.codes() == {f"e{at:03}": "0101" for at in range(59)} | {"e059": "0401"}


EDIT = st.tuples(
    st.integers(0, 5), st.sampled_from(["hom", "rob", "mvt"]), st.sampled_from(["2023-01-05", "2023-02-05"])
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.lists(EDIT, max_size=5, unique_by=lambda one: one[0]), min_size=1, max_size=5),
    st.sampled_from([UPDATES, MONTHLY_UPDATES]),
    st.randoms(use_true_random=False),
)
def test_any_split_of_edits_gives_the_last_version(
    deliveries: list[list[tuple[int, str, str]]], changes: dict[str, str], chance
) -> None:  # type: ignore[no-untyped-def]
    """By period, a later one is newer whenever it came; else the one that came later."""
    periods = [f"2023-{at:02}" if changes is MONTHLY_UPDATES else None for at in range(1, len(deliveries) + 1)]
    order = list(range(len(deliveries)))
    if changes is MONTHLY_UPDATES:
        chance.shuffle(order)
    last: dict[str, tuple[str, str]] = {}
    for edits in deliveries:
        last |= {str(number): (code, day) for number, code, day in edits}
    codes = {"hom": "0101", "rob": "0401", "mvt": "050211"}
    with feed(changes) as files:
        for at in order:
            files.bring(periods[at], *(event(number, day, code) for number, code, day in deliveries[at]))
            if chance.random() < 0.5:
                files.conform()
        found = files.conform()
        kept = files.kept()
        assert {one["event_id"]: (one["iccs_code"], str(one["occurred_on"])) for one in kept.to_dicts()} == {
            number: (codes[code], day) for number, (code, day) in last.items()
        }
        assert len(kept) == len(last)
        rows = sum(one.outcome.rows_in for one in found if one.in_use)
        assert sum(in_use(found, "rows_superseded")) == rows - len(last)
