"""What every source says and can be asked about itself."""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from sga_pipeline.contracts.formats import Format
from sga_pipeline.contracts.strict_model import Contract

Frequency = Literal["A", "Q", "M"]


def with_a_host(address: str) -> str:
    """An address that names a host, and no port that is none: any other fails only once somebody is to be asked."""
    try:
        parts = urlsplit(address)
        # A port that is none raises only when it is asked for.
        found = parts.hostname if (parts.port or 0) >= 0 else None
    except ValueError:
        found = None
    if not found or re.search(r"[\s!\"'<>\\^`|]", found):
        raise ValueError(f"the address [{address}] has no host, or a port that is none")
    return address


WebAddress = Annotated[str, Field(pattern=r"^https?://"), AfterValidator(with_a_host)]
EnvName = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")]


def _number_or_all(given: Any) -> Any:
    if given is None or given == "all" or (type(given) is int and 0 <= given <= 1200):
        return given
    raise ValueError("write how many of the newest periods are asked for again, 0 to 1200, or all")


class Periods(Contract):
    """The periods a feed can be asked for one by one."""

    freq: Frequency
    first: Annotated[str, Field(pattern=r"^(19|20)[0-9]{2}(-(0[1-9]|1[0-2])|-Q[1-4])?$")]
    last: Annotated[str, Field(pattern=r"^(19|20)[0-9]{2}(-(0[1-9]|1[0-2])|-Q[1-4])?$")] | None = None
    # How many of the newest ended periods are asked for again in every pull, for sources that still change them.
    # Older ones that are here are left alone until somebody asks for them. `all`: each is asked for again every time.
    # Not given: three; and all of a folder's, where looking costs nothing.
    revisable: Annotated[
        Annotated[int, Field(ge=0, le=1200)] | Literal["all"] | None, BeforeValidator(_number_or_all)
    ] = None

    @model_validator(mode="after")
    def _written_alike(self) -> Periods:
        shape = {"A": 4, "Q": 7, "M": 7}[self.freq]
        for text in (self.first, self.last):
            if text and (len(text) != shape or ("Q" in text) != (self.freq == "Q")):
                raise ValueError(f"the period [{text}] is not written as frequency {self.freq} asks")
        if self.last and self.last < self.first:
            raise ValueError(f"the last period [{self.last}] comes before the first [{self.first}]")
        return self


def starred(address: str) -> str:
    """An address whose last part may hold one *, which stands for what changes in a name."""
    if "*" in address.rpartition("/")[0] or address.count("*") > 1:
        raise ValueError("one * may stand in the last part of the address, and nowhere else")
    return address


class AnySource(Contract):
    """What every source can be asked about itself. Most have {period} in the address where they have periods."""

    address: str
    periods: Periods | None = None

    def period_problem(self) -> str | None:
        """Why the periods declared cannot be asked for; None where they can."""
        if "{period}" in self.address and self.periods is None:
            return "the address has {period} and no periods"
        if "{period}" not in self.address and self.periods is not None:
            return "the address lacks {period}"
        return None

    def format_problem(self, form: Format) -> str | None:
        """Why an answer cannot be of a format; None where it can."""
        return None


class WebSource(AnySource):
    """What every source behind a web address may say: how long to wait, how much to take, and where the token is."""

    address: Annotated[str, Field(pattern=r"^https?://")]
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

    @field_validator("address")
    @classmethod
    def _names_a_host(cls, address: str) -> str:
        return with_a_host(address)

    def written_token(self, token: str) -> str:
        """The token as the header holds it."""
        return self.token_form.format(token)
