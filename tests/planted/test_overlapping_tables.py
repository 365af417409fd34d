"""Tables whose figures overlap while neither is part of the other, or leave open what they are: nothing is doubled, nothing invented, and what is known is shown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sga_pipeline.home import Home
from tests.city_folder import DISTRICTS, SQUARES, residents
from tests.planted.small_tables import YEARS
from tests.planted.test_wholes_and_parts import TABLE, D, Row, city, row, rows_of, spread
from tests.runs import sga

QUARTERS = DISTRICTS
for old, new in (
    ("districts", "quarters"),
    ("[district]", "[neighbourhood]"),
    ("t: XS", "t: d01"),
    ("t: district", "t: neighbourhood"),
):
    QUARTERS = QUARTERS.replace(old, new)
# Of districts alone, the northern and the southern by different offices.
NORTH = residents("district", "columns:\n  year: {from: year}\n  persons: {from: persons}\n  area_id: {from: area}\n")
SOUTH = NORTH.replace("id: residents", "id: south").replace("residents.csv", "south.csv").replace("Residents", "South")


def months(year: int, number: int, n: int = 10, area: str = "XS") -> list[Row]:
    return [row(area, f"{year}-{month:02}", n) for month in range(1, number + 1)]


def months_beside_years() -> list[Row]:
    """The city by months, its districts by years, 120 in truth: all of both; districts that differ; six months; six months and one district."""
    rows = months(2020, 12) + spread(2020, 120) + months(2021, 12) + spread(2021, 100)
    return rows + months(2022, 6) + spread(2022, 120) + months(2023, 6) + spread(2023, 120)[:1]


def sub_classes_beside_classes() -> list[Row]:
    """A sub-class of the city beside the class of its districts: 2, 40 and all of 120; and beside that of two districts."""
    rows = [one for year in YEARS[:3] for one in spread(year, 120, code="0204")] + spread(2023, 120, code="0204")[:2]
    return rows + [row("XS", year, n, code="02041") for year, n in zip(YEARS, (2, 40, 120, 40), strict=True)]


def weapons_beside_districts() -> list[Row]:
    """Firearms of the city beside all weapons of its districts, and of two of them; all weapons alone; knives that are all of it."""
    rows = spread(2020, 120) + spread(2021, 120)[:2] + [row("XS", year, 80, weapon="firearm") for year in YEARS[:2]]
    return rows + [row("XS", year, 120) for year in YEARS[2:]] + [row("XS", 2023, 120, weapon="knife")]


def neighbourhoods() -> list[Row]:
    """The city's 120, and of the three neighbourhoods of a district one, two, all of them, and none."""
    rows = [row("XS", year, 120) for year in YEARS]
    return rows + [
        row(f"n0{one}", year, 10) for year, last in zip(YEARS, (1, 2, 3, 0), strict=True) for one in range(1, last + 1)
    ]


def totals_without_a_code() -> list[Row]:
    """A row `Total` that no list knows, 120 in truth: as much as its districts, more, beside two of them; and a code that may be a district."""
    rows = [one for year in YEARS[:2] for one in spread(year, 120)] + spread(2022, 120)[:2] + spread(2023, 90)[:3]
    return [*rows, row("Total", 2020, 120), row("Total", 2021, 130), row("Total", 2022, 120), row("d99", 2023, 20)]


def bands_asked() -> list[Row]:
    """15 to 64 as the source gives it, twice; made of bands that fill it; and with bands that do not."""
    bands = {2020: {"Y0T14": 20, "Y15T64": 80, "Y_GE65": 20}, 2021: {"Y0T14": 20, "Y15T64": 80, "Y_GE65": 20}}
    bands[2022] = {"Y0T14": 20, "Y15T24": 30, "Y25T64": 50, "Y_GE65": 20}
    bands[2023] = {"Y15T24": 30, "Y25T44": 40}
    rows = [row("XS", year, 120) for year in YEARS]
    return rows + [row("XS", year, n, age=age) for year, some in bands.items() for age, n in some.items()]


