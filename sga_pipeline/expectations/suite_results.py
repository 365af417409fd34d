"""Reads back what the warehouse holds of each suite, for those who show it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from sga_pipeline.errors import SgaError

MISSING = ("the warehouse lacks the results of the checks", "Build it anew: remove warehouse.duckdb.")


@dataclass(frozen=True)
class SuiteStanding:
    """How a suite stands in one city: expectations that failed, by whose fault, among those that could be checked."""

    city_id: str
    suite: str
    checked: int
    failed_world: int
    failed_us: int

    @property
    def holds(self) -> bool:
        """Nothing failed, and there was something to check."""
        return self.checked > 0 and self.failed_world + self.failed_us == 0


def standings(warehouse: Path) -> list[SuiteStanding]:
    """Every city and suite."""
    try:
        with duckdb.connect(str(warehouse), read_only=True) as con:
            rows = con.execute("""
                -- Grain: city x suite.
                select city_id, suite, count(passed), count(*) filter (where not passed and about = 'world'),
                    count(*) filter (where not passed and about = 'us')
                from expectations.expectations group by city_id, suite order by city_id, suite
            """).fetchall()
    except (duckdb.CatalogException, duckdb.IOException):
        raise SgaError(*MISSING, warehouse.name) from None
    return [SuiteStanding(*row) for row in rows]
