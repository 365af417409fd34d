"""Numbers and dates that can be read in two ways, residents of two bases, one indicator from two sources: a little, some and all (rows 9, 10, 14 and 15 of the planted causes)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.city_folder import SQUARES, residents
from tests.planted.small_tables import (
    COUNTED_RATE,
    COUNTS,
    EVENTS,
    OFFENCES_RATE,
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
    periodic,
    rows_of,
)
from tests.runs import Run

D = list(SQUARES)
MONTHS = [f"{month:02}" for month in range(1, 13)]
NEVER = 'add_up: {never: "The source has a row for each month."}\n'
GROWTH = "demo.population_growth_10y"


def thousands() -> Planted:
    """Row 9: a point said to stand between thousands. Truth: 1,200 a month; where 12.5 is written nobody knows what is meant.

    It is in no month of 2020, in one of 2021, in two of 2022 and in every one of 2023.
    """
    spoilt = dict(zip(YEARS, (0, 1, 2, 12), strict=True))
    files = {
        f"{year}_table.csv": counts(
            (f"{year}-{month}", "12.5" if at < spoilt[year] else "1.200") for at, month in enumerate(MONTHS)
        )
        for year in YEARS
    }
    grouped = {"{from: n}": '{from: n, steps: [{number: {decimal: ",", thousands: "."}}]}'}
    return [periodic(changed(COUNTS, grouped) + NEVER)], files


# Records of a month: so many that no month can be taken for another, and each has a rate.
OF_MONTH = {month: 20 + month for month in range(1, 13)}
# Year: of the records of each month, those of a day that is a month too; None is all.
AMBIGUOUS: dict[int, int | None] = {2020: 0, 2021: 1, 2022: 10, 2023: None}


def orders() -> Planted:
    """Row 10: two orders of day and month declared. Truth: day first in 2020 and 2021, month first in 2022 and 2023; in 2019 both."""
    files = {}
    for year in (2019, *AMBIGUOUS):
        lines = []
        for month, number in OF_MONTH.items():
            ambiguous = AMBIGUOUS.get(year, 0)
            for at in range(number):
                # A day that is a month too, and another one than its own.
                day = date(year, month, 20 if ambiguous is not None and at >= ambiguous else month % 12 + 1)
                is_month_first = year in (2022, 2023) or (year == 2019 and at % 2 == 0)
                lines.append(event(f"{year}-{month}-{at}", day.strftime("%m/%d/%Y" if is_month_first else "%d/%m/%Y")))
        files[f"{year}_incidents.csv"] = events(lines)
    both = {'["%Y-%m-%d", "%d/%m/%Y"]': '["%d/%m/%Y", "%m/%d/%Y"]', "first: 2020-01-01": "first: 2019-01-01"}
    return [periodic(changed(EVENTS, both), first="2019")], files


BASED = residents(
    "district",
    """\
columns:
  area_id: {from: area}
  year: {from: year}
  persons: {from: persons}
  method: {from: method}
  source_year: {from: source_year}
