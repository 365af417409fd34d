"""Where a feed's deliveries come from: one source a protocol, with the address and what may be asked of it."""

from __future__ import annotations

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

    def period_problem(self) -> str | None:
        """Why the periods declared cannot be asked for; None where they can."""
        return _period_in_address(self.address, self.periods)


class HttpSource(WebSource):
    """A file behind an address, in which {period} stands for the period asked for."""

    connector: Literal["http"]


class SdmxSource(WebSource):
    """A data flow of an SDMX web service; `address` is the service's base, and periods are asked for by their start and end."""

    connector: Literal["sdmx"]
    version: Literal["2.1", "3.0"]
    # As SDMX writes it: agency,flow,version; version 2.1 knows `flow` and `agency,flow` as well.
    flow: Annotated[str, Field(pattern=r"^[A-Za-z0-9_@$.\-]+(,[A-Za-z0-9_@$.\-]+(,[0-9A-Za-z.*+~\-]+)?)?$")]
    # A code for each dimension, parted by dots; nothing between two dots (3.0: *) is every code.
    key: Annotated[str, Field(pattern=r"^[A-Za-z0-9_@$*+,.\-]+$")] | None = None
    ask_for: Literal["csv", "xml", "generic_xml", "json"] = "csv"
    # Whether structure and code lists are fetched too, and kept in the same delivery.
    structure: bool = False

    @model_validator(mode="after")
    def _fits_its_version(self) -> SdmxSource:
        if self.version == "3.0" and self.flow.count(",") != 2:
            raise ValueError(f"version 3.0 asks for agency,flow,version; the flow is [{self.flow}]")
        if self.version == "3.0" and self.ask_for == "generic_xml":
            raise ValueError("version 3.0 knows no generic_xml; ask for xml, json or csv")
        if {"?", "#"} & set(self.address):
            raise ValueError(f"the address is the base of the service, without ? or #; it is [{self.address}]")
        if self.key and set(self.key) == {"."}:
            # On its way such a key would be taken for a path to the folder above.
            raise ValueError(f"a key of dots alone asks for everything; leave key out in place of [{self.key}]")
        strange = set(self.key or "") & set("*," if self.version == "2.1" else "+")
        if strange:
            raise ValueError(f"a key of version {self.version} has no [{min(strange)}]; the key is [{self.key}]")
        return self

    def period_problem(self) -> str | None:
        """Periods are asked for by start and end, and have no place in the address."""
        return "the address of an SDMX service has no {period}" if "{period}" in self.address else None


Source = Annotated[FileSource | HttpSource | SdmxSource, Field(discriminator="connector")]
