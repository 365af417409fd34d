"""Totals among parts, parts that end early, lists that are not whole: ordinary tables of statistical offices, none of which stops a release or adds a whole to its parts."""

from __future__ import annotations

from pathlib import Path

import pytest

from sga_pipeline.home import Home
from sga_pipeline.publish.pointer import current_release
from sga_pipeline.publish.query import run_query
from tests.city_folder import CITY, DISTRICTS, SQUARES, residents, write_districts
from tests.planted.small_tables import COUNTS, YEARS, changed
from tests.runs import sga

TABLE = changed(
    COUNTS,
    {
        "spatial_levels: [city]": "spatial_levels: [city, district]\nreplaces: all\nadd_up: {never: each row is a figure of its own}",
        "columns:\n": "columns:\n  area_id: {from: area}\n  sex: {from: sex}\n  age_group: {from: age}\n  weapon: {from: weapon}\n",
    },
)
D = list(SQUARES)
PEOPLE = residents("city", "columns:\n  year: {from: year}\n  persons: {from: persons}\n  area_id: {from: area}\n")
Row = tuple[str, str, str, str, str, str, int]


def row(
    area: str, period: object, n: int, sex: str = "_T", age: str = "_T", weapon: str = "_T", code: str = "0101"
) -> Row:
    return area, str(period), code, sex, age, weapon, n


def city(
    folder: Path, city_id: str, rows: list[Row], table: str = TABLE, districts: str = DISTRICTS, drawn: int = 4
) -> Path:
    """A city of so many districts and one table; 400,000 residents in every year."""
    made = folder / city_id
    (made / "feeds").mkdir(parents=True)
    (made / "data").mkdir()
    contract = CITY.replace("id: xx_small", f"id: {city_id}").replace("first_year: 2022", "first_year: 2020")
    (made / "city.yaml").write_text(contract, encoding="utf-8")
    write_districts(made, {one: SQUARES[one] for one in D[:drawn]})
    (made / "feeds" / "districts.yaml").write_text(districts, encoding="utf-8")
    (made / "feeds" / "table.yaml").write_text(table, encoding="utf-8")
    lines = "".join(",".join(map(str, one)) + "\n" for one in rows)
    (made / "data" / "table.csv").write_text("area,period,offence,sex,age,weapon,n\n" + lines, encoding="utf-8")
    (made / "feeds" / "residents.yaml").write_text(PEOPLE, encoding="utf-8")
    people = "".join(f"{year},{400000},XS\n" for year in YEARS)
    (made / "data" / "residents.csv").write_text("year,persons,area\n" + people, encoding="utf-8")
    return made


