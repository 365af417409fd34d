"""The files of the other offices: register of deaths, health workbook, population, statistics, districts, attestations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import xlsxwriter

from sga_pipeline.demo.health import TOPICS, Deaths
from sga_pipeline.demo.offices import Counted
from sga_pipeline.demo.place import CITY, DISTRICTS, FINE_NAMES, POPULATION_YEARS, SEXES, YEARS, Numbers, Place, geojson
from sga_pipeline.demo.police_files import RowCounts
from sga_pipeline.demo.statistics import ATTESTATIONS, SEX_CODES
from sga_pipeline.demo.survey import QUESTIONS, Survey


def write_deaths(folder: Path, deaths: Deaths) -> RowCounts:
    """One Parquet file a year."""
    folder.mkdir(parents=True)
    row_counts: RowCounts = {}
    for year in YEARS:
        rows = [at for at in range(len(deaths.cause)) if deaths.year[at] == year]
        days = [date(year, 1, 1) + timedelta(days=int(deaths.day_of_year[at])) for at in rows]
        frame = pl.DataFrame(
            {
                "death": [f"D{at + 1:07d}" for at in rows],
                "day": days,
                "registered": [day + timedelta(days=3) for day in days],
                "cause": [deaths.cause[at] for at in rows],
                "district": [DISTRICTS[deaths.district[at]] for at in rows],
                "sex": [int(deaths.sex[at]) + 1 for at in rows],
                "age": [int(deaths.age[at]) for at in rows],
            }
        )
        frame.write_parquet(folder / f"deaths_{year}.parquet", compression="zstd", statistics=False)
        row_counts[str(year)] = {"rows_in": len(rows), "rows_kept": len(rows)}
    return row_counts


def write_services(file: Path, services: Numbers) -> RowCounts:
    """The health office's workbook: a letterhead above the table, a note below it."""
    book = xlsxwriter.Workbook(str(file))
    book.set_properties({"created": datetime(2026, 1, 15, tzinfo=UTC).replace(tzinfo=None)})
    sheet = book.add_worksheet("Services")
    sheet.write_row(0, 0, ["Health Office of Port Alder"])
    sheet.write_row(1, 0, ["Services and staff by district, yearly"])
    sheet.write_row(3, 0, ["Year", "District", "Item", "Number"])
    line = 4
    for year_at, year in enumerate(YEARS):
        for district_at, district in enumerate(DISTRICTS):
            for topic_at, (topic, _) in enumerate(TOPICS):
                sheet.write_row(
                    line, 0, [year, district, topic.replace("_", " "), int(services[year_at, district_at, topic_at])]
                )
                line += 1
    sheet.write_row(line, 0, ["Total lines", line - 4])
    sheet.write_row(line + 1, 0, ["Source: Health Office, registers of services"])
    book.close()
    return {"all": {"rows_in": line - 4, "rows_kept": line - 4}}


def write_population(file: Path, place: Place) -> RowCounts:
    """Residents by year, district, sex and age."""
    years, districts, sexes, ages = place.residents.shape
    rows = [
        (POPULATION_YEARS[y], DISTRICTS[d], ("Women", "Men")[s], FINE_NAMES[a], int(place.residents[y, d, s, a]))
        for y in range(years)
        for d in range(districts)
        for s in range(sexes)
        for a in range(ages)
    ]
    pl.DataFrame(rows, schema=["year", "district", "sex", "age", "residents"], orient="row").write_csv(file)
    return {"all": {"rows_in": len(rows), "rows_kept": len(rows)}}


def write_national_population(file: Path) -> RowCounts:
    """Residents of the country by year and sex; half a percent more each year."""
    rows = [
        (year, sex, round(people * 1.005 ** (year - YEARS[0])))
        for year in YEARS
        for sex, people in (("Women", 4_098_000), ("Men", 4_002_000))
    ]
    pl.DataFrame(rows, schema=["year", "sex", "residents"], orient="row").write_csv(file)
    return {"all": {"rows_in": len(rows), "rows_kept": len(rows)}}


