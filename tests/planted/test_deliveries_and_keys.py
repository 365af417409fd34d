"""Deliveries that repeat one another, keys that come again, codes without their zero, values nobody can read: a little, some and all of a year's rows (rows 3 to 7 of the planted causes)."""

from __future__ import annotations

from pathlib import Path

import pytest

from sga_pipeline.contracts.assessment import read_assessment
from sga_pipeline.errors import ContractError
from tests.planted.small_tables import (
    COUNTED_RATE,
    COUNTS,
    EVENTS,
    OFFENCES_RATE,
    UNMARKED_LOSS,
    YEARS,
    Planted,
    assert_no_wrong_normal_value,
    changed,
    city,
    counts,
    event,
    events,
    figures,
    finding,
    lenient,
    periodic,
    rows_of,
)
from tests.runs import Run

# Year: rows that are right, and rows that are not: a little (1.96 in a hundred), some (5.7 and 16.7), all.
STRENGTHS = {2020: (100, 2), 2021: (100, 6), 2022: (100, 20), 2023: (0, 40)}
MARKED = {
    "2020": ("A", 100, 10.0, None),
    "2021": ("U", 100, 10.0, "possible_loss"),
    "2022": ("O", 100, None, "at_least"),
    "2023": ("O", 0, None, "at_least"),
}
MONTHS = [f"{month:02}" for month in range(1, 13)]
NEVER = 'add_up: {never: "The source has a row for each month."}\n'


def dropped_zeros() -> Planted:
    """Row 3: 101 for 0101, as a spreadsheet writes it. Truth: every one of them is a homicide."""
    as_delivered = {"steps: [trim, upper, {lookup: {mapping: offences, give: iccs}}]": "steps: [trim]"}
    numbers = [
        (year, code, n) for year, pair in STRENGTHS.items() for code, n in zip(("0101", "101"), pair, strict=True)
    ]
    records = [
        event(f"{code}-{year}-{at}", f"{year}-{at % 12 + 1:02}-15", code)
        for year, code, n in numbers
        for at in range(n)
    ]
    table = "".join(f"{year},{code},{n}\n" for year, code, n in numbers)
    # Naming the codes that are complete changes nothing while others are not understood.
    feeds = [changed(EVENTS, as_delivered), COUNTS.replace("12-31}", '12-31, codes: ["0101"]}') + NEVER]
    return feeds, {"incidents.csv": events(records), "table.csv": f"period,offence,n\n{table}"}


def parts_of_one_key() -> Planted:
    """Row 4, added up. Truth: 96 each year, in one row, in two, in four alike, and in 96 of one each."""
    rows = [(2020, 96), (2021, 90), (2021, 6), *[(2022, 24)] * 4, *[(2023, 1)] * 96]
    return [COUNTS + "add_up: true\n"], {"table.csv": counts(rows)}


def contradictions() -> Planted:
    """Row 4, not added up: one key with two counts. The office meant both as parts: 96 a year in truth, 8 a month but for the last."""
    rows = [(f"2020-{month}", 8) for month in MONTHS]
    # A little: December has a 1 and a 0. Some: 5 of it in two rows. All: each month is 3 and 5.
    rows += [(f"2021-{month}", 95 if month == "01" else 0) for month in MONTHS[:-1]] + [("2021-12", 0), ("2021-12", 1)]
    rows += [(f"2022-{month}", 91 if month == "01" else 0) for month in MONTHS[:-1]] + [("2022-12", 2), ("2022-12", 3)]
    rows += [(f"2023-{month}", n) for month in MONTHS for n in (3, 5)]
    return [lenient(COUNTS) + NEVER], {"table.csv": counts(rows)}


def repeats() -> Planted:
    """Row 4, not added up: a row that comes twice. Truth: 8 a month, for the contract says that no key has two."""
    rows = [(f"{year}-{month}", 8) for year in YEARS for month in MONTHS]
    again = [("2021-01", 8), *[(f"2022-{month}", 8) for month in MONTHS[:3]], *[(f"2023-{one}", 8) for one in MONTHS]]
    return [COUNTS + NEVER], {"table.csv": counts(rows + again)}


