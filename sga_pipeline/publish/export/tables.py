"""The tables of a release as CSV, Parquet and one workbook."""

from __future__ import annotations

import csv
import shutil
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from sga_pipeline.publish.query import run_query

# What one sheet of a workbook can hold.
SHEET_ROWS = 1_048_575


def tables_of(release: Path) -> list[str]:
    """Names of the downloads, evidence/ before those of evidence."""
    folder = release / "downloads"
    return sorted(str(file.relative_to(folder).with_suffix("")) for file in folder.rglob("*.parquet"))


def plain(value: Any) -> Any:
    """A value as a cell of text or number; lists joined, nothing for null."""
    if isinstance(value, list):
        return ";".join(str(one) for one in value)
    return value.isoformat() if isinstance(value, date | datetime) else value


def write_csv(release: Path, folder: Path) -> list[Path]:
    """One CSV a table; an empty cell is null."""
    written = []
    for table in tables_of(release):
        names, rows = run_query(release, f"select * from {table.replace('/', '.')} order by all")
        target = folder / f"{table}.csv"
        target.parent.mkdir(exist_ok=True)
        with target.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(names)
            writer.writerows([plain(cell) for cell in row] for row in rows)
        written.append(target)
    return written


def write_parquet(release: Path, folder: Path) -> list[Path]:
    """The release's own downloads."""
    written = []
    for table in tables_of(release):
        target = folder / f"{table}.parquet"
        target.parent.mkdir(exist_ok=True)
        written.append(Path(shutil.copyfile(release / "downloads" / f"{table}.parquet", target)))
    return written


def write_xlsx(release: Path, folder: Path) -> list[Path]:
    """A workbook of two sheets a reader asks for first, with the catalogue and the sources behind them."""
    target = folder / "assessment.xlsx"
    with xlsxwriter.Workbook(
        str(target), {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        bold = book.add_format({"bold": True})
        for table in ("observations", "comparisons", "gaps", "indicators", "areas", "sources", "deliveries"):
            columns = "* exclude (geometry)" if table == "areas" else "*"
            # Of observations the years; months and quarters are in the other formats.
            where = "where freq = 'A' and value is not null" if table == "observations" else ""
            names, rows = run_query(release, f'select {columns} from "{table}" {where} order by all limit {SHEET_ROWS}')
            sheet = book.add_worksheet(table)
            sheet.freeze_panes(1, 0)
            sheet.write_row(0, 0, names, bold)
            for at, row in enumerate(rows, start=1):
                for column, cell in enumerate(row):
                    if cell is not None:
                        sheet.write(at, column, plain(cell))
    return [target]
