"""Two real cities, by contract alone: what they publish against figures others published or worked out by hand."""

from __future__ import annotations

import bz2
import csv
import gzip
import re

import pytest
import python_calamine

from tests.runs import Run, data_folder

# Chicago Police Department, homicides by CompStat year, as in published/chicago_police_clearance_rate.xlsx.
CHICAGO_HOMICIDES = {
    "2010": 441, "2011": 446, "2012": 510, "2013": 425, "2014": 424, "2015": 493, "2016": 780, "2017": 660, "2018": 579,
    "2019": 500, "2020": 774, "2021": 800, "2022": 174,
}  # fmt: skip


def _numerators(run: Run, indicator: str, level: str) -> dict[str, int]:
    rows = run.rows(
        "select period, numerator from observations where indicator_id = ? and area_level = ? and freq = 'A' "
        "and sex = '_T' and age = '_T'",
        [indicator, level],
    )
    return {str(period): int(float(str(number))) for period, number in rows}


def test_chicago_homicides_are_the_published_ones(chicago: Run) -> None:
    assert _numerators(chicago, "crime.homicide_rate", "city") == CHICAGO_HOMICIDES


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
    """Four months of victims give no yearly rate, and eleven of incidents none either; what was seen stands beside it."""
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
    found = _numerators(chicago, "drugs.opioid_deaths", "county")
    assert {year: found[year] for year in ("2019", "2020", "2022")} == {"2019": 1295, "2020": 1847, "2022": 2001}
    assert {year: found[year] for year in ("2015", "2016", "2017", "2018", "2021")} == {
        "2015": 674, "2016": 1128, "2017": 1196, "2018": 1168, "2021": 1937,
    }  # fmt: skip


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


def test_another_geography_is_refused_and_told(chicago: Run) -> None:
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
    [(value, expected)] = chicago.rows(
        "select expected_n - available_n, expected_n from gaps where feed_id = 'opioid_deaths' and gap_code = 'G07'"
    )
    assert (value, expected) == (4146, 12321)


def test_mexico_city_homicides_by_the_monthly_victims(mexico_city: Run) -> None:
    """Victims of intentional homicide and femicide together; 2025 ends in June and has no yearly rate."""
    found = _numerators(mexico_city, "crime.homicide_rate", "city")
    assert found["2023"] == 873 + 61
    [(value, reason)] = mexico_city.rows(
        "select value, reason from observations where indicator_id = 'crime.homicide_rate' and period = '2025' and sex = '_T' and age = '_T' and area_level = 'city'"
    )
    assert (value, reason) == (None, "6 of 12 months covered")


def test_mexico_city_counts_its_case_files(mexico_city: Run) -> None:
    """Vehicles stolen without violence in 2023, counted again from the file with nothing of the project."""
    file = data_folder() / "mexico_city" / "police" / "carpetas_fgj_2023.csv.gz"
    with gzip.open(file, "rt", encoding="utf-8") as stream:
        counted = sum(
            row["delito"].strip().startswith(("ROBO DE VEHICULO DE SERVICIO", "ROBO DE MOTOCICLETA"))
            and row["delito"].strip().endswith("SIN VIOLENCIA")
            for row in csv.DictReader(stream)
        )
    pensions = 0
    with gzip.open(file, "rt", encoding="utf-8") as stream:
        pensions = sum(
            row["delito"].strip().startswith(("ROBO DE VEHICULO EN PENSION", "TENTATIVA DE ROBO DE VEHICULO"))
            and "C/V" not in row["delito"]
            for row in csv.DictReader(stream)
        )
    assert _numerators(mexico_city, "crime.motor_vehicle_theft_rate", "city")["2023"] == counted + pensions
    assert counted > 4000


