"""A small release database, written table by table as a release holds them, for what reads releases."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb

TABLES = """
create schema evidence;
create table cities (city_id varchar, name varchar, country_iso3 varchar, population bigint, population_year integer, boundary_version varchar,
  timezone varchar, languages varchar[], city_area varchar, first_year bigint, last_year bigint);
create table areas (city_id varchar, area_id varchar, parent_id varchar, level varchar, name varchar, boundary_version varchar, area_km2 double,
  geometry varchar);
create table indicators (indicator_id varchar, parent_id varchar, record_type varchar, guide_seq varchar, category_no integer, category varchar,
  title_guide varchar, short_title varchar, unit varchar, kind varchar, core_flag boolean, core_provenance varchar);
create table sources (city_id varchar, feed_id varchar, title varchar, family varchar, owner varchar, contact varchar, licence varchar,
  citation varchar, url varchar, cadence varchar, allowed_lag_days bigint, disaggregations varchar[], spatial_levels varchar[], shapes varchar[],
  connector varchar, deliveries_in_use bigint, rows_in_use hugeint, retrieved_at varchar, covers_from date, covers_to date,
  usefulness_grade varchar);
create table deliveries (city_id varchar, feed_id varchar, sha256 varchar, period varchar, retrieved_at varchar, rows_in bigint, rows_kept bigint,
  accepted boolean, in_use boolean, reason varchar);
create table gaps (gap_id varchar, parent_id varchar, city_id varchar, gap_code varchar, gap_type varchar, rule_id varchar, severity varchar,
  indicator_id varchar, feed_id varchar, area_id varchar, period_start date, period_end date, dimension varchar, metric varchar, value double,
  threshold double, expected_n bigint, available_n bigint, statement varchar, recommendation varchar, timeframe varchar, owner varchar,
  evidence varchar, is_new boolean, first_seen varchar, last_seen varchar, status varchar, decision_reason varchar, decision_owner varchar,
  decision_expires varchar, facet varchar, indicators_n bigint, core_indicators_n bigint, top_ten bigint);
create table gap_texts (gap_id varchar, city_id varchar, language varchar, statement varchar, recommendation varchar);
create table evidence.expected_cells (city_id varchar, indicator_id varchar, area_id varchar, area_level varchar, year integer, state varchar,
  reason_code varchar, reason_detail varchar, reason varchar, sources varchar[]);
create table reasons (city_id varchar, reason_code varchar, language varchar, text varchar);
create table scores (city_id varchar, scope varchar, scope_id varchar, coverage double, timeliness double, reliability double, validity double,
  granularity double, readiness double, mean double, readiness_at_most double);
