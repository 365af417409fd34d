"""A table of a database as a source."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from sga_pipeline.contracts.formats import Format
from sga_pipeline.contracts.sources.source import AnySource, EnvName, with_a_host
from sga_pipeline.contracts.strict_model import Code, Contract, Sentence


class OnlyRows(Contract):
    """Rows of a table that may be fetched at all: those with one of these values. What is left out is not counted."""

    column: Sentence
    in_: Annotated[list[Code], Field(alias="in", min_length=1)]


class DatabaseSource(AnySource):
    """One table or view of a database. User and password come from variables of the environment."""

    connector: Literal["database"]
    # postgresql://host:port/database, or sqlite:///file.db for a file below the city's data folder.
    address: Sentence
    # schema.name; a part that holds a full stop or a blank stands in double quotes.
    table: Sentence
    columns: Annotated[list[Sentence], Field(min_length=1)] | Literal["all"] = "all"
    # A key: rows come in its order, and no two rows share it.
    order_by: list[Sentence] = Field(min_length=1)
    # Columns of types that are no plain values, and how they are written.
    read_as: dict[Sentence, Literal["text", "hex", "wkt"]] = {}
    where: list[OnlyRows] = []
    period_column: Sentence | None = None
    # What that column holds: the day or moment of each row, or the period itself (2023-04 in text, 202304 in a number).
    period_holds: Literal["day", "period"] = "day"
    # Rows without a value there belong to no period: refuse the table, or leave them out knowingly.
    undated: Literal["refuse", "leave_out"] = "refuse"
    user_env: EnvName | None = None
    password_env: EnvName | None = None
    # Names the file of the authority that signed the server's certificate, where it is not a public one.
    ca_file_env: EnvName | None = None
    connect_timeout_s: int = Field(default=10, ge=2, le=120)
    lock_timeout_s: float = Field(default=10.0, gt=0, le=600)
    statement_timeout_s: float = Field(default=300.0, gt=0, le=7200)
    total_timeout_s: float = Field(default=1800.0, gt=0, le=7200)
    # Of the values as they lie in memory, before they are packed.
    max_bytes: int = Field(default=10_000_000_000, gt=0)

    @field_validator("address")
    @classmethod
    def _known_and_without_login(cls, address: str) -> str:
        if re.search(r"[@?#\s]", address):
            raise ValueError("an address has no user, password or options; name variables in user_env and password_env")
        if "{" in address:
            raise ValueError("the address of a database has no {period}; name its period_column")
        if not re.fullmatch(r"postgresql://[^/]+/[^/]+|sqlite:///[^/].*", address):
            raise ValueError("write postgresql://host:port/database or sqlite:///file.db")
        if ".." in address.split("/"):
            raise ValueError("a file lies outside the city's data folder")
        return address if address.startswith("sqlite:") else with_a_host(address)

    @field_validator("table")
    @classmethod
    def _named(cls, table: str) -> str:
        table_parts(table)
        return table

    @model_validator(mode="after")
    def _fits_the_database(self) -> DatabaseSource:
        if self.password_env and not self.user_env:
            raise ValueError("password_env needs user_env")
        if self.is_file and (self.user_env or self.ca_file_env):
            raise ValueError("a database file has no user and no certificate")
        if not self.is_file and len(table_parts(self.table)) != 2:
            raise ValueError(f"the table [{self.table}] lacks its schema: write schema.name")
        if self.columns != "all" and len(set(self.columns)) < len(self.columns):
            raise ValueError("a column stands twice in columns")
        if self.columns != "all" and (lost := set(self.read_as) - set(self.columns)):
            raise ValueError(f"read_as names columns that are not fetched: {sorted(lost)}")
        return self

    @property
    def is_file(self) -> bool:
        return self.address.startswith("sqlite:")

    def format_problem(self, form: Format) -> str | None:
        return None if form.kind == "parquet" else "a table is kept as Parquet"

    def period_problem(self) -> str | None:
        if (self.periods is None) == (self.period_column is None):
            return None
        return (
            "the table has periods and no period_column"
            if self.periods
            else "the table has a period_column and no periods"
        )


def table_parts(table: str) -> list[str]:
    """Schema and name, or the name alone, of a table as a contract writes it."""
    part = r'"(?:[^"\x00]|"")+"|[^".\s\x00]+'
    if not re.fullmatch(rf"(?:(?:{part})\.)?(?:{part})", table):
        raise ValueError("write schema.name; a part that holds a full stop or a blank stands in double quotes")
    return [one[1:-1].replace('""', '"') if one.startswith('"') else one for one in re.findall(part, table)]
