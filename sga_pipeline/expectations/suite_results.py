"""Reads the result of each suite from the warehouse, for Dagster to show."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from sga_pipeline.errors import SgaError

MISSING = ("the warehouse lacks the results of the checks", "Build it anew: remove the city's file in HOME/warehouse.")


@dataclass(frozen=True)
class SuiteResult:
    """What a suite found in one city: how many expectations could be checked, and how many failed by whose fault."""

    city_id: str
    suite: str
    checked: int
    failed_world: int
    failed_us: int

    @property
    def holds(self) -> bool:
        """Nothing failed, and there was something to check."""
        return self.checked > 0 and self.failed_world + self.failed_us == 0


def suite_results(warehouse: Path) -> list[SuiteResult]:
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
    return [SuiteResult(*row) for row in rows]
