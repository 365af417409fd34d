"""Where a feed's deliveries come from: one source a protocol, with the address and what may be asked of it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sga_pipeline.contracts.sources.database import DatabaseSource
from sga_pipeline.contracts.sources.files import FileSource, HttpSource, S3Source
from sga_pipeline.contracts.sources.portals import (
    ArcgisSource,
    CkanSource,
    OpendatasoftSource,
    OpensdgSource,
    PxwebSource,
    SocrataSource,
)
from sga_pipeline.contracts.sources.services import Dhis2Source, FhirSource, SdmxSource

Source = Annotated[
    FileSource
    | HttpSource
    | DatabaseSource
    | S3Source
    | Dhis2Source
    | FhirSource
    | SdmxSource
    | CkanSource
    | SocrataSource
    | OpendatasoftSource
    | ArcgisSource
    | PxwebSource
    | OpensdgSource,
    Field(discriminator="connector"),
]
