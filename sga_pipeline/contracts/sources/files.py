"""Sources that are one file: below a folder, behind a web address, in an object store."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from sga_pipeline.contracts.sources.source import AnySource, EnvName, WebAddress, WebSource, starred
from sga_pipeline.contracts.strict_model import Sentence


class FileSource(AnySource):
    """A file below the city's data folder, or dropped in the inbox."""

    connector: Literal["file"]
    # {period} stands for the period asked for; a * in the file's name takes the newest by name.
    address: Sentence

    @field_validator("address")
    @classmethod
    def _one_star_in_the_name(cls, address: str) -> str:
        return starred(address)


class HttpSource(WebSource):
    """A file behind an address, in which {period} stands for the period asked for."""

    connector: Literal["http"]


class S3Source(AnySource):
    """One object of a store that speaks S3: Amazon's own, or one behind an endpoint."""

    connector: Literal["s3"]
    # s3://bucket/key; {period} stands for the period asked for, one * in the last part for the newest by name.
    address: Annotated[str, Field(pattern=r"^s3://[A-Za-z0-9._-]+/[^?#]+$")]
    endpoint: WebAddress | None = None
    region: Annotated[str, Field(pattern=r"^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$")] = "us-east-1"
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
        return starred(address)

    @model_validator(mode="after")
    def _whole_key(self) -> S3Source:
        if (self.key_id_env is None) != (self.secret_env is None):
            raise ValueError("key_id_env and secret_env go together")
        if self.session_token_env and not self.key_id_env:
            raise ValueError("session_token_env needs key_id_env")
        return self