def spread(year: int, n: int, **more: str) -> list[Row]:
    """A figure for each district, n in all."""
    return [row(one, year, n // 4, **more) for one in D]


def totals_alone() -> list[Row]:
    """By sex in 2020; in 2021 one district, in 2022 two, in 2023 all have a total alone."""
    rows = []
    for year, alone in zip(YEARS, (0, 1, 2, 4), strict=True):
        for at, one in enumerate(D):
            parts = [("_T", 30)] if at < alone else [("F", 10), ("M", 20)]
            rows += [row(one, year, n, sex=sex) for sex, n in parts]
    return rows


def wholes_among_parts() -> list[Row]:
    """Each year 120 in truth: with the city's row, 1, 6 and 12 months, the sexes, weapons and a sub-class among their totals."""
    rows = [one for year in YEARS for one in spread(year, 120)]
    rows += [row("XS", year, 120) for year in YEARS]
    rows += [
        row("XS", f"{year}-{month:02}", 10)
        for year, months in zip(YEARS, (0, 1, 6, 12), strict=True)
        for month in range(1, months + 1)
    ]
    rows += [row("XS", 2022, 70, sex="M")]
    rows += [row("XS", 2022, 50, sex="F")]
    rows += [row("XS", 2023, 80, weapon="firearm"), row("XS", 2023, 40, weapon="knife")]
    # Serious assaults: 480 a year, of which 1, 5 and 12 months of 40 are given.
    rows += [row("XS", year, 480, code="020111") for year in YEARS]
    rows += [
        row("XS", f"{year}-{month:02}", 40, code="020111")
        for year, months in zip(YEARS[1:], (1, 5, 12), strict=True)
        for month in range(1, months + 1)
    ]
    # Trafficking, and that for sexual exploitation: none, a little, some and all of it.
    rows += [row("XS", year, 120, code="0204") for year in YEARS]
    rows += [row("XS", year, n, code="02041") for year, n in zip(YEARS[1:], (2, 40, 120), strict=True)]
    return rows


def parts_that_differ() -> list[Row]:
    """The districts make 120 where the city says 100; one is missing in 2021, two in 2022, and all in 2023."""
    rows = spread(2020, 120) + spread(2021, 80)[:3] + spread(2022, 80)[:2]
    return rows + [row("XS", year, 100) for year in YEARS]


def bands() -> list[Row]:
    """Bands of the catalogue in 2020; then one that nests in none of them, with 2, 20 and 80 of 120."""
    rows = [row("XS", 2020, n, age=age) for age, n in (("Y0T14", 20), ("Y15T29", 60), ("Y30T44", 20), ("Y_GE45", 20))]
    for year, n in zip(YEARS[1:], (2, 20, 80), strict=True):
        rows += [row("XS", year, one, age=age) for age, one in (("Y0T14", 20), ("Y15T39", n), ("Y_GE40", 100 - n))]
    return rows


def larger_areas() -> list[Row]:
    """A country's row beside the city's in 2021, and instead of it in 2022 and 2023."""
    return [row("XS", year, 120) for year in YEARS[:2]] + [row("XX", year, 900) for year in YEARS[1:]]


def stated_periods() -> list[Row]:
    """2021 whole, eleven months of 2022, six of 2023; nothing of 2020."""
    months = [(2022, month) for month in range(1, 12)] + [(2023, month) for month in range(1, 7)]
    return [row("XS", 2021, 120)] + [row("XS", f"{year}-{month:02}", 10) for year, month in months]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    folder = tmp_path_factory.mktemp("wholes")
    months = TABLE.replace(
        "columns:\n", 'melt: {columns: "m{period}", parts: {period: "[0-9-]+"}, value: n}\ncolumns:\n'
    )
    # Districts that nobody says are all of the city: four of four, three, two and one of them are drawn.
    loose = DISTRICTS.replace("fills_parents: true\n", "")
    cities = [
        city(folder, "xx_alone", totals_alone()),
        city(folder, "xx_among", wholes_among_parts(), districts=loose),
        city(folder, "xx_differ", parts_that_differ()),
        city(folder, "xx_bands", bands(), districts=loose, drawn=3),
        city(
            folder,
            "xx_open",
            [row("XS", year, 120) for year in YEARS],
            TABLE.replace("2023-12-31}", "2023-12-31, complete: false}"),
            loose,
            drawn=2,
        ),
        city(folder, "xx_above", [row("XX", year, 120) for year in YEARS], districts=loose, drawn=1),
        city(folder, "xx_partly", larger_areas()),
        city(
            folder,
            "xx_undated",
            stated_periods(),
            TABLE.replace("coverage: {first: 2020-01-01, last: 2023-12-31}\n", ""),
        ),
        city(folder, "xx_columns", [], months),
    ]
    # A column for each month of 2020; 2021 lacks one, 2022 six, 2023 all.
    names = [
        f"m{year}-{month:02}" for year, last in zip(YEARS, (12, 11, 6, 0), strict=True) for month in range(1, last + 1)
    ]
    header = ",".join(["area", "offence", "sex", "age", "weapon", *names])
    figures = ",".join(["XS", "0101", "_T", "_T", "_T", *("10" for _ in names)])
    (cities[-1] / "data" / "table.csv").write_text(f"{header}\n{figures}\n", encoding="utf-8")
    done = sga("run", "--home", folder / "home", *cities)
    assert done.returncode == 0, done.stderr
    return Home(folder / "home")


def rows_of(home: Home, city_id: str, sql: str) -> list[tuple[object, ...]]:
    release = current_release(home, city_id)
    assert release is not None
    return [tuple(one) for one in run_query(release, sql)[1]]


def figures(home: Home, city_id: str, where: str) -> dict[str, tuple[object, ...]]:
    """By year: status, value per 100,000 and reason of the rate of counted victims."""
    sql = (
        "select period, obs_status, round(value, 6), reason_code from observations where freq = 'A' and other_dim is null "
        f"and indicator_id = 'crime.homicide_counted_rate' and {where}"
    )
    return {str(period): tuple(rest) for period, *rest in rows_of(home, city_id, sql)}


TOTAL = "area_id = 'XS' and sex = '_T' and age = '_T'"
NORMAL = ("A", 30.0, None)


@pytest.mark.parametrize("city_id", ["xx_alone", "xx_among", "xx_bands"])
def test_a_whole_is_what_it_is(home: Home, city_id: str) -> None:
    assert figures(home, city_id, TOTAL) == {str(year): NORMAL for year in YEARS}


def test_sexes_of_a_total_alone_are_unknown(home: Home) -> None:
    found = figures(home, "xx_alone", "area_id = 'XS' and sex = 'F' and age = '_T'")
    assert {year: one[1:] for year, one in found.items() if year != "2020"} == {
        str(year): (None, "totals_alone") for year in YEARS[1:]
    }
    [(numerator,)] = rows_of(
        home,
        "xx_alone",
        "select numerator from observations where indicator_id = 'crime.homicide_counted_rate' and period = '2020' "
        "and area_id = 'XS' and sex = 'F' and age = '_T' and freq = 'A'",
    )
    assert numerator == 40


def test_months_and_a_weapon_have_their_own_figures(home: Home) -> None:
    sql = "select sum(numerator) from observations where indicator_id = '{}' and area_id = 'XS' and sex = '_T' and age = '_T' and {}"
    counted, firearm = "crime.homicide_counted_rate", "crime.homicide_firearm_counted_rate"
    assert rows_of(home, "xx_among", sql.format(counted, "period = '2023-05'")) == [(10,)]
    assert rows_of(home, "xx_among", sql.format(firearm, "period = '2023'")) == [(80,)]
    # What the months without a row have is not known: eleven of 2021, six of 2022.
    assert rows_of(home, "xx_among", sql.format(counted, "period in ('2021-02', '2022-07', '2020-01')")) == [(None,)]


def test_a_quarter_is_known_where_all_its_months_are(home: Home) -> None:
    """In truth 120; of the first of 2021 one month is given, and two of the second of 2022."""
    sql = (
        "select period, numerator from observations where indicator_id = 'crime.serious_assault_rate' and freq = 'Q' "
        "and area_id = 'XS' and sex = '_T' and age = '_T' and other_dim is null and obs_status = 'A'"
    )
    whole = ["2022-Q1", *(f"2023-Q{quarter}" for quarter in range(1, 5))]
    assert dict(rows_of(home, "xx_among", sql)) == dict.fromkeys(whole, 120)


def test_a_class_beside_its_sub_class_counts_once(home: Home) -> None:
    sql = (
        "select period, numerator from observations where indicator_id = 'crime.trafficking_victims_rate' and freq = 'A' "
        "and area_id = 'XS' and sex = '_T' and age = '_T' and other_dim is null"
    )
    assert dict(rows_of(home, "xx_among", sql)) == {str(year): 120 for year in YEARS}


def test_the_city_stays_as_reported_and_a_district_without_a_row_is_unknown(home: Home) -> None:
    assert figures(home, "xx_differ", TOTAL) == {str(year): ("A", 25.0, None) for year in YEARS}
    sql = (
        "select area_id, period, reason_code from observations where indicator_id = 'crime.homicide_counted_rate' and freq = 'A' "
        "and area_id <> 'XS' and sex = '_T' and age = '_T' and numerator is null order by area_id, period"
    )
    missing = [("d01", 2023), ("d02", 2023), ("d03", 2022), ("d03", 2023), ("d04", 2021), ("d04", 2022), ("d04", 2023)]
    assert rows_of(home, "xx_differ", sql) == [(area, str(year), "totals_alone") for area, year in missing]
    found = "select dimension, evidence ->> 'figures' from gaps where rule_id = 'parts_differ'"
    [(dimension, shown)] = rows_of(home, "xx_differ", found)
    assert dimension == "area" and '"whole_amount":"100","parts_amount":"120"' in str(shown).replace(" ", "")
    for other in ("xx_alone", "xx_among", "xx_bands"):
        assert rows_of(home, other, found) == []


def test_a_band_of_its_own_is_published(home: Home) -> None:
    sql = (
        "select period, age, numerator from observations where indicator_id = 'crime.homicide_counted_rate' and freq = 'A' "
        "and area_id = 'XS' and sex = '_T' and age in ('Y0T14', 'Y15T39', 'Y15T29')"
    )
    known = {(str(year), "Y0T14"): 20 for year in YEARS} | {("2020", "Y15T29"): 60}
    known |= {("2021", "Y15T39"): 2, ("2022", "Y15T39"): 20, ("2023", "Y15T39"): 80}
    found = {(period, age): n for period, age, n in rows_of(home, "xx_bands", sql) if n is not None}
    # Two people in a band of 2021 are too few to show.
    assert found == {one: n for one, n in known.items() if n >= 5}


@pytest.mark.parametrize(("city_id", "rule"), [("xx_open", "figures_unused"), ("xx_above", "outside_extent")])
def test_rows_that_no_figure_uses_are_named(home: Home, city_id: str, rule: str) -> None:
    assert figures(home, city_id, f"{TOTAL} and value is not null") == {}
    [(severity, query)] = rows_of(
        home, city_id, f"select severity, evidence ->> 'query' from gaps where rule_id = '{rule}'"
    )
    assert severity == "medium"
    assert len(rows_of(home, city_id, str(query))) == 1


def test_rows_of_a_larger_area_are_neither_the_city_nor_its_zero(home: Home) -> None:
    found = figures(home, "xx_partly", TOTAL)
    assert {year: found[year] for year in ("2020", "2021")} == {"2020": NORMAL, "2021": NORMAL}
    assert {year for year, one in found.items() if one[1] is not None} == {"2020", "2021"}
    assert len(rows_of(home, "xx_partly", "select * from gaps where rule_id = 'outside_extent'")) == 1


def test_a_table_covers_the_periods_that_its_rows_state(home: Home) -> None:
    assert figures(home, "xx_undated", TOTAL) == {
        "2021": NORMAL,
        "2022": ("O", None, "months_covered"),
        "2023": ("O", None, "months_covered"),
    }


def test_months_without_a_column_are_missing(home: Home) -> None:
    assert figures(home, "xx_columns", TOTAL) == {
        "2020": NORMAL,
        "2021": ("O", None, "months_covered"),
        "2022": ("O", None, "months_covered"),
    }
    [(missing,)] = rows_of(
        home,
        "xx_columns",
        "select evidence ->> 'figures' from gaps where rule_id = 'missing_periods' and feed_id = 'table'",
    )
    assert '"missing":"2021, 2022"' in str(missing).replace('":  "', '":"')


def test_a_city_is_as_large_as_its_districts_only_where_they_are_all_of_it(home: Home) -> None:
    sql = "select area_km2 is not null from areas where area_id = 'XS'"
    assert rows_of(home, "xx_alone", sql) == [(True,)]
    for other in ("xx_among", "xx_bands", "xx_open", "xx_above"):
        assert rows_of(home, other, sql) == [(False,)]
        assert len(rows_of(home, other, "select * from gaps where rule_id = 'sizes_unknown'")) == 1
        dense = "indicator_id = 'demo.population_density' and area_id = 'XS' and value is not null"
        assert rows_of(home, other, f"select * from observations where {dense}") == []