def spoilt_places(year: int, good: int, bad: int) -> list[str]:
    """Homicides of a year, of which some have a latitude that nobody can read."""
    return [
        event(f"{year}-{at}", f"{year}-{at % 12 + 1:02}-15", latitude="4,1" if at < good else "north")
        for at in range(good + bad)
    ]


def unreadable() -> Planted:
    """Row 5: an optional column of which 2, 30 and all of 100 cells cannot be read. Truth: 100 a year."""
    rows = [
        row for year, bad in zip(YEARS, (0, 2, 30, 100), strict=True) for row in spoilt_places(year, 100 - bad, bad)
    ]
    return [EVENTS], {"incidents.csv": events(rows)}


REQUIRED = {"rules:\n": "rules:\n  - {rule: present, id: has_latitude, column: latitude}\n"}


def unreadable_and_required() -> Planted:
    """Row 5 where the contract requires the column, a file a year. Truth: good and bad rows together."""
    files = {f"{year}_incidents.csv": events(spoilt_places(year, *numbers)) for year, numbers in STRENGTHS.items()}
    return [periodic(changed(EVENTS, REQUIRED))], files


def one_bad_year() -> Planted:
    """Row 5, one file: 40 bad rows of 2023 among 1,250 are few of the file and most of their year. Truth: 400, 400, 400 and 48."""
    numbers = {2020: (400, 0), 2021: (399, 1), 2022: (380, 20), 2023: (8, 40)}
    rows = [row for year, (good, bad) in numbers.items() for row in spoilt_places(year, good, bad)]
    return [changed(EVENTS, REQUIRED)], {"incidents.csv": events(rows)}


def yearbooks() -> Planted:
    """Row 6: files that repeat 1 row of the year before, half of that year, and all years. Truth: 48 homicides a year, by month."""
    rows = {year: [(f"{year}-{month}", 4) for month in MONTHS] for year in YEARS}
    repeated = {2020: [], 2021: rows[2020][:1], 2022: rows[2021][:6], 2023: rows[2020] + rows[2021] + rows[2022]}
    files = {f"{year}_table.csv": counts(repeated[year] + rows[year]) for year in YEARS}
    for year in YEARS:
        # Records that the program numbers have no key by which a repeated one would be found.
        days = [f"{period}-{day}" for period, n in repeated[year] + rows[year] for day in range(10, 10 + n)]
        files[f"{year}_incidents.csv"] = events(event("", day) for day in days)
    numbered = changed(
        EVENTS, {"event_id: {from: id}": "event_id: {row: number}", "spatial_levels": "ignore: [id]\nspatial_levels"}
    )
    return [periodic(numbered), periodic(COUNTS + NEVER)], files


def quarter_day(year: int, quarter: int, at: int) -> str:
    return f"{year}-{quarter * 3 - at % 3:02}-15"


def year_to_date() -> Planted:
    """Row 7: a file a quarter, 30 records each: each alone; the last with 2 of the first; each with the one before; each with all.

    In the last file of 2021 one record, and in that of 2023 five records of the first quarter are no homicides any more.
    """
    repeated = {2020: {}, 2021: {4: {1: 2}}, 2022: {2: {1: 30}, 3: {2: 30}, 4: {3: 30}}}
    repeated[2023] = {quarter: dict.fromkeys(range(1, quarter), 30) for quarter in range(1, 5)}
    files = {}
    for year in YEARS:
        for quarter in range(1, 5):
            brought = {**repeated[year].get(quarter, {}), quarter: 30}
            recoded = {2021: 1, 2023: 5}.get(year, 0) if quarter == 4 else 0
            files[f"{year}-Q{quarter}_incidents.csv"] = events(
                event(f"{year}-{of}-{at}", quarter_day(year, of, at), "ROB" if of == 1 and at < recoded else "HOM")
                for of, n in brought.items()
                for at in range(n)
            )
    feed = periodic(EVENTS, "Q", "2020-Q1", "2023-Q4") + "updates: key\n"
    return [feed], files


# Year: how many of 120 homicides of its first half come again in its second, as robberies.
RECODED = {2020: 0, 2021: 2, 2022: 8, 2023: 120}


