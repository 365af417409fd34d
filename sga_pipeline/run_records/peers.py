"""Figures of other cities for a city to be compared with: a copy of what the programme's release in force says, and which release that is."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import polars as pl

from sga_pipeline.contracts.assessment import CityPlan
from sga_pipeline.home import Home, write_text
from sga_pipeline.run_records.tables import table_schema

PEERS = "peers"
# A release quotes at most so many others, so that it costs the same in a home of a thousand cities; the programme has them all.
MOST = 20
CITIES, FIGURES = Path("downloads", "cities.parquet"), Path("downloads", "evidence", "figures.parquet")
NOTE = "programme.json"


def peer_figures(city: CityPlan, programme: Path | None) -> pl.DataFrame:
    """The rows of the table `peers`; none where there is no release of the programme yet."""
    schema = table_schema(PEERS)
    if programme is None or not (programme / CITIES).is_file() or not (programme / FIGURES).is_file():
        return pl.DataFrame(schema=schema)
    chosen = _peers(city, pl.read_parquet(programme / CITIES).to_dicts())
    found = pl.scan_parquet(programme / FIGURES).filter(pl.col("city_id").is_in(chosen)).collect()
    found = found.rename({"city_id": "peer_id"}).with_columns(pl.lit(city.id).alias("city_id"))
    # A release of the programme made by an earlier version may lack a column.
    columns = [
        (pl.col(name) if name in found.columns else pl.lit(None).alias(name)).cast(kind)
        for name, kind in schema.items()
    ]
    return found.select(columns).sort("peer_id", "indicator_id", "freq", "period")


def _peers(city: CityPlan, cities: list[dict[str, Any]]) -> list[str]:
    """Cities of the same country first, then those nearest in size."""
    sizes = {str(one["city_id"]): one["population"] for one in cities}
    own = sizes.get(city.id)

    def distance(one: dict[str, Any]) -> tuple[bool, float, str]:
        size = one["population"]
        apart = abs(math.log(size / own)) if size and own else math.inf
        return one["country_iso3"] != city.city.country_iso3, apart, one["city_id"]

    others = [one for one in cities if one["city_id"] != city.id and one["left_out"] is None]
    return sorted(str(one["city_id"]) for one in sorted(others, key=distance)[:MOST])


def note_programme(home: Home, city_id: str, programme: Path | None) -> None:
    """Keep which release of the programme the figures are of, for the manifest of the city's release."""
    text = json.dumps({"release_id": programme.name if programme else None})
    write_text(home.run_records(city_id) / NOTE, text)


def quoted_programme(home: Home, city_id: str) -> str | None:
    """The release of the programme that the run records quote."""
    try:
        found = json.loads((home.run_records(city_id) / NOTE).read_text(encoding="utf-8"))["release_id"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return None if found is None else str(found)
