"""Small releases of cities, as far as the programme reads them: a manifest, and the downloads that it takes from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import duckdb

from sga_pipeline.home import Home
from sga_pipeline.publish.pointer import point_to

# Columns of each download; the first row of a table gives what is not said.
FIGURE = {
    "area_id": "'C'",
    "area_name": "'City'",
    "area_level": "'city'",
    "is_city": "true",
    "freq": "'A'",
    "sex": "'_T'",
    "age": "'_T'",
    "other_dim": "null::varchar",
    "other_code": "null::varchar",
    "unit": "'per 100,000'",
    "obs_status": "'A'",
    "sources": "['police']",
    "numerator_source": "'police'",
    "place_basis": "'occurrence'",
    "concept_match": "'exact'",
    "base_method": "'census'",
    "is_divided": "true",
}


def write_release(
    home: Home,
    city_id: str,
    figures: Mapping[str, float],
    *,
    number: int = 1,
    differs: str = "",
    country: str = "XXA",
    population: int = 100_000,
) -> Path:
    """Put a release in force: yearly homicide rates of these years, one score, and two findings."""
    name = f"202401{number:02d}T000000Z-{number:08x}"
    release = home.published(city_id) / name
    downloads = release / "downloads"
    (downloads / "evidence").mkdir(parents=True)
    said = ", ".join(f"{value} as {column}" for column, value in FIGURE.items())
    rows = " union all ".join(
        f"select '{city_id}' as city_id, '{city_id[3:].title()}' as city, '{country}' as country_iso3, {said}, "
        f"'crime.homicide_rate' as indicator_id, '{year}' as period, date '{year}-01-01' as period_start, {value}::double as value, "
        f"{value * 0.8}::double as ci_low, {value * 1.25}::double as ci_high, '{differs}' as differs"
        for year, value in figures.items()
    )
    tables = {
        "evidence/compared_figures": f"{rows} union all by name select '{city_id}' as city_id, false as is_city, '_T' as sex, '_T' as age",
        "cities": f"select '{city_id}' as city_id, '{city_id[3:].title()}' as name, '{country}' as country_iso3, "
        f"{population}::bigint as population, 2023::bigint as population_year",
        "scores": f"select '{city_id}' as city_id, 'category' as scope, '4' as scope_id, 0.5 as coverage, null::double as readiness, "
        "0.25 as readiness_at_most union all "
        f"select '{city_id}', 'category', '5', 0.7, 0.6, 0.6 union all select '{city_id}', 'feed', 'police', 1, 1, 1",
        "gaps": f"select '{city_id}' as city_id, 'critical' as severity, 'open' as status union all select '{city_id}', 'low', 'open' "
        f"union all select '{city_id}', 'high', 'closed'",
        "indicators": "select 'crime.homicide_rate' as indicator_id, 'printed' as record_type, 4 as category_no, 'Crime' as category, "
        "'Homicide rate' as short_title",
    }
    with duckdb.connect() as con:
        for table, sql in tables.items():
            con.execute(f"copy ({sql}) to '{downloads / table}.parquet'")
    content = hashlib.sha256(repr((city_id, sorted(figures.items()), differs, population)).encode()).hexdigest()
    manifest = {"city_id": city_id, "as_of": "2024-03-01", "content_sha256": content, "release_id": name}
    (release / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    point_to(home, city_id, name)
    return release
