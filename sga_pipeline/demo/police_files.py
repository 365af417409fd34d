"""The police's files: monthly incidents as an old system exports them, yearly victims as a newer one does, dirt included."""

from __future__ import annotations

import gzip
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from sga_pipeline.demo.crime import (
    EXPLOITATIONS,
    LOCATIONS,
    NOWHERE,
    OFFENCES,
    RELATIONS,
    SITUATIONS,
    UNKNOWN_AGE,
    UNKNOWN_SEX,
    VICTIM_KINDS,
    WEAPONS,
    Incidents,
    Victims,
)
from sga_pipeline.demo.place import DISTRICTS, MONTHS, YEARS, Place, points_in

# The month that never came.
MISSING_MONTH = (2021, 7)
# Months the system exported dates another way.
OTHER_DATES = {(2019, month) for month in range(1, 13)}
# The year in which a station entered its own place for one record in so many, and where it stands.
STATION_YEAR, ONE_IN, STATION = 2018, 25, ("37,65000", "-17,30000")
PLACES = ("rua", "praça", "estação", "loja", "habitação", "jardim")
RowCounts = dict[str, dict[str, int]]


def write_incidents(folder: Path, place: Place, made: Incidents, random: np.random.Generator) -> RowCounts:
    """Write a file a month and say for each what its rows are: in, kept, broken by rule, doubled, without district."""
    folder.mkdir(parents=True)
    row_counts: RowCounts = {}
    bounds = np.searchsorted(made.month, np.arange(len(MONTHS) + 1))
    for at, (year, month) in enumerate(MONTHS):
        rows = np.arange(bounds[at], bounds[at + 1])
        lines = _incident_lines(place, made, rows, year, month, random)
        dirt = Counter({"rows_kept": len(lines), "rows_without_area": int((made.district[rows] == NOWHERE).sum())})
        dirt["at_station"] = int(sum(made.district[row] != NOWHERE and at_station(year, int(row)) for row in rows))
        dirt["unmapped"] = int(sum(OFFENCES[one].code == "ZZ9" for one in made.offence[rows]))
        lines += _dirt(lines, year, month, random, dirt)
        dirt["rows_in"] = len(lines)
        if (year, month) != MISSING_MONTH:
            header = "Nº;Data;Hora;Participado;Código;Local;Distrito;Lat;Lon;Esclarecido"
            text = "\n".join([header, *lines]) + "\n"
            (folder / f"incidents_{year}-{month:02d}.csv").write_bytes(text.encode("latin-1"))
            row_counts[f"{year}-{month:02d}"] = dict(dirt)
    return row_counts


def _incident_lines(
    place: Place, made: Incidents, rows: np.ndarray, year: int, month: int, random: np.random.Generator
) -> list[str]:
    other = (year, month) in OTHER_DATES
    points = points_in(place, np.maximum(made.district[rows], 0), random)
    mess = random.random(len(rows))
    words = random.integers(0, len(PLACES), len(rows))
    lines = []
    for at, row in enumerate(rows):
        day = date(year, month, int(made.day[row]))
        reported = day + timedelta(days=int(made.report_delay[row]))
        written = day.isoformat() if other else f"{day:%d/%m/%Y}"
        code = OFFENCES[made.offence[row]].code
        code = f" {code.lower()}" if mess[at] < 0.05 else f"{code} " if mess[at] < 0.10 else code
        lost = made.district[row] == NOWHERE
        where = "" if lost else str(made.district[row] + 1)
        lat, lon = (
            ("", "") if lost else (f"{points[at][1]:.5f}".replace(".", ","), f"{points[at][0]:.5f}".replace(".", ","))
        )
        if not lost and at_station(year, int(row)):
            lat, lon = STATION
        lines.append(
            f"PA{row + 1:08d};{written};{made.hour[row]:02d}:00;{reported:%d/%m/%Y};{code};{PLACES[words[at]]};{where};{lat};{lon};"
            f"{'S' if made.cleared[row] else 'N'}"
        )
    return lines


def at_station(year: int, row: int) -> bool:
    """Whether a record has the place of the station; its district is its own."""
    return year == STATION_YEAR and row % ONE_IN == 0


def _dirt(lines: list[str], year: int, month: int, random: np.random.Generator, dirt: Counter[str]) -> list[str]:
    """Rows that must not be counted, in known numbers; and a latitude that no place has, in a row that must."""
    added = []
    for number in range(int(random.integers(1, 4))):
        added.append(f"XD{year}{month:02d}{number};30/02/{year};10:00;01/03/{year};T10;rua;4;37,65000;-17,30000;N")
        dirt["type:occurred_on"] += 1
    if random.random() < 0.4:
        at = next(at for at, line in enumerate(lines) if line.split(";")[7])
        cells = lines[at].split(";")
        lines[at] = ";".join([*cells[:7], f"1{cells[7]}", *cells[8:]])
        dirt["range:latitude"] += 1
    if random.random() < 0.3:
        added.append(
            f"XE{year}{month:02d};09/{month:02d}/{year};12:00;01/{month:02d}/{year};B10;loja;6;37,65000;-17,30000;N"
        )
        dirt["pair:reported_on_not_before_occurred_on"] += 1
    if random.random() < 0.3:
        added.append(f"XR{year}{month:02d};05/{month:02d}/{year};12:00")
        dirt["type:record"] += 1
    doubled = [
        lines[at] for at in random.choice(len(lines), min(len(lines), int(random.integers(0, 6))), replace=False)
    ]
    dirt["rows_duplicate"] = len(doubled)
    return added + doubled


def write_victims(folder: Path, victims: Victims) -> RowCounts:
    """Write a compressed file a year; clean, but some sexes and ages are not known."""
    folder.mkdir(parents=True)
    row_counts: RowCounts = {}
    for year in YEARS:
        rows = np.flatnonzero(victims.year == year)
        lines = ["victim,case,date,offence,district,sex,age,weapon,relation,place,background,exploitation"]
        for row in rows:
            day = date(year, 1, 1) + timedelta(days=int(victims.day_of_year[row]))
            sex = "" if victims.sex[row] == UNKNOWN_SEX else ("female", "male")[victims.sex[row]]
            age = "" if victims.age[row] == UNKNOWN_AGE else str(victims.age[row])
            name = VICTIM_KINDS[victims.kind[row]][0]
            background = SITUATIONS[victims.situation[row]] if name == "homicide" else ""
            exploited = EXPLOITATIONS[victims.exploitation[row]] if name == "trafficking" else ""
            lines.append(
                f"V{row + 1:07d},C{row + 1:07d},{day},{name},{DISTRICTS[victims.district[row]]},{sex},{age},"
                f"{WEAPONS[victims.weapon[row]]},{RELATIONS[victims.relation[row]]},"
                f"{LOCATIONS[victims.location[row]]},{background},{exploited}"
            )
        # No time in the archive's header: the same city is the same bytes.
        content = gzip.compress(("\n".join(lines) + "\n").encode(), mtime=0)
        (folder / f"victims_{year}.csv.gz").write_bytes(content)
        row_counts[str(year)] = {"rows_in": len(rows), "rows_kept": len(rows)}
    return row_counts
