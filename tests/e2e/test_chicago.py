"""Chicago by contract alone: its own published figures come out."""

from __future__ import annotations

import csv

from tests.runs import Run, data_folder

# Chicago Police Department, homicides by CompStat year, as in published/chicago_police_clearance_rate.xlsx.
CHICAGO_HOMICIDES = {
    "2010": 441,
    "2011": 446,
    "2012": 510,
    "2013": 425,
    "2014": 424,
    "2015": 493,
    "2016": 780,
    "2017": 660,
    "2018": 579,
    "2019": 500,
    "2020": 774,
    "2021": 800,
    "2022": 174,
}


def test_chicago_homicides_are_the_published_ones(chicago: Run) -> None:
    assert chicago.numerators("crime.homicide_rate", "city") == CHICAGO_HOMICIDES


def test_the_published_file_says_the_same(chicago: Run) -> None:
    """The table above is not taken on trust: it is the published file's own."""
    with (data_folder() / "chicago" / "published" / "PUBLISHED_VALUES.csv").open(encoding="utf-8") as stream:
        published = {
            row["period"]: int(row["published_value"])
            for row in csv.DictReader(stream)
            if row["indicator"] == "homicides (CPD, by CompStat year)"
        }
    assert published == CHICAGO_HOMICIDES


def test_chicago_2022_is_no_whole_year(chicago: Run) -> None:
    """Four months of victims give no yearly rate, and eleven of incidents none either; what was seen is published with it."""
    [(value, status, reason)] = chicago.rows(
        "select value, obs_status, reason from observations where indicator_id = 'crime.homicide_rate' and period = '2022' and sex = '_T' and age = '_T' and other_dim is null"
    )
    assert (value, status, reason) == (None, "O", "4 of 12 months covered")
    months = chicago.rows(
        "select sum(numerator) from observations where indicator_id = 'crime.homicide_rate' and freq = 'M' and period like '2022-%'"
    )
    assert months == [(174.0,)]
    assert chicago.rows(
        "select distinct reason from observations where indicator_id = 'crime.motor_vehicle_theft_rate' and freq = 'A' and obs_status = 'O' and reason not like 'fewer than ten%'"
    ) == [("11 of 12 months covered",)]


def test_opioid_deaths_of_cook_county(chicago: Run) -> None:
    """Exactly the Medical Examiner's for 2019, 2020 and 2022; what the file gives for years that were revised since."""
    found = chicago.numerators("drugs.opioid_deaths", "county")
    assert {year: found[year] for year in ("2019", "2020", "2022")} == {"2019": 1295, "2020": 1847, "2022": 2001}
    assert {year: found[year] for year in ("2015", "2016", "2017", "2018", "2021")} == {
        "2015": 674,
        "2016": 1128,
        "2017": 1196,
        "2018": 1168,
        "2021": 1937,
    }


def test_a_source_that_names_no_weapon_has_no_firearm_homicides(chicago: Run) -> None:
    """Those of the country come from another source, which names it."""
    assert chicago.rows(
        "select distinct area_level from observations where indicator_id = 'crime.homicide_firearm_rate'"
    ) == [("country",)]


def test_chicago_each_kind_of_feed_is_in_use(chicago: Run) -> None:
    in_use = {str(row[0]) for row in chicago.rows("select distinct feed_id from deliveries where in_use")}
    assert in_use == {
        "community_areas",
        "community_snapshots",
        "health_profile",
        "national_development",
        "national_homicide",
        "national_population",
        "open_space",
        "homicide_incidents",
        "homicides",
        "incidents_2022",
        "opioid_deaths",
        "population",
    }
    assert chicago.rows("select count(*), count(geometry) from areas where level = 'district'") == [(77, 77)]
    [(people,)] = chicago.rows("select population from cities")
    assert 2_600_000 < int(str(people)) < 2_800_000
    # The 77 districts are all of Chicago, some 590 to 600 square kilometres without its part of the lake.
    [(size,)] = chicago.rows("select area_km2 from areas where level = 'city'")
    assert 585 < float(str(size)) < 610


def test_another_geography_is_refused_and_reported(chicago: Run) -> None:
    """The file named 2014 holds suburbs. It is refused whole, the others serve, and the run says so with status 3."""
    assert chicago.status == 3, chicago.said
    [(accepted, reason)] = chicago.rows(
        "select accepted, reason from deliveries where feed_id = 'population' and period = '2014'"
    )
    assert accepted is False
    assert "lacks the column GEOG or CCA" in str(reason)
    codes = {str(row[0]) for row in chicago.rows("select gap_code from gaps where feed_id = 'population'")}
    assert {"G04", "G10a"} <= codes


def test_deaths_without_an_area_are_counted_for_the_county(chicago: Run) -> None:
    """A county's table knows places outside the city: that they are in no area of it is no gap."""
    [(value, expected)] = chicago.rows(
        "select sum(\"rows\") filter (fate = 'area_unknown'), sum(\"rows\") from evidence.row_ledger where feed_id = 'opioid_deaths'"
    )
    assert (value, expected) == (4146, 12321)
    assert not chicago.rows("select * from gaps where feed_id = 'opioid_deaths' and gap_code = 'G07'")


def test_unodcs_national_rate_is_published_with_chicago(chicago: Run) -> None:
    """The study prints 5.3 for 2017; Chicago's own rate of that year was more than four times as high."""
    [(there, ratio, same)] = chicago.rows(
        "select round(comparator_value, 1), ratio, same_definition from comparisons where indicator_id = 'crime.homicide_rate' and period = '2017' "
        "and sex = '_T' and age = '_T' and comparator = 'national'"
    )
    assert there == 5.3
    assert 4 < float(str(ratio)) < 6
    assert same


def test_homicides_of_chicago_by_the_day_of_injury(chicago: Run) -> None:
    file = data_folder() / "chicago" / "police" / "crimes_filtered.csv"
    counted: dict[str, int] = {}
    with file.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if (
                row["Description"] not in {"RECKLESS HOMICIDE", "INVOLUNTARY MANSLAUGHTER"}
                and "2010" <= row["Date"][6:10] <= "2017"
            ):
                counted[row["Date"][6:10]] = counted.get(row["Date"][6:10], 0) + 1
    found = chicago.numerators("crime.homicide_offences_rate", "city")
    assert {year: found[year] for year in counted} == counted
    assert counted["2016"] > 750