def write_statistics(file: Path, rows: list[tuple[str, str, int, str, float | None]]) -> RowCounts:
    """The statistical office's long table. What was not published has a dash and a status."""
    lines = ["INDICATOR,REF_AREA,TIME_PERIOD,SEX,OBS_VALUE,OBS_STATUS"]
    for name, area, year, sex, value in rows:
        shown, status = ("-", "O") if value is None else (f"{value}", "A")
        lines.append(f"{name},{area},{year},{SEX_CODES[sex]},{shown},{status}")
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return {"all": {"rows_in": len(rows), "rows_kept": len(rows)}}


def write_office_counts(file: Path, rows: Sequence[Counted]) -> RowCounts:
    """The offices' yearly returns, gathered in one table: what was counted, and what it is out of."""
    lines = ["Year;Area;Item;Sex;Ages;Number;Out of"]
    for one in rows:
        out_of = "" if one.out_of is None else str(one.out_of)
        lines.append(
            f"{one.year};{one.area};{one.topic.replace('_', ' ')};{one.sex};{one.age};{one.amount};{out_of}".replace(
                ".", ","
            )
        )
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return {"all": {"rows_in": len(rows), "rows_kept": len(rows)}}


def write_survey(file: Path, survey: Survey) -> RowCounts:
    """Answers of the survey, one line a respondent: 1 yes, 2 no, 9 not asked or not answered."""
    lines = ["id,year,zone,point,weight,sex,age,disability," + ",".join(QUESTIONS)]
    for at in range(len(survey.year)):
        answers = ",".join({1: "1", 0: "2"}.get(int(one), "9") for one in survey.answers[at])
        lines.append(
            f"R{at + 1:06d},{survey.year[at]},z{survey.stratum[at] + 1},p{survey.cluster[at] + 1:03d},{survey.weight[at]:.4f},"
            f"{survey.sex[at] + 1},{survey.age[at]},{'YN'[1 - survey.disabled[at]]},{answers}"
        )
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return {"all": {"rows_in": len(survey.year), "rows_kept": len(survey.year)}}


def write_districts(file: Path, place: Place) -> RowCounts:
    file.write_text(geojson(place), encoding="utf-8")
    return {"all": {"rows_in": len(DISTRICTS), "rows_kept": len(DISTRICTS)}}


def write_attestations(file: Path) -> RowCounts:
    """What the city's secretariat attests, with the document."""
    lines = ["question,area,year,answer,document,office,day"]
    lines += [
        f'{question},{CITY},{year},{answer},"{document}",Secretariat of the council,{year}-12-01'
        for question, year, answer, document in ATTESTATIONS
    ]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return {"all": {"rows_in": len(ATTESTATIONS), "rows_kept": len(ATTESTATIONS)}}


# Planted: nobody takes reports on the police, one line alone takes those on corruption.
CHANNELS = {
    "violence": ("emergency line", "police stations"),
    "domestic_violence": ("emergency line", "women's desk"),
    "sexual_violence": ("women's desk", "hospital of the port"),
    "child_protection": ("child line", "schools"),
    "trafficking": ("port chaplaincy", "emergency line"),
    "hate_crime": ("ombudsman", "police stations"),
    "firearms": ("police stations", "weapons amnesty desk"),
    "drugs": ("health line", "police stations"),
    "corruption": ("audit office",),
}


def write_channels(file: Path) -> RowCounts:
    """One row for each channel and year."""
    rows = [
        [theme, channel, CITY, str(year), "yes", "directory of services", "Secretariat of the council", f"{year}-12-01"]
        for year in YEARS
        for theme, channels in CHANNELS.items()
        for channel in channels
    ]
    lines = ["theme,channel,area,year,functioning,document,office,day", *(",".join(row) for row in rows)]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return {"all": {"rows_in": len(rows), "rows_kept": len(rows)}}


assert SEXES == ("F", "M"), "the registers above number women 1 and men 2"