""",
)
# Year: how many of the four districts rest on the census of 2020 instead of the estimates based on that of 2005.
COUNTED_ANEW = {2020: 0, 2021: 1, 2022: 2, 2023: 4}


def bases() -> Planted:
    """Row 14: a district of 100,000 by estimates has 120,000 by the census. Truth: what grew is not known where a base differs.

    Estimates grow by 1,000 a year, from 90,000 ten years before 2020.
    """
    rows = []
    for year in (*range(2010, 2014), *YEARS):
        for at, area in enumerate(D):
            if at < COUNTED_ANEW.get(year, 0):
                rows.append(f"{area},{year},120000,census,2020\n")
            else:
                rows.append(f"{area},{year},{90_000 + 1000 * (year - 2010)},estimate,2005\n")
    incidents = [
        event(f"{year}-{at}", f"{year}-{at % 12 + 1:02}-15", district=at % 4 + 1) for year in YEARS for at in range(400)
    ]
    people = "area,year,persons,method,source_year\n" + "".join(rows)
    return [EVENTS, BASED], {"incidents.csv": events(incidents), "residents.csv": people}


BY_DISTRICT = residents(
    "district", "columns:\n  area_id: {from: area}\n  year: {from: year}\n  persons: {from: persons}\n"
)
DIFFERS = "Deaths within thirty days are included."
ZONES = (
    COUNTS.replace("id: table\ntitle: Victims of homicide", "id: zones\ntitle: Victims by zone")
    .replace("table.csv", "zones.csv")
    .replace("spatial_levels: [city]", f"preference: 2\ndiffers: {DIFFERS}\nspatial_levels: [district]")
    .replace("first: 2020-01-01", "first: 2021-01-01")
    .replace("columns:\n", "columns:\n  area_id: {from: area}\n")
)
# Year: what the city's source has, and what the four districts of the other one make.
TWO_SOURCES: dict[int, tuple[int | None, int | None]] = {
    2020: (496, None),
    2021: (496, 500),
    2022: (496, 640),
    2023: (None, 640),
}


def two_sources() -> Planted:
    """Row 15: one source has the city, another the districts by another definition. A little: 500 for 496. Some: 640. All: 640 and no other."""
    zones = "".join(
        f"{area},{year},0101,{of_zones // 4}\n" for year, (_, of_zones) in TWO_SOURCES.items() if of_zones for area in D
    )
    table = counts((year, of_city) for year, (of_city, _) in TWO_SOURCES.items() if of_city)
    people = "".join(f"{area},{year},250000\n" for area in D for year in YEARS)
    return [COUNTS.replace("last: 2023-12-31", "last: 2022-12-31") + NEVER, ZONES + NEVER, BY_DISTRICT], {
        "table.csv": table,
        "zones.csv": f"area,period,offence,n\n{zones}",
        "residents.csv": f"area,year,persons\n{people}",
    }


def cities_in(folder: Path) -> list[Path]:
    return [
        city(folder, "xx_readings", [thousands, orders], first_year=2019),
        city(folder, "xx_bases", [bases], first_year=2010, districts=True),
        city(folder, "xx_two_sources", [two_sources], districts=True),
    ]


def test_a_fraction_is_no_thousand(small_cities: Run) -> None:
    truth: dict[str, float] = {"2020": 14_400} | {f"{year}-{month}": 1200 for year in YEARS for month in MONTHS}
    truth |= {f"{year}-Q{quarter}": 3600 for year in YEARS for quarter in range(1, 5)}
    # Of what holds a 12.5 no truth is known; a normal value there fails.
    unknown = ["2021", "2021-01", "2021-Q1", "2022", "2022-01", "2022-02", "2022-Q1", "2023"]
    unknown += [one for one in truth if one.startswith("2023-")]
    truth |= dict.fromkeys(unknown, -1.0)
    # Each month and quarter of three years but three months and two quarters, and one year.
    assert_no_wrong_normal_value(small_cities, "xx_readings", COUNTED_RATE, truth, at_least=33 + 10 + 1)
    by_year = figures(small_cities, "xx_readings", COUNTED_RATE)
    assert {year: (by_year[year][0], by_year[year][3]) for year in ("2021", "2022")} == {
        "2021": ("O", "at_least"),
        "2022": ("O", "at_least"),
    }
    said = finding(small_cities, "xx_readings", "refused", "table")
    assert "2023: " in said
    assert (
        "[12.5] is 125 where . stands between thousands, as the contract says, and 12.5 where it is the decimal" in said
    )
    assert "type:count (3)" in finding(small_cities, "xx_readings", "quarantined", "table")


def test_an_order_of_dates_is_that_of_the_file_or_not_known(small_cities: Run) -> None:
    truth: dict[str, float] = {str(year): sum(OF_MONTH.values()) for year in AMBIGUOUS}
    truth |= {f"{year}-{month:02}": number for year in AMBIGUOUS for month, number in OF_MONTH.items()}
    truth |= {
        f"{year}-Q{quarter}": sum(OF_MONTH[month] for month in range(3 * quarter - 2, 3 * quarter + 1))
        for year in AMBIGUOUS
        for quarter in range(1, 5)
    }
    truth |= {one: -1.0 for one in truth if one.startswith("2023")}
    found = figures(small_cities, "xx_readings", OFFENCES_RATE, "area_id = 'XS'")
    assert {period: one[1] for period, one in found.items() if one[0] == "A"} == {
        one: n for one, n in truth.items() if n > 0
    }
    said = finding(small_cities, "xx_readings", "refused", "incidents")
    assert "2019: " in said and "mixes orders of day and month" in said
    assert "2023: " in said and "every date of the column can be read in two orders" in said


@pytest.mark.parametrize("area_id", ["XS", *D])
def test_growth_between_two_bases_is_no_normal_value(small_cities: Run, area_id: str) -> None:
    """Of the city as soon as one of its districts is counted anew."""
    at = -1 if area_id == "XS" else D.index(area_id)
    is_of_two = {year: (number > 0 if at < 0 else at < number) for year, number in COUNTED_ANEW.items()}
    found = figures(small_cities, "xx_bases", GROWTH, f"area_id = '{area_id}' and value is not null")
    assert {year: (one[0], one[3]) for year, one in found.items()} == {
        str(year): ("B", "base_changed") if two else ("A", None) for year, two in is_of_two.items()
    }
    # 400,000 after 360,000 people, of the one base.
    assert found["2020"][2] if area_id == "XS" else True


@pytest.mark.parametrize("area_id", ["XS", *D])
def test_a_rate_on_another_base_is_marked_where_it_begins(small_cities: Run, area_id: str) -> None:
    begins = (
        [2021, 2022, 2023] if area_id == "XS" else [min(y for y, n in COUNTED_ANEW.items() if D.index(area_id) < n)]
    )
    found = figures(
        small_cities, "xx_bases", OFFENCES_RATE, f"freq = 'A' and area_id = '{area_id}' and value is not null"
    )
    assert {year: (one[0], one[3]) for year, one in found.items()} == {
        str(year): ("B", "base_changed") if year in begins else ("A", None) for year in YEARS
    }


def test_each_change_of_base_is_a_finding(small_cities: Run) -> None:
    found = rows_of(
        small_cities,
        "xx_bases",
        "select statement from gaps where rule_id = 'base_changed' and feed_id = 'residents' order by statement",
    )
    assert [int(str(one).split("from ")[1][:4]) for (one,) in found] == [2021, 2022, 2023]
    assert all("census of 2020" in str(one) and "estimate based on 2005" in str(one) for (one,) in found)


def test_two_sources_are_two_figures(small_cities: Run) -> None:
    found = figures(small_cities, "xx_two_sources", COUNTED_RATE)
    assert found == {
        **{str(year): ("A", 496, 49.6, None) for year in (2020, 2021, 2022)},
        "2023": ("B", 640, 64.0, "source_changed"),
    }
    for area in D:
        by_year = figures(small_cities, "xx_two_sources", COUNTED_RATE, f"area_id = '{area}' and freq = 'A'")
        assert by_year == {
            "2021": ("D", 125, 50.0, "definition_differs"),
            "2022": ("D", 160, 64.0, "definition_differs"),
            "2023": ("D", 160, 64.0, "definition_differs"),
        }
    sources = rows_of(
        small_cities,
        "xx_two_sources",
        "select distinct area_level, numerator_source, reason from observations where freq = 'A' and sex = '_T' "
        f"and age = '_T' and indicator_id = '{COUNTED_RATE}' and period = '2022' order by 1",
    )
    assert sources == [("city", "table", None), ("district", "zones", DIFFERS)]


def test_the_two_sources_are_named(small_cities: Run) -> None:
    [(statement,)] = rows_of(
        small_cities,
        "xx_two_sources",
        f"select statement from gaps where rule_id = 'levels_differ' and indicator_id = '{COUNTED_RATE}'",
    )
    assert "in 2022:" in str(statement) and "4 areas" in str(statement)
    assert "(Victims of homicide)" in str(statement) and "(Victims by zone)" in str(statement)


def test_only_deliveries_that_are_meant_to_be_refused_are(small_cities: Run) -> None:
    troubled, city_id = set(), ""
    for line in small_cities.said.splitlines():
        if line.startswith("xx_"):
            city_id = line.split(":")[0]
        elif line.startswith("  not all well"):
            troubled.add(city_id)
    assert troubled == {"xx_contradict", "xx_repeats", "xx_readings"}
