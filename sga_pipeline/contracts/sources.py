"""Where a feed's deliveries come from: one source a protocol, with the address and what may be asked of it."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar, Literal

from pydantic import Field, field_validator, model_validator

from sga_pipeline.contracts.base import Code, Contract, Sentence

Frequency = Literal["A", "Q", "M"]
WebAddress = Annotated[str, Field(pattern=r"^https?://")]
EnvName = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")]


class Periods(Contract):
    """The periods a feed can be asked for one by one."""

    freq: Frequency
    first: Annotated[str, Field(pattern=r"^[0-9]{4}(-(0[1-9]|1[0-2])|-Q[1-4])?$")]
    last: Annotated[str, Field(pattern=r"^[0-9]{4}(-(0[1-9]|1[0-2])|-Q[1-4])?$")] | None = None

    @model_validator(mode="after")
    def _written_alike(self) -> Periods:
        shape = {"A": 4, "Q": 7, "M": 7}[self.freq]
        for text in (self.first, self.last):
            if text and (len(text) != shape or ("Q" in text) != (self.freq == "Q")):
                raise ValueError(f"the period [{text}] is not written as frequency {self.freq} asks")
        if self.last and self.last < self.first:
            raise ValueError(f"the last period [{self.last}] comes before the first [{self.first}]")
        return self


def _starred(address: str) -> str:
    """An address whose last part may hold one *, which stands for what changes in a name."""
    if "*" in address.rpartition("/")[0] or address.count("*") > 1:
        raise ValueError("one * may stand in the last part of the address, and nowhere else")
    return address


def _period_in_address(address: str, periods: Periods | None) -> str | None:
    if "{period}" in address and periods is None:
        return "the address has {period} and no periods"
    if "{period}" not in address and periods is not None:
        return "the address lacks {period}"
    return None


class FileSource(Contract):
    """A file below the city's data folder, or dropped in the inbox."""

    connector: Literal["file"]
    # {period} stands for the period asked for; a * in the file's name takes the newest by name.
    address: Sentence
    periods: Periods | None = None

    @field_validator("address")
    @classmethod
    def _one_star_in_the_name(cls, address: str) -> str:
        return _starred(address)

    def period_problem(self) -> str | None:
        """Why the periods declared cannot be asked for; None where they can."""
        return _period_in_address(self.address, self.periods)


class WebSource(Contract):
    """What every source behind a web address may say: how long to wait, how much to take, and where the token is."""

    address: WebAddress
    periods: Periods | None = None
    connect_timeout_s: float = Field(default=10.0, gt=0, le=120)
    read_timeout_s: float = Field(default=30.0, gt=0, le=600)
    total_timeout_s: float = Field(default=600.0, gt=0, le=7200)
    max_bytes: int = Field(default=2_000_000_000, gt=0)
    retries: int = Field(default=3, ge=0, le=10)
    # Name of an environment variable that holds the token; the value is never stored.
    token_env: EnvName | None = None
    # Hosts a redirect may lead to, beside the address's own.
    redirect_hosts: list[str] = []

    # The request header a token goes into, and how it is written there.
    token_header: ClassVar[str] = "Authorization"
    token_form: ClassVar[str] = "Bearer {}"

    def period_problem(self) -> str | None:
        """Why the periods declared cannot be asked for; None where they can."""
        return _period_in_address(self.address, self.periods)


class HttpSource(WebSource):
    """A file behind an address, in which {period} stands for the period asked for."""

    connector: Literal["http"]


class OnlyRows(Contract):
    """Rows of a table that may be fetched at all: those with one of these values. What is left out is not counted."""

    column: Sentence
    in_: Annotated[list[Code], Field(alias="in", min_length=1)]


class DatabaseSource(Contract):
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
    periods: Periods | None = None
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
        if not re.fullmatch(r"postgresql://[^/]+/[^/]+|sqlite:///[^/].*", address):
            raise ValueError("write postgresql://host:port/database or sqlite:///file.db")
        if ".." in address.split("/"):
            raise ValueError("a file lies outside the city's data folder")
        return address

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

    def period_problem(self) -> str | None:
        """Why the periods declared cannot be asked for; None where they can."""
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


class S3Source(Contract):
    """One object of a store that speaks S3: Amazon's own, or one behind an endpoint."""

    connector: Literal["s3"]
    # s3://bucket/key; {period} stands for the period asked for, one * in the last part for the newest by name.
    address: Annotated[str, Field(pattern=r"^s3://[A-Za-z0-9._-]+/[^?#]+$")]
    periods: Periods | None = None
    endpoint: WebAddress | None = None
    region: Annotated[str, Field(pattern=r"^[a-z0-9-]+$")] = "us-east-1"
    # Variables that hold the key's id, its secret, and the token of a passing key; without them the store is asked as anybody.
    key_id_env: EnvName | None = None
    secret_env: EnvName | None = None
    session_token_env: EnvName | None = None
    # Off for stores whose ETag looks like an MD5 sum of the object and is not.
    etag_is_md5: bool = True
    connect_timeout_s: float = Field(default=10.0, gt=0, le=120)
    read_timeout_s: float = Field(default=30.0, gt=0, le=600)
    total_timeout_s: float = Field(default=600.0, gt=0, le=7200)
    max_bytes: int = Field(default=2_000_000_000, gt=0)
    retries: int = Field(default=3, ge=0, le=10)

    @field_validator("address")
    @classmethod
    def _one_star_in_the_name(cls, address: str) -> str:
        return _starred(address)

    @model_validator(mode="after")
    def _whole_key(self) -> S3Source:
        if (self.key_id_env is None) != (self.secret_env is None):
            raise ValueError("key_id_env and secret_env go together")
        if self.session_token_env and not self.key_id_env:
            raise ValueError("session_token_env needs key_id_env")
        return self

    def period_problem(self) -> str | None:
        """Why the periods declared cannot be asked for; None where they can."""
        return _period_in_address(self.address, self.periods)


Source = Annotated[FileSource | HttpSource | DatabaseSource | S3Source, Field(discriminator="connector")]
