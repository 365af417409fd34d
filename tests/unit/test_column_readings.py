"""Numbers and dates that could mean two things are decided over the column of a delivery, or refused with both readings."""

from __future__ import annotations

from pathlib import Path

import pytest

from sga_pipeline.conform.outcome import Outcome
from sga_pipeline.conform.readers.tables import cutting
from tests.unit.test_conform_delivery import HEADER, Run, conform, rows
from tests.unit.test_own_period import COUNTS, SOURCE, bring
from tests.unit.test_stretches import SMALL, Feed, feed

LAT = 'latitude: {from: lat, steps: [{number: {decimal: ","}}]}'
ALL = "reject_when: {quarantined_share: 1, fewer_rows_than: 0}\nrules:"


def latitudes(folder: Path, step: str, *cells: str) -> Run:
    """Cells as numbers of a column that takes fractions; what cannot be read is unknown."""
    lines = [f'e{at},2023-05-01,,hom,1,"{cell}",,\n' for at, cell in enumerate(cells)]
    feed = {LAT: f"latitude: {{from: lat, steps: [{{number: {{{step}, multiply_by: 0.00001}}}}]}}", "rules:": ALL}
    return conform(folder, rows(*lines), feed)


def read(run: Run) -> dict[int, float]:
    """Which cells were read, and as what."""
    assert run.kept is not None, run.outcome.reason
    return {
        int(row["event_id"][1:]): round(row["latitude"] * 100_000, 6)
        for row in run.kept.to_dicts()
        if row["latitude"] is not None
    }


POINT, COMMA = 'decimal: ",", thousands: "."', 'thousands: ","'
BLANK, APOSTROPHE = 'decimal: ",", thousands: " "', """thousands: "'\""""


@pytest.mark.parametrize(
    ("step", "cell", "number"),
    [
        (POINT, "1.234", 1234),
        (POINT, "12.345,6", 12345.6),
        (POINT, "-1.234.567", -1234567),
        (POINT, "1234,5", 1234.5),
        (POINT, "125", 125),
        (POINT, "12.5", None),
        (POINT, "12.50", None),
        (POINT, "0.125", None),
        (POINT, "1234.567", None),
        (POINT, "1.23.456", None),
        (POINT, "1,234.5", None),
        (POINT, "1..234", None),
        (POINT, ".123", None),
        (COMMA, "1,234", 1234),
        (COMMA, "1,234.5", 1234.5),
        (COMMA, "12,34,567", 1234567),
        (COMMA, "1,00,000.5", 100000.5),
        (COMMA, "12,5", None),
        (COMMA, "123,45,678", None),
        (COMMA, "12,34,56", None),
        (BLANK, "1 234,5", 1234.5),
        (BLANK, "1\u00a0234\u202f567", 1234567),
        (BLANK, "- 1 234", -1234),
        (BLANK, "12 5", None),
        (BLANK, "12.5", None),
        (APOSTROPHE, "1'234.5", 1234.5),
        (APOSTROPHE, "1’234", 1234),
        (APOSTROPHE, "12'34", None),
        ('decimal: ","', "12,5", 12.5),
        ('decimal: ","', "1.000", None),
    ],
)
def test_a_sign_between_thousands_stands_between_groups(
    tmp_path: Path, step: str, cell: str, number: float | None
) -> None:
    run = latitudes(tmp_path, step, cell)
    assert read(run) == ({} if number is None else {0: number})
    assert run.outcome.rules == ({"type:latitude": 1} if number is None else {})


def test_one_slip_among_proven_groups_costs_its_own_value(tmp_path: Path) -> None:
    run = latitudes(tmp_path, POINT, "1.234", "12.5", "1.234.567", "999")
    assert read(run) == {0: 1234, 2: 1234567, 3: 999}


def test_where_fractions_speak_against_the_sign_no_cell_is_read_by_it(tmp_path: Path) -> None:
    """1.234 among 12.5 and 0.75 is no thousand; what has no such sign means the same both ways."""
    run = latitudes(tmp_path, POINT, "1.234", "12.5", "0.75", "999")
    assert read(run) == {3: 999}
    assert run.outcome.rules == {"type:latitude": 3}


def test_a_refused_delivery_shows_both_readings(tmp_path: Path) -> None:
    lines = [f"e{at},2023-05-01,,hom,1,{cell},,\n" for at, cell in enumerate(["12.5", "12.7", "1.234"])]
    asked = {"rules:": "rules:\n  - {rule: present, id: has_latitude, column: latitude}"}
    run = conform(tmp_path, rows(*lines), {LAT: LAT.replace('","', '",", thousands: "."')} | asked)
    assert not run.outcome.accepted and run.kept is None
    assert "type:latitude (3)" in run.outcome.reason
    assert "[12.5] is 125 where . stands between thousands, as the contract says, and 12.5" in run.outcome.reason


ORDERS = {'["%Y-%m-%d", "%d/%m/%Y"]': '["%d/%m/%Y", "%m/%d/%Y", "%Y-%m-%d"]'}


def days(folder: Path, *cells: str, formats: dict[str, str] | None = None) -> Run:
    return conform(
        folder,
        rows(*(f"e{at},{cell},,hom,1,,,\n" for at, cell in enumerate(cells))),
        (formats or ORDERS) | {"rules:": ALL},
    )