def test_every_row_of_mexico_city_is_accounted_for(mexico_city: Run) -> None:
    assert mexico_city.status == 0, mexico_city.said
    rows = mexico_city.rows(
        "select feed_id, period, rows_in, rows_kept, rows_quarantined, rows_duplicate, rows_outside from deliveries"
    )
    for feed, period, rows_in, kept, quarantined, duplicate, _ in rows:
        assert int(str(rows_in)) == int(str(kept)) + int(str(quarantined)) + int(str(duplicate)), (feed, period)
    case_files = {str(row[1]): int(str(row[2])) for row in rows if row[0] == "case_files"}
    assert case_files == {
        "2019": 236814,
        "2020": 197606,
        "2021": 216485,
        "2022": 224393,
        "2023": 224055,
        "2024": 203285,
    }
    [victims] = [row for row in rows if row[0] == "victims"]
    assert int(str(victims[2])) + int(str(victims[6])) == 927_360


def test_a_register_without_one_cause_does_not_cover_homicide(mexico_city: Run) -> None:
    """The register's extract has no Y09, so it may not speak for all deaths by assault, not even with zero."""
    sources = mexico_city.rows(
        "select distinct unnest(sources) from observations where indicator_id = 'crime.homicide_rate'"
    )
    assert {str(row[0]) for row in sources} == {
        "victims",
        "population_by_age",
        "national_victims",
        "national_population",
    }
    assert mexico_city.rows("select count(*) from deliveries where feed_id = 'homicide_deaths' and in_use") == [(1,)]


def test_three_sources_of_homicide_stand_side_by_side(mexico_city: Run) -> None:
    """Victims counted by the federation, cases of the prosecutor, deaths of the register: each with its own figure, none averaged."""
    found = {
        (str(row[0]), str(row[1])): row[2]
        for row in mexico_city.rows(
            "select indicator_id, period, numerator from observations where indicator_id like 'crime.homicide%' and area_id = '09' "
            "and freq = 'A' and sex = '_T' and age = '_T' and other_dim is null"
        )
    }
    assert found["crime.homicide_counted_rate", "2023"] == 873 + 61
    assert found["crime.homicide_offences_rate", "2023"] == 804
    file = data_folder() / "mexico_city" / "health" / "inegi_base_homicidios_2015_2023.csv.gz"
    with gzip.open(file, "rt", encoding="utf-8") as stream:
        dead = [
            row
            for row in csv.DictReader(stream)
            if row["ent_ocurr"] == "09" and row["anio_ocur"] == "2023" and "X85" <= row["causa_def"][:3] <= "Y08"
        ]
    assert found["crime.homicide_register_rate", "2023"] == len(dead) > 600
    assert found["crime.homicide_firearm_register_rate", "2023"] == sum(
        "X93" <= row["causa_def"][:3] <= "X95" for row in dead
    )
    sexes = dict(
        mexico_city.rows(
            "select sex, numerator from observations where indicator_id = 'crime.homicide_register_rate' and area_id = '09' and period = '2023' and age = '_T'"
        )
    )
    assert (sexes["M"], sexes["F"]) == tuple(sum(row["sexo"] == sex for row in dead) for sex in ("Hombre", "Mujer"))