def recoded() -> Planted:
    """Row 7 where nothing says that the newest counts. Truth, as the newest says: 120, 118, 112 and no homicides."""
    files = {}
    for year, number in RECODED.items():
        files[f"{year}-Q1_incidents.csv"] = events(event(f"{year}-{at}", f"{year}-01-15") for at in range(120))
        files[f"{year}-Q2_incidents.csv"] = events(
            [event(f"{year}-{at}", f"{year}-01-15", "ROB") for at in range(number)]
            + [event(f"{year}-second", f"{year}-05-15", "ROB")]
        )
        for quarter in (3, 4):
            files[f"{year}-Q{quarter}_incidents.csv"] = events(
                [event(f"{year}-Q{quarter}", f"{year}-{quarter * 3:02}-15", "ROB")]
            )
    keep = 'outside_period: {action: keep, reason: "Files hold what was registered in a quarter."}\n'
    return [periodic(EVENTS, "Q", "2020-Q1", "2023-Q4") + keep], files


CITIES = {
    "xx_zeros": [dropped_zeros],
    "xx_parts": [parts_of_one_key, unreadable],
    "xx_contradict": [contradictions, unreadable_and_required],
    "xx_repeats": [repeats, one_bad_year],
    "xx_yearbooks": [yearbooks],
    "xx_to_date": [year_to_date],
    "xx_recoded": [recoded],
}


def cities_in(folder: Path) -> list[Path]:
    return [city(folder, city_id, makers) for city_id, makers in CITIES.items()]


@pytest.mark.parametrize("indicator_id", [OFFENCES_RATE, COUNTED_RATE])
def test_a_code_without_its_zero_may_be_any(small_cities: Run, indicator_id: str) -> None:
    assert figures(small_cities, "xx_zeros", indicator_id) == MARKED
    truth = {"2020": 102, "2021": 106, "2022": 120, "2023": 40}
    by_year = {period: one for period, one in figures(small_cities, "xx_zeros", indicator_id).items() if one[0] == "A"}
    assert all(truth[year] * (1 - UNMARKED_LOSS) <= float(str(one[1])) <= truth[year] for year, one in by_year.items())
    # Few rows of the table have the code, and they count many.
    feed_id = "table" if indicator_id == COUNTED_RATE else "incidents"
    said = finding(small_cities, "xx_zeros", "unmapped", feed_id)
    assert "codes of iccs_code without a mapping (1 codes). What each of them counts: 101 (68)." in said


def test_a_feed_of_counts_must_say_whether_rows_of_one_key_add_up(tmp_path: Path) -> None:
    made = city(tmp_path, "xx_parts", [parts_of_one_key])
    contract = made / "feeds" / "table.yaml"
    contract.write_text(contract.read_text(encoding="utf-8").replace("add_up: true\n", ""), encoding="utf-8")
    with pytest.raises(ContractError, match="does not say what rows of one key are"):
        read_assessment([made])


def test_parts_of_one_key_are_added_up_however_many(small_cities: Run) -> None:
    assert figures(small_cities, "xx_parts", COUNTED_RATE) == {str(year): ("A", 96, 9.6, None) for year in YEARS}


def test_counts_that_contradict_each_other_are_in_no_normal_value(small_cities: Run) -> None:
    assert figures(small_cities, "xx_contradict", COUNTED_RATE) == {
        "2020": ("A", 96, 9.6, None),
        "2021": ("A", 95, 9.5, None),
        "2022": ("U", 91, 9.1, "possible_loss"),
        "2023": ("O", 0, None, "at_least"),
    }
    truth = {f"{year}-{month}": 8 for year in (2020, 2023) for month in MONTHS}
    truth |= {f"{year}-{month}": 0 for year in (2021, 2022) for month in MONTHS}
    truth |= {"2021-01": 95, "2021-12": 1, "2022-01": 91, "2022-12": 5} | {str(year): 96 for year in YEARS}
    truth |= {f"{year}-Q{at}": 24 for year in (2020, 2023) for at in range(1, 5)}
    truth |= {f"{year}-Q{at}": 0 for year in (2021, 2022) for at in (2, 3)}
    truth |= {"2021-Q1": 95, "2021-Q4": 1, "2022-Q1": 91, "2022-Q4": 5}
    assert_no_wrong_normal_value(small_cities, "xx_contradict", COUNTED_RATE, truth, at_least=4, lost=UNMARKED_LOSS)
    assert "conflict:count (28)" in finding(small_cities, "xx_contradict", "quarantined", "table")


