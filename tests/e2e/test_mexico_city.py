"""Mexico City by contract alone: its own published figures come out."""

from __future__ import annotations

import bz2
import csv
import gzip
import re

import pytest
import python_calamine

from tests.runs import Run, data_folder


def test_mexico_city_homicides_by_the_monthly_victims(mexico_city: Run) -> None:
    """Victims of intentional homicide and femicide together; 2025 ends in June and has no yearly rate."""
    found = mexico_city.numerators("crime.homicide_rate", "city")
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
    assert mexico_city.numerators("crime.motor_vehicle_theft_rate", "city")["2023"] == counted + pensions
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
    """The register's extract has no Y09, so it may not cover all deaths by assault, not even with zero."""
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


def test_the_country_is_compared_with_mexico_city(mexico_city: Run) -> None:
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


OF_THE_PIVOT = (
    "select distinct value from evidence.source_values where feed_id = 'police_quadrants' and year = ? "
    "and indicator_id = 'crime.motor_vehicle_theft_rate'"
)


def test_a_pivot_workbook_counts_as_its_own_totals_do(mexico_city: Run) -> None:
    """Vehicles stolen without violence in 2015, read cell by cell without the project, and held to the sheet's own totals."""
    book = python_calamine.CalamineWorkbook.from_path(
        data_folder() / "mexico_city" / "police" / "SSPDF_solicitud_275416_2016-06.xlsx"
    )
    rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)[24:]
    whole = rows.pop()
    assert whole[0] == "Total general"
    offences = [row for row in rows if row[0] != "(en blanco)" and not re.fullmatch(r"[A-Z]-[\d.]+", str(row[0]))]
    # What is listed below the quadrants adds up to the last row, month by month.
    assert [sum(float(row[at] or 0) for row in offences) for at in range(1, 48)] == [float(one) for one in whole[1:]]
    stolen = sum(float(row[39] or 0) for row in offences if row[0] == "Robo de vehiculo s/v")
    # The case files are the one source of the indicator; what the pivot gives is compared with them year by year.
    assert mexico_city.rows(OF_THE_PIVOT, [2015]) == [(stolen,)] and stolen > 1000
    [(rows_in, kept, outside)] = mexico_city.rows(
        "select rows_in, rows_kept, rows_outside from deliveries where feed_id = 'police_quadrants'"
    )
    # Forty-two months of each offence; the row of totals is outside.
    assert (rows_in, kept, outside) == (42 * len(offences), 42 * len(offences), 42)


def test_half_a_year_of_the_pivot_gives_no_yearly_rate(mexico_city: Run) -> None:
    assert mexico_city.rows(OF_THE_PIVOT, [2016]) == []
    assert "2016" not in mexico_city.numerators("crime.motor_vehicle_theft_rate", "city")


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