def test_the_country_stands_beside_mexico_city(mexico_city: Run) -> None:
    """The firearm rate of 2023 is the one worked out by hand from the file of 32 states; the country's comes from the same file."""
    file = data_folder() / "mexico_city" / "police" / "db_victimas_delitos_ent_long.csv.bz2"
    city = country = 0
    with bz2.open(file, "rt", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            if (
                row["date_year_month"][:4] == "2023"
                and row["subtipo_de_delito"].strip() == "Homicidio doloso"
                and row["modalidad"] == "Con arma de fuego"
            ):
                number = int(float(row["n_victimas"] or 0))
                country += number
                city += number if row["cve_ent"] == "09" else 0
    [(here, there, ratio)] = mexico_city.rows(
        "select value, comparator_value, ratio from comparisons where indicator_id = 'crime.homicide_firearm_counted_rate' and period = '2023' "
        "and sex = '_T' and age = '_T' and comparator = 'national'"
    )
    shown = dict(
        mexico_city.rows(
            "select area_id, numerator from observations where indicator_id = 'crime.homicide_firearm_counted_rate' and period = '2023' and sex = '_T' and age = '_T'"
        )
    )
    # Femicides with a firearm are homicides too (ICCS 0101), so both lie a little above.
    assert shown["09"] >= city > 500
    assert shown["MX"] >= country > 15_000
    assert ratio == pytest.approx(float(str(here)) / float(str(there)), rel=1e-12)
    assert 0 < float(str(ratio)) < 1


def test_a_broader_offence_is_not_a_zero_of_a_finer_one(mexico_city: Run) -> None:
    """The federation knows assault and no finer; of serious assault it says nothing, and so does the release."""
    assert mexico_city.rows("select * from observations where indicator_id = 'crime.serious_assault_rate'") == []


def test_unodcs_national_rate_stands_beside_chicago(chicago: Run) -> None:
    """The study prints 5.3 for 2017; Chicago's own rate of that year was more than four times as high."""
    [(there, ratio, same)] = chicago.rows(
        "select round(comparator_value, 1), ratio, same_definition from comparisons where indicator_id = 'crime.homicide_rate' and period = '2017' "
        "and sex = '_T' and age = '_T' and comparator = 'national'"
    )
    assert there == 5.3
    assert 4 < float(str(ratio)) < 6
    assert same


def test_what_each_city_can_support_is_published(chicago: Run, mexico_city: Run) -> None:
    for run, at_least in ((chicago, 20), (mexico_city, 20)):
        [(indicators,)] = run.rows("select count(distinct indicator_id) from observations where value is not null")
        assert int(str(indicators)) >= at_least


def test_a_pivot_workbook_counts_as_its_own_totals_do(mexico_city: Run) -> None:
    """Vehicles stolen without violence in 2015, read cell by cell without the project, and held to the sheet's own totals."""
    book = python_calamine.CalamineWorkbook.from_path(
        data_folder() / "mexico_city" / "police" / "SSPDF_solicitud_275416_2016-06.xlsx"
    )
    rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)[24:]
    whole = rows.pop()
    assert whole[0] == "Total general"
    offences = [row for row in rows if row[0] != "(en blanco)" and not re.fullmatch(r"[A-Z]-[\d.]+", str(row[0]))]
    # What stands under the quadrants adds up to the last row, month by month.
    assert [sum(float(row[at] or 0) for row in offences) for at in range(1, 48)] == [float(one) for one in whole[1:]]
    stolen = sum(float(row[39] or 0) for row in offences if row[0] == "Robo de vehiculo s/v")
    assert _numerators(mexico_city, "crime.motor_vehicle_theft_rate", "city")["2015"] == stolen > 1000
    [(rows_in, kept, outside)] = mexico_city.rows(
        "select rows_in, rows_kept, rows_outside from deliveries where feed_id = 'police_quadrants'"
    )
    # Forty-two months of each offence; the row of totals is outside.
    assert (rows_in, kept, outside) == (42 * len(offences), 42 * len(offences), 42)


def test_half_a_year_of_the_pivot_gives_no_yearly_rate(mexico_city: Run) -> None:
    found = mexico_city.rows(
        "select value, reason from observations where indicator_id = 'crime.motor_vehicle_theft_rate' and period = '2016' and freq = 'A' and sex = '_T' and age = '_T'"
    )
    assert found == [(None, "5 of 12 months covered")]


def test_a_survey_before_the_window_is_conformed_and_not_published(mexico_city: Run) -> None:
    """CR alone ends the lines, letters are a Macintosh's; four years of two areas of thirty-three are in scope."""
    [(rows_in, kept, outside, in_use)] = mexico_city.rows(
        "select rows_in, rows_kept, rows_outside, in_use from deliveries where feed_id = 'perceived_insecurity'"
    )
    assert (rows_in, kept, outside, in_use) == (8, 8, 33 * 12 - 8, True)
    assert (
        mexico_city.rows(
            "select * from observations where indicator_id = 'gov.perceived_insecurity' and value is not null"
        )
        == []
    )


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
    found = _numerators(chicago, "crime.homicide_offences_rate", "city")
    assert {year: found[year] for year in counted} == counted
    assert counted["2016"] > 750
