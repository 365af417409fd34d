"""A delivery brings the rows of its own period: those dated elsewhere are counted as out of scope, unless its contract says why they belong."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from sga_pipeline.conform.delivery import Sinks, conform_delivery
from sga_pipeline.conform.outcome import Outcome
from sga_pipeline.contracts.assessment import read_assessment
from sga_pipeline.errors import ContractError
from tests.city_folder import HEADER, residents, write_city
from tests.unit.test_conform_delivery import Arrived

SOURCE = "source: {connector: file, address: incidents.csv}\n"
PERIODS = {"M": "2023-01", "Q": "2023-Q1", "A": "'2022'"}
KEEP = 'outside_period: {action: keep, reason: "Files hold what was registered in a month, whenever it happened."}\n'
COUNTS = {
    "shape: crime_events": "shape: crime_counts",
    "  event_id: {from: id}\n": "  count: {from: id}\n",
    '  occurred_on: {from: date, steps: [{date: ["%Y-%m-%d", "%d/%m/%Y"]}]}\n': "  period: {from: date}\n  unit_counted: {constant: offences}\n",
    "  reported_on: {from: reported}\n": "",
    '  latitude: {from: lat, steps: [{number: {decimal: ","}}]}\n': "",
    '  cleared: {from: cleared, steps: [{boolean: {"yes": [Y], "no": [N]}}]}\n': "",
    "rules:\n  - {rule: in_range, id: not_in_the_future, column: occurred_on, maximum: 2024-03-01}\n": "",
}


def periodic(freq: str, more: str = "") -> dict[str, str]:
    source = (
        f"source: {{connector: file, address: '{{period}}.csv', periods: {{freq: {freq}, first: {PERIODS[freq]}}}}}\n"
    )
    return {SOURCE: source + more}


def bring(
    folder: Path, period: str | None, when: list[str], feed: dict[str, str], id_of: str = "{at}"
) -> tuple[Outcome, list[str]]:
    """What a delivery of a period comes to, and the times of the rows it keeps."""
    plan = read_assessment([write_city(folder, feed)]).cities[0].feeds[0]
    file = folder / "delivery.csv"
    file.write_text(HEADER + "".join(f"{id_of.format(at=at)},{one},,hom,1,,,\n" for at, one in enumerate(when)))
    sinks = Sinks(folder / "kept.parquet", folder / "bad.parquet", folder / "scratch")
    sinks.scratch.mkdir(exist_ok=True)
    outcome = conform_delivery(plan, Arrived(file, period=period), "k" * 16, sinks)
    assert outcome.rows_in + outcome.rows_outside == len(when)
    assert outcome.rows_in == outcome.rows_kept + outcome.rows_quarantined + outcome.rows_duplicate
    kept = pl.read_parquet(sinks.kept) if sinks.kept.exists() else pl.DataFrame()
    column = "occurred_on" if "occurred_on" in kept.columns else "period"
    return outcome, [str(one) for one in kept.get_column(column)] if kept.width else []


@pytest.mark.parametrize(
    ("freq", "period", "inside", "outside"),
    [
        ("M", "2023-02", ["2023-02-01", "2023-02-28"], ["2023-01-31", "2023-03-01", "2022-02-05"]),
        ("Q", "2023-Q2", ["2023-04-01", "2023-06-30"], ["2023-03-31", "2023-07-01"]),
        ("A", "2023", ["2023-01-01", "2023-12-31"], ["2022-12-31", "2024-01-01", "2022-06-01"]),
    ],
)
def test_events_of_other_periods_are_out_of_scope(
    tmp_path: Path, freq: str, period: str, inside: list[str], outside: list[str]
) -> None:
    outcome, kept = bring(tmp_path, period, [*outside, *inside], periodic(freq))
    assert kept == inside
    assert (outcome.rows_outside, outcome.rows_outside_period) == (len(outside), len(outside))
    assert (outcome.first_day, outcome.last_day) == (inside[0], inside[-1])


@pytest.mark.parametrize(
    ("freq", "period", "inside", "outside"),
    [
        ("M", "2023-02", ["2023-02", "2023-Q1", "2023"], ["2023-01", "2023-Q2", "2022"]),
        ("Q", "2023-Q2", ["2023-04", "2023-06", "2023-Q2", "2023"], ["2023-03", "2023-Q1", "2024"]),
        ("A", "2023", ["2023-01", "2023-12", "2023-Q4", "2023"], ["2022-12", "2022-Q4", "2022", "2024"]),
    ],
)
def test_counts_of_other_periods_are_out_of_scope(
    tmp_path: Path, freq: str, period: str, inside: list[str], outside: list[str]
) -> None:
    outcome, kept = bring(tmp_path, period, [*outside, *inside], COUNTS | periodic(freq))
    assert sorted(kept) == sorted(inside)
    assert outcome.rows_outside_period == len(outside)


def test_a_date_nobody_can_read_breaks_its_rule_and_is_not_outside(tmp_path: Path) -> None:
    feed = periodic("A", "reject_when: {quarantined_share: 1}\n")
    outcome, kept = bring(tmp_path, "2023", ["2023-02-30", "", "2022-01-01", "2023-01-01"], feed)
    assert kept == ["2023-01-01"]
    assert outcome.rules == {"type:occurred_on": 1, "required:occurred_on": 1} and outcome.rows_outside_period == 1


def test_a_repeated_row_of_another_period_contradicts_nothing(tmp_path: Path) -> None:
    outcome, kept = bring(tmp_path, "2023", ["2022-05-01", "2023-05-01"], periodic("A"), id_of="same")
    assert (kept, outcome.rows_kept, outcome.rules) == (["2023-05-01"], 1, {})


def test_a_delivery_that_holds_another_period_alone_is_refused_and_says_so(tmp_path: Path) -> None:
    outcome, _ = bring(tmp_path, "2023", ["2022-05-01", "2022-05-02"], periodic("A"))
    assert not outcome.accepted
    assert "2 rows are dated outside the period 2023" in outcome.reason


def test_late_records_are_kept_where_the_contract_says_why(tmp_path: Path) -> None:
    outcome, kept = bring(tmp_path, "2023-02", ["2022-05-01", "2023-02-01"], periodic("M", KEEP))
    assert (len(kept), outcome.rows_outside) == (2, 0)


def test_a_feed_without_periods_takes_every_day(tmp_path: Path) -> None:
    outcome, kept = bring(tmp_path, None, ["2022-05-01", "2023-02-01"], {SOURCE: SOURCE + "replaces: all\n"})
    assert (len(kept), outcome.rows_outside) == (2, 0)


def test_moments_of_another_zone_may_be_of_the_day_before(tmp_path: Path) -> None:
    """Two in the morning of the first of February in UTC is January in Bogotá, and no other delivery has it."""
    moment = {'{date: ["%Y-%m-%d", "%d/%m/%Y"]}': '{datetime: {formats: ["%Y-%m-%dT%H:%M"], zone: UTC}}'}
    outcome, kept = bring(tmp_path, "2023-02", ["2023-02-01T02:00", "2023-01-30T12:00"], periodic("M") | moment)
    assert (kept, outcome.rows_outside_period) == (["2023-01-31"], 1)


@pytest.mark.parametrize(
    ("feed", "words"),
    [
        (periodic("M", "replaces: all\n"), r"said to be the whole.*\[all\]"),
        ({SOURCE: SOURCE + "replaces: period\n"}, r"the source has none.*\[period\]"),
        ({SOURCE: SOURCE + KEEP}, "no delivery has a period"),
        (periodic("M", "outside_period: {action: keep}\n"), "reason"),
        (periodic("M", "replaces: key\n"), "replaces"),
        (periodic("M", "updates: all\n"), "updates"),
        (periodic("M", "updates: key\nreplaces: period\n"), r"either replace others or update them.*\[period\]"),
        (periodic("M", "updates: key\n" + KEEP), "may hold any period already"),
        ({SOURCE: SOURCE + "updates: key\n", "event_id: {from: id}": "event_id: {row: number}"}, "the program numbers"),
        ({SOURCE: SOURCE + "updates: key\nadd_up: true\n"} | COUNTS, "parts of a count have no key"),
        (
            COUNTS | {"  period: {from: date}": "  period: {period: whole}"} | periodic("M", KEEP),
            "no row of this feed has a date",
        ),
    ],
)
def test_senseless_relations_are_refused(tmp_path: Path, feed: dict[str, str], words: str) -> None:
    if "  period: {from: date}" in feed:
        mapped = '  occurred_on: {from: date, steps: [{date: ["%Y-%m-%d", "%d/%m/%Y"]}]}\n'
        feed = {old: new for old, new in feed.items() if old != "  period: {from: date}"}
        feed[mapped] = "  period: {period: whole}\n  unit_counted: {constant: offences}\n"
    with pytest.raises(ContractError, match=words):
        read_assessment([write_city(tmp_path, feed)])


def test_residents_of_other_years_are_out_of_scope(tmp_path: Path) -> None:
    city = write_city(tmp_path)
    text = residents("city", "columns:\n  year: {from: year}\n  persons: {from: persons}\n").replace(
        "address: residents.csv}", "address: 'r{period}.csv', periods: {freq: A, first: '2022'}}"
    )
    text = text.replace("replaces: all", "replaces: period")
    (city / "feeds" / "residents.yaml").write_text(text)
    plan = next(one for one in read_assessment([city]).cities[0].feeds if one.id == "residents")
    file = tmp_path / "residents.csv"
    file.write_text("year,persons\n2021,10\n2022,20\n2023,30\n")
    sinks = Sinks(tmp_path / "kept.parquet", tmp_path / "bad.parquet", tmp_path / "scratch")
    sinks.scratch.mkdir()
    outcome = conform_delivery(plan, Arrived(file, period="2022"), "k" * 16, sinks)
    assert (outcome.accepted, outcome.rows_kept, outcome.rows_outside_period) == (True, 1, 2)
    assert pl.read_parquet(sinks.kept)["persons"].to_list() == [20]