def test_rows_that_come_twice_count_once_and_are_reported(small_cities: Run) -> None:
    assert figures(small_cities, "xx_repeats", COUNTED_RATE) == {str(year): ("A", 96, 9.6, None) for year in YEARS}
    # 1, 3 and 12 repeats beside 48 rows.
    assert finding(small_cities, "xx_repeats", "doubled", "table").startswith("16 of 64 records")


def test_what_cannot_be_read_costs_the_value_alone(small_cities: Run) -> None:
    assert figures(small_cities, "xx_parts", OFFENCES_RATE) == {str(year): ("A", 100, 10.0, None) for year in YEARS}
    said = finding(small_cities, "xx_parts", "unusable_values", "incidents")
    assert said.startswith("132 values") and "latitude" in said


def test_rows_without_a_required_value_are_lost_to_their_year(small_cities: Run) -> None:
    kept = {year: one for year, one in MARKED.items() if year != "2023"}
    found = figures(small_cities, "xx_contradict", OFFENCES_RATE)
    assert {year: one for year, one in found.items() if year != "2023"} == kept
    # The file of 2023 is refused, so nothing is known of the year.
    assert found.get("2023", ("O", None, None))[2] is None
    said = finding(small_cities, "xx_contradict", "refused", "incidents")
    assert "2023: " in said and "latitude" in said
    assert "latitude" in finding(small_cities, "xx_contradict", "quarantined", "incidents")


def test_a_file_is_refused_for_one_bad_year(small_cities: Run) -> None:
    found = figures(small_cities, "xx_repeats", OFFENCES_RATE, "value is not null")
    assert found == {}
    said = finding(small_cities, "xx_repeats", "refused", "incidents")
    assert "40 of the 48 rows of 2023 break a rule" in said and "latitude" in said


@pytest.mark.parametrize(
    ("indicator_id", "feed_id", "rows"), [(OFFENCES_RATE, "incidents", 4), (COUNTED_RATE, "table", 1)]
)
def test_years_that_yearbooks_repeat_count_once(small_cities: Run, indicator_id: str, feed_id: str, rows: int) -> None:
    assert figures(small_cities, "xx_yearbooks", indicator_id) == {str(year): ("A", 48, 4.8, None) for year in YEARS}
    # Of 1, 6 and 36 months, beside twelve months of each of four years.
    said = finding(small_cities, "xx_yearbooks", "outside_period", feed_id)
    assert (
        said.startswith(f"{43 * rows} of {91 * rows} rows")
        and "outside the period that their delivery was asked for" in said
    )


def test_records_of_the_year_to_date_count_once_and_as_the_newest_says(small_cities: Run) -> None:
    truth = {"2020": 120, "2021": 119, "2022": 120, "2023": 115}
    truth |= {f"{year}-Q{quarter}": 30 for year in YEARS for quarter in range(1, 5)} | {"2021-Q1": 29, "2023-Q1": 25}
    found = figures(small_cities, "xx_to_date", OFFENCES_RATE, "freq in ('A', 'Q') and area_id = 'XS'")
    assert {period: (one[0], one[1]) for period, one in found.items()} == {one: ("A", n) for one, n in truth.items()}
    replaced = rows_of(
        small_cities,
        "xx_to_date",
        "select left(period, 4), sum(rows_superseded) from deliveries where feed_id = 'incidents' and in_use group by 1 order by 1",
    )
    # In 2023 the 30 of the first quarter are in three older files, those of the second in two, of the third in one.
    assert replaced == [("2020", 0), ("2021", 2), ("2022", 90), ("2023", 180)]


def test_a_key_with_another_code_in_a_later_file_is_a_conflict(small_cities: Run) -> None:
    assert figures(small_cities, "xx_recoded", OFFENCES_RATE) == {
        "2020": ("A", 120, 12.0, None),
        "2021": ("A", 118, 11.8, None),
        "2022": ("U", 112, 11.2, "possible_loss"),
        "2023": ("O", 0, None, "at_least"),
    }
    assert finding(small_cities, "xx_recoded", "between_deliveries", "incidents").startswith("260 records")