"""
CITY = "xx_haven"
STATES = ("there", "estimated", "provisional", "unsure", "suppressed", "partial", "missing", "not_required")
PARTIAL = {"en": "{detail} months covered", "es": "{detail} meses cubiertos"}
TODAY, BEFORE = "2025-03-01", "2024-09-01"
INDICATORS = (
    ("pop.total", "1.01", 1, "Sociodemographic indicators", "Residents", True),
    ("pop.density", "1.02", 1, "Sociodemographic indicators", "Residents per km2", False),
    ("crime.homicide", "4.01", 4, "Crime incidence", "Victims of homicide <per 100,000>", True),
    ("crime.robbery", "4.02", 4, "Crime incidence", "Robberies per 100,000", False),
)
FEEDS = (
    ("police_incidents", "Police incidents", "police", "Haven Police", "monthly"),
    ("residents", "Residents", "official_statistics", "Statistics Office", "annual"),
)
NUMBERED = "select rows_in, rows_kept from deliveries where feed_id = 'police_incidents'"

Gap = dict[str, object]
GAPS: tuple[Gap, ...] = (
    {
        "gap_id": "a1",
        "gap_code": "G01",
        "severity": "critical",
        "indicator_id": "crime.homicide",
        "area_id": "XX-H",
        "statement": "No homicide figure exists for Haven from 2023 on.",
        "recommendation": "Ask Haven Police for the yearly count of victims.",
        "owner": "Haven Police",
        "timeframe": "immediate",
        "period_start": date(2023, 1, 1),
        "period_end": date(2024, 12, 31),
        "first_seen": BEFORE,
        "expected_n": 2,
        "available_n": 0,
    },
    {
        "gap_id": "a2",
        "parent_id": "a1",
        "gap_code": "G04",
        "severity": "high",
        "indicator_id": "crime.homicide",
        "status": "explained",
        "statement": "Months of 2023 are missing in the homicide counts.",
        "first_seen": BEFORE,
    },
    {
        "gap_id": "a3",
        "parent_id": "a2",
        "gap_code": "G11",
        "severity": "low",
        "indicator_id": "crime.homicide",
        "status": "explained",
        "statement": "Victims are not broken down by sex.",
    },
    {
        "gap_id": "b1",
        "gap_code": "G09a",
        "severity": "high",
        "feed_id": "police_incidents",
        "statement": "Police incidents were revised by 12% on average & <b>without</b> a note.",
        "owner": "Haven Police",
        "metric": "MAR",
        "value": 0.12,
        "threshold": 0.1,
        "evidence": {
            "query": NUMBERED,
            "figures": {
                "rows_in": 1200,
                "rows_kept": 1180,
                "share": 0.5,
                "quiet": None,
                "periods": ["2023-01", "2023-02"],
            },
        },
    },
    {
        "gap_id": "c1",
        "gap_code": "G12",
        "severity": "low",
        "indicator_id": "crime.robbery",
        "area_id": "XX-H-1",
        "statement": "Robberies are known for the city alone.",
        "owner": "Haven Police",
        "timeframe": "medium",
    },
    {
        "gap_id": "d1",
        "gap_code": "G23",
        "severity": "medium",
        "feed_id": "residents",
        "status": "accepted",
        "statement": "The licence of Residents is not stated.",
        "decision_reason": "The office publishes under its statute.",
        "decision_owner": "Data steward",
        "decision_expires": "2026-01-01",
        "owner": "Statistics Office",
    },
    {
        "gap_id": "e1",
        "gap_code": "G20",
        "severity": "low",
        "feed_id": "residents",
        "status": "closed",
        "statement": "Residents came twice.",
        "first_seen": BEFORE,
        "owner": "Statistics Office",
    },
)


def write_release(
    folder: Path, *, languages: Sequence[str] = ("en",), gaps: Sequence[Gap] = GAPS, districts: int = 2
) -> Path:
    """Write sga.duckdb into a folder and give the folder back."""
    folder.mkdir(parents=True, exist_ok=True)
    con = duckdb.connect(str(folder / "sga.duckdb"))
    con.execute(TABLES)
    con.execute(
        "insert into cities values (?, 'Haven', 'XXB', 90000, 2024, '2020', 'UTC', ?, 'XX-H', 2020, 2024)",
        [CITY, list(languages)],
    )
    areas = [("XX", None, "country", "Xland"), ("XX-H", "XX", "city", "Haven")]
    areas += [(f"XX-H-{n}", "XX-H", "district", f"District {n}") for n in range(1, districts + 1)]
    con.executemany("insert into areas values (?, ?, ?, ?, ?, '2020', null, null)", [(CITY, *area) for area in areas])
    con.executemany(
        "insert into indicators values (?, null, 'printed', ?, ?, ?, ?, ?, 'persons', 'count', ?, 'project_default_v1')",
        [(one, seq, number, category, title, title, core) for one, seq, number, category, title, core in INDICATORS],
    )
    con.executemany(
        "insert into sources values (?, ?, ?, ?, ?, null, 'CC-BY-4.0', null, 'https://haven.example/data', ?, 40, ['sex', 'age'], ['city', 'district'],"
        " ['crime_events'], 'file', 3, 1200, '2025-02-01T00:00:00Z', '2020-01-01', '2024-12-31', 'B')",
        [(CITY, *feed) for feed in FEEDS],
    )
    con.execute(
        "insert into deliveries values (?, 'police_incidents', 'ab', '2023', '2025-02-01T00:00:00Z', 1200, 1180, true, true, null)",
        [CITY],
    )
    for gap in gaps:
        _insert_gap(con, gap)
    for language, word in (("en", ""), ("es", "ES "), ("fr", "FR "), ("ru", "RU ")):
        con.execute(
            "insert into gap_texts select gap_id, city_id, ?, ? || statement, ? || recommendation from gaps",
            [language, word, word],
        )
    con.executemany(
        "insert into evidence.expected_cells values (?, ?, ?, ?, ?, ?, ?, ?, ?, ['police_incidents'])",
        _cells(districts),
    )
    con.executemany("insert into reasons values (?, 'months_covered', ?, ?)", [(CITY, *one) for one in PARTIAL.items()])
    con.executemany(
        "insert into scores values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (CITY, "feed", "police_incidents", 0.98, 0.9, 0.52, 0.99, 1.0, 0.52, 0.878, 0.52),
            (CITY, "feed", "residents", 1.0, None, None, 1.0, None, None, 1.0, 1.0),
            (CITY, "category", "1", 1.0, 1.0, None, 1.0, 0.75, None, 0.9375, 0.75),
            (CITY, "category", "4", 0.0, None, 0.52, 0.99, 0.5, None, 0.5025, 0.0),
        ],
    )
    con.close()
    return folder


def _insert_gap(con: duckdb.DuckDBPyConnection, gap: Gap) -> None:
    row: Gap = {
        "gap_type": "type",
        "rule_id": "rule",
        "recommendation": "Ask for it.",
        "owner": "Haven Police",
        "timeframe": "short",
        # What was first seen on another day was in a release before; the day alone says nothing.
        "is_new": "first_seen" not in gap,
        "first_seen": TODAY,
        "last_seen": TODAY,
        "status": "open",
        "evidence": {"query": NUMBERED, "figures": {"rows_in": 1200}},
        "facet": "frequency_and_coverage",
        "indicators_n": 0,
        "core_indicators_n": 0,
        "city_id": CITY,
        **gap,
    }
    row.setdefault("is_new", row["first_seen"] == TODAY)
    row["evidence"] = json.dumps(row["evidence"])
    names = ", ".join(row)
    con.execute(f"insert into gaps ({names}) values ({', '.join('?' * len(row))})", list(row.values()))


def _cells(districts: int) -> list[tuple[object, ...]]:
    """The first indicator is there everywhere; the others go through all states, year by year."""
    cells: list[tuple[object, ...]] = []
    for at, (indicator, *_) in enumerate(INDICATORS):
        for year in range(2020, 2025):
            state = STATES[(at * 2 + year - 2020) % len(STATES)] if at else "there"
            reason = None if state == "there" else f"because it is {state}"
            code = ("months_covered", "11") if state == "partial" else (None, None)
            cells.append((CITY, indicator, "XX-H", "city", year, state, *code, reason))
            for n in range(1, districts + 1):
                district = "there" if n == 1 else state
                cells.append((CITY, indicator, f"XX-H-{n}", "district", year, district, None, None, None))
    return cells
