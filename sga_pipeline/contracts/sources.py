"""Where a feed's deliveries come from: one source a protocol, with the address and what may be asked of it."""

from __future__ import annotations

from base64 import b64encode
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from sga_pipeline.contracts.base import Contract, Sentence

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


def _period_in_address(address: str, periods: Periods | None) -> str | None:
    if "{period}" in address and periods is None:
        return "the address has {period} and no periods"
    if "{period}" not in address and periods is not None:
        return "the address lacks {period}"
    return None


class FileSource(Contract):
    """A file below the city's data folder, or dropped in the inbox."""

    connector: Literal["file"]
    # {period} stands for the period asked for.
    address: Sentence
    periods: Periods | None = None

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

    def written_token(self, token: str) -> str:
        """The token as the header holds it."""
        return self.token_form.format(token)

    def period_problem(self) -> str | None:
        """Why the periods declared cannot be asked for; None where they can."""
        return _period_in_address(self.address, self.periods)


class HttpSource(WebSource):
    """A file behind an address, in which {period} stands for the period asked for."""

    connector: Literal["http"]


# Eleven letters and digits name a thing on every DHIS2 server; data may be a pair of them, or carry a word such as REPORTING_RATE.
Dhis2Id = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9]{10}$")]
Dhis2Data = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9]{10}([.][A-Za-z0-9_*]{1,40}){0,2}$")]


class Dhis2Source(WebSource):
    """A DHIS2 server: aggregated figures, raw values of data sets, or its units; the address is that of the server."""

    connector: Literal["dhis2"]
    resource: Literal["analytics", "data_values", "units"] = "analytics"
    # Data elements, indicators and reporting rates; for data_values, data sets.
    data: list[Dhis2Data] = Field(default=[], max_length=200)
    org_units: list[Dhis2Id] = Field(min_length=1, max_length=200)
    # Levels asked for below the units; the units themselves where none is given.
    org_unit_level: list[Annotated[int, Field(ge=1, le=20)]] = []
    # Whether figures are told apart by category option combination.
    co: bool = False
    # Whether codes, paths and names of the units come along as further pages.
    with_units: bool = True
    # Boundaries of the units, with resource: units.
    geometry: bool = False
    api_version: Annotated[int, Field(ge=24, le=99)] | None = None
    # Servers older than 2.37 know no tokens: there token_env names a variable that holds user:password.
    login: Literal["token", "password"] = "token"

    token_form: ClassVar[str] = "ApiToken {}"

    def written_token(self, token: str) -> str:
        if self.login == "password":
            return f"Basic {b64encode(token.encode()).decode()}"
        return super().written_token(token)

    def period_problem(self) -> str | None:
        if self.resource == "units":
            return "units have no periods" if self.periods else None
        return None if self.periods else "figures are asked for period by period, and no periods are given"

    @model_validator(mode="after")
    def _keys_go_together(self) -> Dhis2Source:
        if (self.resource == "units") == bool(self.data):
            raise ValueError("data names what is asked for: figures need it, and units have none")
        if self.resource == "data_values" and self.org_unit_level:
            raise ValueError("data_values gives all below the org_units, and knows no org_unit_level")
        if self.co and self.resource != "analytics":
            raise ValueError("co belongs to resource: analytics; data_values always tells them apart")
        if self.geometry and self.resource != "units":
            raise ValueError("geometry belongs to resource: units")
        if "?" in self.address or "#" in self.address or "/api" in self.address:
            raise ValueError(
                f"the address [{self.address}] is not that of the server alone; leave out /api and what follows"
            )
        return self


Source = Annotated[FileSource | HttpSource | Dhis2Source, Field(discriminator="connector")]
