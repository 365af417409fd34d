"""Mappings: the CSV files that translate a feed's own codes, read and checked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sga_pipeline.contracts.contract_text import is_there
from sga_pipeline.contracts.csv_rows import Row, read_rows
from sga_pipeline.contracts.yaml_reader import Document
from sga_pipeline.errors import ContractError, Problem


@dataclass(frozen=True)
class MappingTable:
    """A code mapping as read: the key column and the rows."""

    key: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    file: Path


def read_mapping(file: Path, key: str, document: Document, name: str) -> MappingTable:
    """Read the file that a feed names; a code may be in it once."""
    if not is_there(file):
        message = "the mapping file does not exist"
        step = "Create it or correct the name."
        raise ContractError([document.problem(message, step, file, "mappings", name)])
    rows = read_rows(file)
    if not rows or key not in rows[0]:
        raise ContractError([Problem("the mapping has no rows or lacks its key column", "Add it.", key, file, 1)])
    seen: set[str] = set()
    for row in rows:
        if not row[key]:
            step = "Write the code; what an empty cell stands for is said by the step default."
            raise ContractError([row.problem("a row of the mapping has no code", step, key)])
        if row[key] in seen:
            raise ContractError([row.problem("the code is mapped twice", "Keep one of the two.", key)])
        seen.add(row[key])
    return MappingTable(key, tuple(rows[0]), tuple(rows), file)
