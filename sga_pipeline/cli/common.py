"""What every command shares: the home, and tables that suit a terminal or a pipe."""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from sga_pipeline.home import Home

Commands = Any  # argparse names no public type for what add_subparsers gives
FORMATS = ("table", "json", "csv")


def command(commands: Commands, name: str, words: str, run: Any) -> argparse.ArgumentParser:
    """Add a command with the options all commands have."""
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=words, description=words[0].upper() + words[1:] + "."
    )
    parser.add_argument(
        "--home",
        metavar="DIR",
        default=os.environ.get("SGA_HOME", "data"),
        help="where deliveries, the warehouse and releases are kept (default: SGA_HOME, or ./data)",
    )
    parser.set_defaults(run=run)
    return parser


def home_of(arguments: argparse.Namespace) -> Home:
    return Home(Path(arguments.home))


def show(columns: Sequence[str], rows: Iterable[Sequence[Any]], form: str = "table") -> None:
    """Rows as a table people read, or as JSON or CSV for programs."""
    table = [list(row) for row in rows]
    if form == "json":
        print(
            json.dumps(
                [dict(zip(columns, row, strict=True)) for row in table], ensure_ascii=False, indent=1, default=str
            )
        )
    elif form == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([["" if cell is None else cell for cell in row] for row in table])
    elif sys.stdout.isatty():
        _rich_table(columns, table)
    else:
        _plain_table(columns, table)


def _rich_table(columns: Sequence[str], rows: list[list[Any]]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    colours = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "dim"}
    table = Table(box=SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for at, column in enumerate(columns):
        numbers = all(isinstance(row[at], int | float) or row[at] is None for row in rows)
        table.add_column(column, justify="right" if rows and numbers else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(text := _cell(cell), style=colours.get(text, "")) for cell in row))
    Console().print(table)


def _plain_table(columns: Sequence[str], rows: list[list[Any]]) -> None:
    texts = [list(columns), *([_cell(cell).replace("\n", " ") for cell in row] for row in rows)]
    widths = [max(len(row[at]) for row in texts) for at in range(len(columns))]
    for row in texts:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.6g}" if abs(value) < 1e6 else f"{value:,.0f}"
    return ", ".join(str(one) for one in value) if isinstance(value, list) else str(value)
