"""The records of a delivery behind rows that another delivery has as well: those that contradict it go into quarantine, with their lines."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from sga_pipeline.conform.delivery import Arrived, connect, open_table
from sga_pipeline.conform.points import PlaceFinder
from sga_pipeline.conform.rows import ConformContext
from sga_pipeline.conform.same_key import sums_records
from sga_pipeline.conform.sinks import PLACE, Quarantine
from sga_pipeline.conform.unlisted_codes import unlisted_codes
from sga_pipeline.contracts.assessment import FeedPlan
from sga_pipeline.home import Home

# The rule under which rows are set aside that contradict those of another delivery.
CONTRADICTS_ANOTHER = "conflict:deliveries"
# Whether what deliveries say of a key differs.
DIFFERS = "_differs"
_ENDING = ".conflicts.parquet"
# The key before codes of no list come under one code.
_AS_GIVEN = "_as_given"


@dataclass(frozen=True)
class ConflictingRecords:
    """Reads a delivery a second time, for which row is in which line is known only while it is read."""

    plan: FeedPlan
    home: Home
    places: PlaceFinder | None

    def set_aside(self, delivery: Arrived, lost: pl.DataFrame) -> pl.DataFrame:
        """Give the records of all these keys, and write those that contradict another delivery into quarantine."""
        folder = self.home.scratch(self.plan.city.id)
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="again-", dir=folder) as scratch:
            con = connect(Path(scratch), "400MB")
            try:
                opened = open_table(con, self.plan, delivery.path, Path(scratch))
                context = ConformContext(con, self.plan, delivery.period, self.places)
                context.settle(opened)
                found = [self._records_of(rows, lost) for rows in context.good_rows(context.select(opened, ""))]
                records = pl.concat(found) if found else lost.clear()
                if found and not sums_records(self.plan):
                    # Later rows of a key are duplicates within their own delivery.
                    records = records.unique(_AS_GIVEN, keep="first", maintain_order=True)
                contrary = records.filter(pl.col(DIFFERS))
                quarantine = Quarantine(self.file(delivery))
                quarantine.add(contrary[PLACE].to_list(), [[CONTRADICTS_ANOTHER] for _ in range(len(contrary))])
                total = int(con.execute(f"select count(*) from {opened.relation}").fetchall()[0][0])
                quarantine.write([], lambda places: opened.records_of(places, total))
            finally:
                con.close()
        return records

    def file(self, delivery: Arrived) -> Path:
        """Beside the rows that break a rule, but apart: other deliveries may end a conflict."""
        name = f"{delivery.period or 'all'}-{delivery.sha256[:16]}{_ENDING}"
        return self.home.quarantine(self.plan.city.id, self.plan.id) / name

    def forget(self) -> None:
        """Remove what was written of deliveries as they were before."""
        for file in self.home.quarantine(self.plan.city.id, self.plan.id).glob(f"*{_ENDING}"):
            file.unlink()

    def _records_of(self, rows: pl.DataFrame, lost: pl.DataFrame) -> pl.DataFrame:
        """Rows of these keys, each once, with whether any of them contradicts another delivery."""
        rows = rows.with_columns(pl.struct(self.plan.shape.key).alias(_AS_GIVEN))
        rows = unlisted_codes(self.plan).settle(rows).with_row_index("_row")
        key, keyed = list(self.plan.shape.key), rows
        if self.plan.crosswalk and sums_records(self.plan) and "area_id" in key:
            targets = {area: self._areas(area) for area in rows["area_id"].drop_nulls().unique()}
            areas = pl.col("area_id").replace_strict(targets, default=None, return_dtype=pl.List(pl.String))
            keyed = rows.with_columns(areas.alias("area_id")).explode("area_id")
        met = keyed.join(lost, on=key, how="inner", nulls_equal=True)
        return rows.join(met.group_by("_row").agg(pl.col(DIFFERS).any()), on="_row", maintain_order="left")

    def _areas(self, area: str) -> list[str]:
        """Where the figures of an area of another system went: to the city's own, or nowhere where a part was missing."""
        assert self.plan.crosswalk
        mark = f"{self.plan.crosswalk.id}:"
        if not area.startswith(mark):
            return [area]
        return [area, *(code for code, _ in self.plan.crosswalk.find(area.removeprefix(mark)))]
