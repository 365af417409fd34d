"""A national file and three cities: asked for once, kept once, conformed once where the cities have the same rows, and cut right."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from sga_pipeline.conform.conformed import Conformed
from sga_pipeline.conform.feed import conform_feed
from sga_pipeline.contracts.assessment import FeedPlan, read_assessment
from sga_pipeline.home import Home
from sga_pipeline.raw.outcomes import PullOutcome, last_pull
from sga_pipeline.raw.pull import pull_feed
from sga_pipeline.raw.store import RawStore
from tests.servers import serving
from tests.shared_cities import ALBA, BIRKA, CUMAE, RECORDED, Office, records, write_shared, write_user

RECORDS, RESIDENTS = "national_records", "national_residents"
NOW, AS_OF = datetime(2024, 3, 1, 4, tzinfo=UTC), date(2024, 3, 1)
PLACES = {ALBA: "5001", BIRKA: "501", CUMAE: "25001"}


class Country:
    """Three cities, one home, and the office that has the files."""

    def __init__(self, folder: Path, office: Office) -> None:
        self.office, self.home, self.now = office, Home(folder / "home"), NOW
        folders = [write_user(folder, city_id) for city_id in (ALBA, BIRKA, CUMAE)]
        self.cities = {city.id: city for city in read_assessment(folders).cities}

    def plan(self, city_id: str, feed_id: str) -> FeedPlan:
        return next(plan for plan in self.cities[city_id].feeds if plan.id == feed_id)

    def pull(self, city_id: str, feed_id: str = RECORDS, *, offline: bool = False, refresh: bool = False) -> str:
        """How it ended; every pull takes five minutes."""
        self.now += timedelta(minutes=5)
        plan, city = self.plan(city_id, feed_id), self.cities[city_id]
        with self.home.lock(city_id):
            found: list[PullOutcome] = pull_feed(
                plan, city, self.home, now=self.now, as_of=AS_OF, offline=offline, refresh=refresh
            )
        return found[0].status

    def conform(self, city_id: str, feed_id: str = RECORDS) -> list[Conformed]:
        plan = self.plan(city_id, feed_id)
        with self.home.lock(city_id):
            return conform_feed(plan, RawStore(self.home, city_id, feed_id).arrivals(), self.home)

    def files(self, city_id: str, feed_id: str) -> list[Path]:
        return sorted(self.home.conformed.glob(f"*/city_id={city_id}/feed_id={feed_id}/*.parquet"))

    def rows(self, city_id: str, feed_id: str = RECORDS) -> pl.DataFrame:
        return pl.concat([pl.read_parquet(file, hive_partitioning=False) for file in self.files(city_id, feed_id)])

    def of(self, city_id: str) -> dict[str, bytes]:
        """Everything in the home that bears the name of a city."""
        home = self.home.path
        named = [one for one in home.rglob("*") if one.is_file() and city_id in str(one.relative_to(home))]
        return {str(one): one.read_bytes() for one in named if ".locks" not in one.parts}


@pytest.fixture
def country(tmp_path: Path) -> Iterator[Country]:
    office = Office()
    with serving(responder=office) as server:
        write_shared(tmp_path, server.address(""))
        yield Country(tmp_path, office)


def test_the_source_is_asked_once_for_all_cities_and_once_more_when_all_run_again(country: Country) -> None:
    assert [country.pull(one) for one in (ALBA, BIRKA, CUMAE)] == ["new", "new", "new"]
    assert country.office.asked == ["/records.csv"]
    country.office.files["/records.csv"] = records({**RECORDED, "5001": 41})
    assert [country.pull(one) for one in (CUMAE, ALBA, BIRKA)] == ["new", "new", "new"]
    assert country.office.asked == ["/records.csv"] * 2
    kept = list(country.home.path.joinpath("raw").rglob("records.csv"))
    assert len(kept) == 2 and {file.parent.parent.parent.name for file in kept} == {"shared"}


def test_an_answer_of_yesterday_does_not_do(country: Country) -> None:
    country.pull(ALBA)
    country.now += timedelta(hours=12)
    assert country.pull(BIRKA) == "unchanged"
    assert len(country.office.asked) == 2


def test_whoever_wants_the_source_asked_has_it_asked(country: Country) -> None:
    country.pull(ALBA)
    country.pull(BIRKA, refresh=True)
    assert len(country.office.asked) == 2
    assert country.pull(CUMAE, offline=True) == "offline" and len(country.office.asked) == 2
    assert len(country.conform(CUMAE)) == 1, "what is here serves, though this city never asked"


def test_a_failure_is_asked_again_and_recorded_with_each_city(country: Country) -> None:
    country.pull(ALBA)
    whole = country.office.files.pop("/records.csv")
    assert [country.pull(one) for one in (ALBA, BIRKA)] == ["failed", "failed"]
    assert len(country.office.asked) == 3
    assert ["503" in str(last_pull(country.home, one, RECORDS)[0].message) for one in (ALBA, BIRKA)] == [True, True]
    assert len(country.conform(BIRKA)) == 1, "the last good delivery serves"
    country.office.files["/records.csv"] = whole
    assert country.pull(CUMAE) == "unchanged"
    assert last_pull(country.home, ALBA, RECORDS)[0].status == "failed", "until it runs itself"


def test_each_city_has_its_own_rows_with_the_zeros_put_back(country: Country) -> None:
    for city_id, place in PLACES.items():
        country.pull(city_id)
        [one] = country.conform(city_id)
        rows = country.rows(city_id)
        assert rows["event_id"].str.starts_with(f"{place}-").all() and len(rows) == RECORDED[place]
        assert rows["area_id"].unique().to_list() == ["XS"] and rows["iccs_code"].unique().to_list() == ["0101"]
        others = sum(RECORDED.values()) - RECORDED[place]
        assert (one.outcome.rows_in, one.outcome.rows_outside) == (RECORDED[place], others)
        entered = [entry for entry in one.outcome.row_fates if entry.fate == "out_of_scope"]
        assert sum(entry.rows for entry in entered) == others and not any(entry.area_id for entry in entered)


def test_without_the_step_a_lost_zero_is_another_code(tmp_path: Path) -> None:
    office = Office()
    with serving(responder=office) as server:
        shared = write_shared(tmp_path, server.address("")) / f"{RECORDS}.yaml"
        shared.write_text(shared.read_text().replace("steps: [{zero_pad: 5}], ", ""))
        country = Country(tmp_path, office)
        for city_id in (ALBA, CUMAE):
            country.pull(city_id)
        assert not country.conform(ALBA)[0].in_use and country.conform(CUMAE)[0].outcome.rows_kept == 12


def test_rows_that_do_not_depend_on_the_city_are_conformed_once(country: Country) -> None:
    done = {}
    for city_id in (ALBA, BIRKA, CUMAE):
        country.pull(city_id, RESIDENTS)
        done[city_id] = country.conform(city_id, RESIDENTS)[0]
    assert [one.fresh for one in done.values()] == [True, False, False]
    outcomes = [one.outcome for one in done.values()]
    assert outcomes[0] == outcomes[1] == outcomes[2] and outcomes[0].rows_quarantined == 1
    files = [country.files(one, RESIDENTS) for one in done]
    assert [len(one) for one in files] == [1, 1, 1]
    assert len({one[0].stat().st_ino for one in files}) == 1, "one file on the disk"
    quarantines = [next(country.home.quarantine(one, RESIDENTS).iterdir()) for one in done]
    assert len({one.stat().st_ino for one in quarantines}) == 1
    assert [country.conform(one, RESIDENTS)[0].fresh for one in done] == [False] * 3


def test_a_run_of_one_city_leaves_the_others_as_they_were(country: Country) -> None:
    for city_id in (ALBA, BIRKA):
        for feed_id in (RECORDS, RESIDENTS):
            country.pull(city_id, feed_id)
            country.conform(city_id, feed_id)
    before = country.of(BIRKA)
    country.office.files["/records.csv"] = records({**RECORDED, "501": 1, "5001": 50})
    country.office.files["/residents.csv"] = b"year,persons\n2022,1\n"
    for feed_id in (RECORDS, RESIDENTS):
        assert country.pull(ALBA, feed_id) == "new"
        country.conform(ALBA, feed_id)
    assert country.of(BIRKA) == before and len(country.rows(ALBA)) == 50
    assert [one.fresh for one in country.conform(BIRKA)] == [False], "what another run brought is not this city's yet"
    assert len(country.rows(BIRKA)) == 25
    country.pull(BIRKA)
    assert len(country.conform(BIRKA)) == 2 and len(country.rows(BIRKA)) == 1


def test_a_city_removed_takes_nothing_from_the_others(country: Country) -> None:
    for city_id in (ALBA, BIRKA):
        country.pull(city_id, RESIDENTS)
        country.conform(city_id, RESIDENTS)
    rows = country.rows(BIRKA, RESIDENTS)
    for file in map(Path, country.of(ALBA)):
        file.unlink()
    assert country.rows(BIRKA, RESIDENTS).equals(rows)
    assert [one.fresh for one in country.conform(BIRKA, RESIDENTS)] == [False]
    for file in map(Path, country.of(BIRKA)):
        file.unlink()
    country.office.files["/residents.csv"] = b"year,persons\n2022,5\n"
    country.pull(CUMAE, RESIDENTS, refresh=True)
    assert len(country.conform(CUMAE, RESIDENTS)) == 2
    left = list(country.home.conformed.glob("_shared/*/*/*.parquet"))
    assert [file.stat().st_nlink for file in left] == [2], "of the rows that no city has, nothing is left"


def test_a_lost_part_of_what_was_conformed_is_conformed_again(country: Country) -> None:
    country.pull(ALBA, RESIDENTS)
    country.conform(ALBA, RESIDENTS)
    next(country.home.conformed.glob(f"_shared/{RESIDENTS}/*/quarantine.parquet")).unlink()
    country.pull(BIRKA, RESIDENTS)
    assert [one.fresh for one in country.conform(BIRKA, RESIDENTS)] == [True]
    country.pull(CUMAE, RESIDENTS)
    assert [one.fresh for one in country.conform(CUMAE, RESIDENTS)] == [False]


def test_an_address_with_a_placeholder_is_asked_for_each_city(tmp_path: Path) -> None:
    office = Office()
    office.files = {f"/{code}.csv": records({place: 3}) for code, place in (("05001", "5001"), ("00501", "501"))}
    with serving(responder=office) as server:
        shared = write_shared(tmp_path, server.address("")) / f"{RECORDS}.yaml"
        shared.write_text(shared.read_text().replace("/records.csv", "/{city_code}.csv"))
        country = Country(tmp_path, office)
        assert [country.pull(one) for one in (ALBA, BIRKA, CUMAE)] == ["new", "new", "failed"]
        assert office.asked == ["/05001.csv", "/00501.csv", "/25001.csv"]
        assert [country.conform(one)[0].outcome.rows_kept for one in (ALBA, BIRKA)] == [3, 3]
        assert not (country.home.path / "raw" / "shared").exists()


def test_a_file_brought_by_hand_is_every_citys(country: Country) -> None:
    inbox = country.home.inbox("shared", RESIDENTS)
    inbox.mkdir(parents=True)
    (inbox / "sent.csv").write_bytes(b"year,persons\n2023,77\n")
    for city_id in (ALBA, BIRKA):
        country.pull(city_id, RESIDENTS)
        country.conform(city_id, RESIDENTS)
        assert country.rows(city_id, RESIDENTS)["persons"].to_list() == [77]


def test_another_contract_of_the_same_id_is_not_mixed_in(country: Country, tmp_path: Path) -> None:
    country.pull(ALBA)
    shutil.copytree(tmp_path / "shared", tmp_path / "other" / "shared")
    file = tmp_path / "other" / "shared" / "feeds" / f"{RECORDS}.yaml"
    file.write_text(file.read_text().replace("title: Recorded", "title: Other recorded"))
    elsewhere = read_assessment([write_user(tmp_path / "other", BIRKA)]).cities[0]
    with pytest.raises(Exception, match=r"another contract.*\[national_records\].*another --home"):
        pull_feed(elsewhere.feeds[0], elsewhere, country.home, now=NOW, as_of=AS_OF)
    shutil.rmtree(tmp_path / "shared")
    assert pull_feed(elsewhere.feeds[0], elsewhere, country.home, now=NOW, as_of=AS_OF)[0].status == "unchanged"
