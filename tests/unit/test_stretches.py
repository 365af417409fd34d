"""A large file is conformed stretch by stretch: what it comes to is what it would come to whole, and what is unchanged is not done again."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sga_pipeline.conform import stretches
from sga_pipeline.conform.feed import conform_feed
from sga_pipeline.conform.outcome import Outcome
from sga_pipeline.conform.readers.tables import cutting
from sga_pipeline.conform.readers.tables.cutting import Sizes
from sga_pipeline.connectors.connector import Fetched
from sga_pipeline.contracts.assessment import read_assessment
from sga_pipeline.home import Home
from sga_pipeline.raw.store import RawStore
from tests.city_folder import HEADER, write_city

SMALL = Sizes(table=0, least=150, most=500, rare=2)
WHOLE = Sizes(table=1 << 40)
LENIENT = {"rules:": "reject_when: {quarantined_share: 1, duplicate_share: 1, fewer_rows_than: 0}\nrules:"}
SOME = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


class Feed:
    """A feed whose one file holds everything, and comes again and again."""

    def __init__(self, folder: Path, replacements: dict[str, str] | None = None) -> None:
        city = write_city(folder, LENIENT | (replacements or {}))
        self.plan = read_assessment([city]).cities[0].feeds[0]
        self.home = Home(folder / "home")
        self.home.prepare()
        self.store, self.brought = RawStore(self.home, "xx_small", "incidents"), 0

    def bring(self, text: str) -> Outcome:
        """What the newest delivery comes to, in use or refused."""
        self.brought += 1
        self.store.scratch.mkdir(parents=True, exist_ok=True)
        file = self.store.scratch / f"{self.brought}.csv"
        file.write_text(text, newline="")
        now = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(hours=self.brought)
        self.store.receive(Fetched(file, "incidents.csv", "there"), period=None, now=now, connector="file")
        return conform_feed(self.plan, self.store.arrivals(), self.home)[0].outcome

    def files(self) -> dict[str, bytes]:
        """Every conformed file: of stretches as of whole deliveries."""
        folder = self.home.conformed / "crime_events"
        return {file.name: file.read_bytes() for file in sorted(folder.rglob("*.parquet"))}

    def rows(self, outcome: Outcome) -> pl.DataFrame:
        folder = self.home.conformed / "crime_events" / "city_id=xx_small" / "feed_id=incidents"
        assert {file.name for file in folder.glob("*")} == set(outcome.files)
        return pl.concat(pl.read_parquet(folder / file, hive_partitioning=False) for file in outcome.files)

    def set_aside(self, outcome: Outcome) -> list[dict[str, Any]]:
        file = self.home.quarantine("xx_small", "incidents") / f"all-{outcome.key}.parquet"
        return pl.read_parquet(file).to_dicts() if file.is_file() else []


@contextmanager
def feed(sizes: Sizes, replacements: dict[str, str] | None = None) -> Iterator[Feed]:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(cutting, "SIZES", sizes)
        yield Feed(Path(folder), replacements)


def comparable(outcome: Outcome) -> dict[str, Any]:
    return {name: value for name, value in json.loads(outcome.to_json()).items() if name != "files"}


def line(number: int, day: str = "05", code: str = "hom", note: str = "G") -> str:
    return f"e{number},2023-0{1 + number % 9}-{day},,{code},{1 + number % 3},,{note},Y\n"


# Sound rows of some forty numbers, so that many come twice; rows that break a rule; records that break apart; and none at all.
SOUND = st.builds(
    line, st.integers(0, 40), st.sampled_from(["05", "17"]), st.sampled_from(["hom", "rob", "mvt", "arson"])
)
BAD = st.builds(line, st.integers(0, 40), st.just("31x"))
BROKEN = st.sampled_from(
    ["e1,2023-05-05\n", "e2,2023-05-05,,hom,1,,G,Y,,surplus\n", "\n", 'e3,2023-05-05,,"hom",1,"4,5",G,Y\n']
)
LINES = st.lists(st.one_of(SOUND, SOUND, SOUND, BAD, BROKEN), max_size=60)


@st.composite
def histories(draw: st.DrawFn) -> list[list[str]]:
    """A file, and what becomes of it: lines are put in, taken out and written anew, anywhere."""
    versions = [draw(LINES)]
    for _ in range(draw(st.integers(1, 4))):
        old = versions[-1]
        start = draw(st.integers(0, len(old)))
        end = draw(st.integers(start, min(len(old), start + 5)))
        versions.append(old[:start] + draw(st.lists(st.one_of(SOUND, BAD), max_size=8)) + old[end:])
    return versions


@SOME
@given(histories(), st.sampled_from(["\n", "\r\n"]))
def test_every_history_comes_to_the_same_as_its_last_file_alone_and_whole(history: list[list[str]], end: str) -> None:
    texts = [(HEADER + "".join(lines)).replace("\n", end) for lines in history]
    with feed(SMALL) as long:
        for text in texts:
            found = long.bring(text)
        with feed(SMALL) as alone:
            again = alone.bring(texts[-1])
            assert long.files() == alone.files()
            assert long.set_aside(found) == alone.set_aside(again)
            assert comparable(found) == comparable(again)
        with feed(WHOLE) as whole:
            once = whole.bring(texts[-1])
            assert comparable(found) == comparable(once)
            if once.accepted:
                assert long.rows(found).equals(whole.rows(once))
            assert long.set_aside(found) == whole.set_aside(once)


def test_rows_set_aside_are_reported_with_their_lines(tmp_path: Path) -> None:
    lines = [line(n) if n % 7 else line(n, day="31x") for n in range(200)]
    lines.insert(90, "e1,2023-05-05\n")
    with feed(SMALL) as one:
        outcome = one.bring(HEADER + "".join(lines))
        assert len(outcome.files) > 10
        found = one.set_aside(outcome)
    assert len(found) == 30
    text = (HEADER + "".join(lines)).splitlines()
    assert all(text[row["line"] - 1] == row["raw"] for row in found)


@pytest.mark.parametrize("where", ["end", "beginning", "middle"])
def test_only_what_changed_is_conformed_again(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    real = stretches.take_rows
    monkeypatch.setattr(stretches, "take_rows", lambda *given: done.append("one") or real(*given))
    old = [line(n) for n in range(2_000)]
    more = [line(n) for n in range(5_000, 5_005)]
    new = {"end": old + more, "beginning": more + old, "middle": old[:1_000] + more + old[1_001:]}[where]
    with feed(SMALL) as one:
        first = one.bring(HEADER + "".join(old))
        assert len(done) == len(first.files) > 100
        done.clear()
        second = one.bring(HEADER + "".join(new))
        assert 1 <= len(done) <= 5
        assert len(set(first.files) & set(second.files)) >= len(first.files) - 5


def test_a_row_that_comes_earlier_from_now_on_is_left_out_where_it_stood() -> None:
    old = [line(n) for n in range(300)]
    with feed(SMALL) as one:
        before = one.bring(HEADER + "".join(old))
        after = one.bring(HEADER + line(299) + "".join(old))
        assert (before.rows_duplicate, after.rows_duplicate) == (0, 1)
        assert one.rows(after).get_column("event_id").to_list().index("e299") == 0
        # And back again.
        last = one.bring(HEADER + "".join(old) + line(400))
        assert last.rows_duplicate == 0
        assert one.rows(last).get_column("event_id").to_list().index("e299") == 299


def test_rows_that_contradict_each_other_are_set_aside_in_every_stretch_until_they_agree() -> None:
    old = [line(n) for n in range(300)]
    with feed(SMALL) as one:
        one.bring(HEADER + "".join(old))
        after = one.bring(HEADER + line(299, day="17") + "".join(old) + line(299))
        assert (after.rows_kept, after.rows_quarantined, after.rows_duplicate) == (299, 3, 0)
        assert after.rules == {"conflict:event_id": 3}
        assert "e299" not in one.rows(after).get_column("event_id")
        assert [(row["line"], row["rules"]) for row in one.set_aside(after)] == [
            (number, ["conflict:event_id"]) for number in (2, 302, 303)
        ]
        # The office has corrected one of them: of three rows that are the same, one is kept.
        last = one.bring(HEADER + line(299) + "".join(old) + line(299))
        assert (last.rows_kept, last.rows_quarantined, last.rows_duplicate) == (300, 0, 2)


def test_stretches_without_a_contradicted_row_are_not_conformed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    real = stretches.take_rows
    monkeypatch.setattr(stretches, "take_rows", lambda *given: done.append("one") or real(*given))
    old = [line(n) for n in range(2_000)]
    with feed(SMALL) as one:
        one.bring(HEADER + "".join(old) + line(7, day="17"))
        done.clear()
        again = one.bring(HEADER + "".join(old) + line(7, day="17") + line(5_000))
        assert 1 <= len(done) <= 3 and again.rules == {"conflict:event_id": 2}
        done.clear()
        settled = one.bring(HEADER + "".join(old) + line(5_000))
        assert 1 <= len(done) <= 4 and settled.rules == {} and settled.rows_kept == 2_001


def test_a_newer_delivery_that_is_refused_takes_nothing_from_the_one_in_use() -> None:
    old = HEADER + "".join(line(n) for n in range(300))
    # It has a row of the end at its beginning, and far too many that break a rule.
    new = HEADER + line(299) + old.removeprefix(HEADER) + line(1, day="31x") * 400
    strict = {"quarantined_share: 1,": "quarantined_share: 0.2,"}
    with feed(SMALL, strict) as one:
        before = one.bring(old)
        files, rows = one.files(), one.rows(before)
        assert not one.bring(new).accepted
        assert one.files() == files
        again = conform_feed(one.plan, one.store.arrivals(), one.home)
        assert [used.outcome.rows_kept for used in again if used.in_use] == [rows.height]
        assert one.rows(before).equals(rows)


@pytest.mark.parametrize("header", [HEADER, HEADER.replace("\n", "\r\n")])
def test_a_record_that_reaches_over_lines_is_never_cut(header: str) -> None:
    rows = [line(n) for n in range(100)]
    rows[50] = 'e50,2023-05-05,,"hom\n",1,,G,Y\n'
    with feed(SMALL) as one:
        outcome = one.bring(header + "".join(rows))
        assert (outcome.rows_kept, len(outcome.files)) == (100, 1)


def test_the_same_text_twice_is_conformed_twice() -> None:
    """Rows without an identifier are no duplicates of one another, however much alike."""
    without = {"event_id: {from: id}": "event_id: {row: number}"}
    with feed(Sizes(table=0, least=500, most=500, rare=60), without) as one:
        outcome = one.bring(HEADER + line(7) * 400)
        assert len(outcome.files) == len(set(outcome.files)) > 10
        kept = one.rows(outcome).get_column("event_id")
        assert (outcome.rows_kept, kept.n_unique()) == (400, 400)


@pytest.mark.parametrize("after", [0, 1, 7, 20])
def test_a_run_that_was_killed_leaves_nothing_that_misleads_the_next(
    after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = HEADER + "".join(line(n % 170, day="17" if n == 175 else "05") for n in range(200))
    with feed(SMALL) as orderly:
        orderly.bring(text)
        expected = orderly.files()
    real, done = stretches.take_rows, []

    def killed(*given: Any) -> Outcome:
        if len(done) == after:
            raise KeyboardInterrupt
        done.append("one")
        return real(*given)

    with feed(SMALL) as one:
        monkeypatch.setattr(stretches, "take_rows", killed)
        with pytest.raises(KeyboardInterrupt):
            one.bring(text)
        monkeypatch.setattr(stretches, "take_rows", real)
        conform_feed(one.plan, one.store.arrivals(), one.home)
        assert one.files() == expected


def test_nothing_is_left_of_stretches_that_no_delivery_in_use_has() -> None:
    with feed(SMALL) as one:
        one.bring(HEADER + "".join(line(n) for n in range(300)))
        outcome = one.bring(HEADER + "".join(line(n, day="17") for n in range(150)))
        records = list((one.home.conformed / "_stretches").rglob("*.json"))
        assert len(records) == len(outcome.files)
        assert set(one.files()) == set(outcome.files)