LOCAL_CODES = "local,iccs\nall,0101\nknife,0101\ngun,0101\n1,020111\n1.1,020111\n2,020111\n"


def local_codes() -> list[Row]:
    """Several codes of the source are one of ours: `all` is always what the others make; 1 and 2 are two kinds; 1.1 may lie in 1."""
    rows = [
        row("XS", year, n, code=code) for year in YEARS[:2] for code, n in (("all", 120), ("knife", 70), ("gun", 50))
    ]
    rows += [row("XS", 2022, 50, code="gun"), row("XS", 2023, 40, code="all"), row("XS", 2023, 40, code="knife")]
    rows += [row("XS", year, n, code=code) for year, code, n in ((2020, "1", 60), (2020, "2", 60), (2021, "1", 120))]
    return [*rows, row("XS", 2021, 20, code="1.1"), row("XS", 2022, 20, code="1.1"), row("XS", 2023, 30, code="1")]


def write_quarters(made: Path) -> None:
    """Three neighbourhoods in the first district."""
    x, y = SQUARES["d01"]
    features = [
        {
            "type": "Feature",
            "properties": {"code": f"n0{at}", "name": f"Quarter {at}"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[a, b], [a + 0.05, b], [a + 0.05, b + 0.05], [a, b + 0.05], [a, b]]],
            },
        }
        for at, (a, b) in enumerate(((x, y), (x + 0.05, y), (x, y + 0.05)), 1)
    ]
    (made / "feeds" / "quarters.yaml").write_text(QUARTERS, encoding="utf-8")
    text = json.dumps({"type": "FeatureCollection", "features": features})
    (made / "data" / "quarters.geojson").write_text(text, encoding="utf-8")


def write_two_offices(made: Path) -> None:
    for name, feed, ids in (("residents", NORTH, D[:2]), ("south", SOUTH, D[2:])):
        (made / "feeds" / f"{name}.yaml").write_text(feed, encoding="utf-8")
        people = "".join(f"{year},100000,{one}\n" for year in YEARS for one in ids)
        (made / "data" / f"{name}.csv").write_text("year,persons,area\n" + people, encoding="utf-8")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    folder = tmp_path_factory.mktemp("overlapping")
    finer = TABLE.replace("[city, district]", "[city, district, neighbourhood]")
    mapped = TABLE.replace(
        "iccs_code: {from: offence}", "iccs_code: {from: offence, steps: [{lookup: {mapping: codes, give: iccs}}]}"
    )
    mapped = mapped.replace("columns:\n", "mappings:\n  codes: {file: codes.csv}\ncolumns:\n", 1)
    cities = [
        city(folder, "xx_months", months_beside_years()),
        city(folder, "xx_classes", sub_classes_beside_classes()),
        city(folder, "xx_weapons", weapons_beside_districts()),
        city(folder, "xx_quarters", neighbourhoods(), finer),
        city(folder, "xx_totals", totals_without_a_code()),
        city(folder, "xx_asked", bands_asked()),
        city(folder, "xx_local", local_codes(), mapped),
        city(folder, "xx_offices", [row("XS", year, 120) for year in YEARS]),
    ]
    write_quarters(cities[3])
    (cities[6] / "feeds" / "codes.csv").write_text(LOCAL_CODES, encoding="utf-8")
    write_two_offices(cities[7])
    done = sga("run", "--home", folder / "home", *cities)
    assert done.returncode == 0, done.stderr
    return Home(folder / "home")


def counted(
    home: Home, city_id: str, indicator: str = "homicide_counted_rate", where: str = "area_id = 'XS'"
) -> dict[str, object]:
    """By year: what is counted where it is known, else the reason why it is not."""
    sql = (
        "select period, case when reason_code in ('totals_alone', 'at_least', 'ages_not_nested') then reason_code "
        "else cast(cast(numerator as integer) as varchar) end from observations "
        f"where indicator_id = 'crime.{indicator}' and freq = 'A' and sex = '_T' and other_dim is null and {where}"
    )
    return {str(period): n for period, n in rows_of(home, city_id, f"{sql} order by period")}