def kept_days(run: Run) -> list[str]:
    assert run.kept is not None, run.outcome.reason
    return [str(day) for day in run.kept["occurred_on"].to_list()]


@pytest.mark.parametrize(
    ("cells", "kept"),
    [
        (["03/04/2023", "25/04/2023"], ["2023-04-03", "2023-04-25"]),
        (["03/04/2023", "04/25/2023"], ["2023-03-04", "2023-04-25"]),
        # What both orders read as one and the same day decides nothing, and needs no decision.
        (["03/03/2023", "2023-04-05"], ["2023-03-03", "2023-04-05"]),
        (["2023-04-05", "03/04/2023", "25/04/2023"], ["2023-04-05", "2023-04-03", "2023-04-25"]),
        # What is no date by any format costs its own row alone.
        (["03/04/2023", "25/04/2023", "31/02/2023"], ["2023-04-03", "2023-04-25"]),
    ],
)
def test_the_order_of_dates_is_one_for_the_whole_column(tmp_path: Path, cells: list[str], kept: list[str]) -> None:
    for at, order in enumerate((cells, cells[::-1])):
        assert sorted(kept_days(days(tmp_path / str(at), *order))) == sorted(kept)


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (["03/04/2023", "05/06/2023"], "can be read in two orders: [03/04/2023] as %d/%m/%Y or as %m/%d/%Y"),
        (["03/04/2023", "2023-04-25"], "[03/04/2023] as %d/%m/%Y or as %m/%d/%Y"),
        (["25/04/2023", "04/25/2023"], "mixes orders of day and month"),
    ],
)
def test_dates_whose_order_nobody_can_know_are_refused(tmp_path: Path, cells: list[str], words: str) -> None:
    run = days(tmp_path, *cells)
    assert not run.outcome.accepted and run.kept is None
    assert words in run.outcome.reason and "[occurred_on]" in run.outcome.reason


def test_years_of_two_digits_are_in_doubt_with_every_order(tmp_path: Path) -> None:
    formats = {'["%Y-%m-%d", "%d/%m/%Y"]': '["%d-%m-%y", "%y-%m-%d"]'}
    assert "two orders" in days(tmp_path / "a", "01-02-03", formats=formats).outcome.reason
    assert kept_days(days(tmp_path / "b", "01-02-03", "31-12-99", formats=formats)) == ["2003-02-01", "1999-12-31"]


def test_formats_that_cannot_be_confused_are_tried_row_by_row(tmp_path: Path) -> None:
    formats = {'["%Y-%m-%d", "%d/%m/%Y"]': '["%Y-%m-%d", "%d/%m/%Y", "%Y%m%d"]'}
    run = days(tmp_path, "2023-04-05", "03/04/2023", "20230406", formats=formats)
    assert kept_days(run) == ["2023-04-05", "2023-04-03", "2023-04-06"]


def test_a_large_file_has_one_order_and_a_new_one_is_read_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stretches of days below 13 decide nothing by themselves; that the last row is of a 25th decides all of them."""
    monkeypatch.setattr(cutting, "SIZES", SMALL)
    lines = [f"e{n},0{1 + n % 9}/0{1 + n % 7}/2023,,hom,1,,,\n" for n in range(300)]
    with feed(SMALL, ORDERS) as one:
        before = one.bring(HEADER + "".join(lines) + "x,25/04/2023,,hom,1,,,\n")
        assert len(before.files) > 10
        assert _months(one, before) == set(range(1, 8))
        after = one.bring(HEADER + "".join(lines) + "x,04/25/2023,,hom,1,,,\n")
        assert _months(one, after) == set(range(1, 10))
        assert "two orders" in one.bring(HEADER + "".join(lines)).reason


def _months(one: Feed, outcome: Outcome) -> set[int]:
    return set(one.rows(outcome).get_column("occurred_on").dt.month().to_list())


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("1E+05", None),
        ("1.2E+05", None),
        ("-1.02347E+06", None),
        ("1.02347E+05", 102347),
        ("1.5E+01", 15),
        # A program writes a small e, and every digit there is.
        ("1e+05", 100000),
        ("2e3", 2000),
    ],
)
def test_a_number_of_which_a_spreadsheet_shows_a_part_is_not_read(
    tmp_path: Path, cell: str, number: int | None
) -> None:
    found = bring(tmp_path, None, ["2023"], COUNTS | {SOURCE: SOURCE + ALL.replace("rules:", "")}, id_of=cell)
    assert (found[0].rows_kept, found[0].rules) == ((0, {"type:count": 1}) if number is None else (1, {}))


@pytest.mark.parametrize("day", ["1899-12-30", "1900-01-01"])
def test_the_first_day_of_a_spreadsheet_is_no_day(tmp_path: Path, day: str) -> None:
    run = conform(tmp_path, rows(f"e1,{day},,hom,1,,,\n", "e2,2023-05-01,,hom,1,,,\n"), {"rules:": ALL})
    assert run.outcome.rules == {"type:occurred_on": 1} and run.outcome.rows_kept == 1
