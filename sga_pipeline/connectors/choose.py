"""Which connector serves a source's protocol."""

from __future__ import annotations

from sga_pipeline.connectors.connector import Connector
from sga_pipeline.connectors.health.dhis2 import Dhis2Connector
from sga_pipeline.connectors.health.fhir import FhirConnector
from sga_pipeline.connectors.portals.arcgis import ArcgisConnector
from sga_pipeline.connectors.portals.ckan import CkanConnector
from sga_pipeline.connectors.portals.opendatasoft import OpendatasoftConnector
from sga_pipeline.connectors.portals.socrata import SocrataConnector
from sga_pipeline.connectors.statistics.opensdg import OpensdgConnector
from sga_pipeline.connectors.statistics.pxweb import PxwebConnector
from sga_pipeline.connectors.statistics.sdmx import SdmxConnector
from sga_pipeline.connectors.stores.database import DatabaseConnector
from sga_pipeline.connectors.stores.file import FileConnector
from sga_pipeline.connectors.stores.http import HttpConnector
from sga_pipeline.connectors.stores.s3 import S3Connector
from sga_pipeline.contracts.assessment import CityPlan, FeedPlan
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


def connector_for(plan: FeedPlan, city: CityPlan) -> Connector:
    source, form = plan.feed.source, plan.feed.format
    match source:
        case FileSource():
            return FileConnector(source, *city.files_of(plan))
        case HttpSource():
            return HttpConnector(source, form)
        case SdmxSource():
            return SdmxConnector(source, form)
        case CkanSource():
            return CkanConnector(source, form)
        case SocrataSource():
            return SocrataConnector(source, form)
        case OpendatasoftSource():
            return OpendatasoftConnector(source, form)
        case ArcgisSource():
            return ArcgisConnector(source, form)
        case PxwebSource():
            return PxwebConnector(source, form)
        case OpensdgSource():
            return OpensdgConnector(source, form)
        case Dhis2Source():
            return Dhis2Connector(source, form)
        case FhirSource():
            return FhirConnector(source, form)
        case DatabaseSource():
            zone = plan.feed.time_zone or city.city.time_zone
            return DatabaseConnector(source, *city.files_of(plan), zone)
        case S3Source():
            return S3Connector(source, form)