def years(*known: object) -> dict[str, object]:
    return {str(year): one if one is None else str(one) for year, one in zip(YEARS, known, strict=True)}


TOTAL = "age = '_T' and area_id = "


def test_months_of_the_city_and_years_of_its_districts_are_one_whole(home: Home) -> None:
    assert counted(home, "xx_months", where=f"{TOTAL}'XS'") == years(120, 120, 120, "totals_alone")
    assert counted(home, "xx_months", where=f"{TOTAL}'d01'") == years(30, 25, 30, 30)
    assert counted(home, "xx_months", where=f"{TOTAL}'d02'") == years(30, 25, 30, "totals_alone")
    found = "select dimension, evidence ->> 'figures' from gaps where rule_id = 'parts_differ'"
    [(dimension, shown)] = rows_of(home, "xx_months", found)
    assert dimension == "area" and '"whole_amount":"120","parts_amount":"100"' in str(shown).replace(" ", "")


def test_a_sub_class_of_the_city_is_not_added_to_the_class_of_its_districts(home: Home) -> None:
    found = counted(home, "xx_classes", "trafficking_victims_rate", f"{TOTAL}'XS'")
    assert found == years(120, 120, 120, "totals_alone")


def test_one_weapon_of_the_city_is_not_added_to_all_weapons_of_its_districts(home: Home) -> None:
    assert counted(home, "xx_weapons", where=f"{TOTAL}'XS'") == years(120, "totals_alone", 120, 120)
    firearms = counted(home, "xx_weapons", "homicide_firearm_counted_rate", f"{TOTAL}'XS'")
    # A row of all weapons says nothing of firearms, unless the other weapons make it up.
    assert firearms == years(80, 80, "totals_alone", 0)


def test_a_district_is_the_sum_of_all_its_neighbourhoods_alone(home: Home) -> None:
    assert counted(home, "xx_quarters", where=f"{TOTAL}'XS'") == years(120, 120, 120, 120)
    assert counted(home, "xx_quarters", where=f"{TOTAL}'d01'") == years(
        "totals_alone", "totals_alone", 30, "totals_alone"
    )


def test_a_total_without_a_code_is_no_part(home: Home) -> None:
    # 20 of a code that may be a district are too many of 66 to leave out, and not known to be the city's.
    assert counted(home, "xx_totals", where=f"{TOTAL}'XS'") == years(120, "totals_alone", "totals_alone", "at_least")
    assert counted(home, "xx_totals", where=f"{TOTAL}'d01'")["2020"] == "30"


def test_a_code_of_the_source_that_is_the_total_of_others_is_not_added_to_them(home: Home) -> None:
    assert counted(home, "xx_local", where=f"{TOTAL}'XS'") == years(120, 120, 50, 40)
    assaults = counted(home, "xx_local", "serious_assault_rate", f"{TOTAL}'XS'")
    assert assaults == years(120, "totals_alone", 20, 30)


def test_ages_that_are_asked_for_are_published_as_delivered_or_made_of_bands_that_fill_them(home: Home) -> None:
    assert counted(home, "xx_asked", where="area_id = 'XS' and age = 'Y15T64'") == years(80, 80, 80, "totals_alone")


def test_a_sum_of_areas_names_the_sources_of_all_of_them(home: Home) -> None:
    sql = (
        "select distinct numerator_source, sources from observations where indicator_id = 'demo.population_total' "
        "and area_id = '{}' and freq = 'A' and sex = '_T' and age = '_T' and other_dim is null"
    )
    assert rows_of(home, "xx_offices", sql.format("XS")) == [("residents;south", ["residents", "south"])]
    assert rows_of(home, "xx_offices", sql.format("d03")) == [("south", ["south"])]
