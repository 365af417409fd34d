"""Which connector speaks a source's protocol."""

from __future__ import annotations

from sga_pipeline.connectors.base import Connector
from sga_pipeline.connectors.database import DatabaseConnector
from sga_pipeline.connectors.file import FileConnector
from sga_pipeline.connectors.http import HttpConnector
from sga_pipeline.connectors.s3 import S3Connector
from sga_pipeline.contracts.assessment import CityPlan, FeedPlan
from sga_pipeline.contracts.sources import DatabaseSource, FileSource, HttpSource, S3Source


def connector_for(plan: FeedPlan, city: CityPlan) -> Connector:
    source, form = plan.feed.source, plan.feed.format
    match source:
        case FileSource():
            return FileConnector(source, city.data_folder(), city.city.data)
        case HttpSource():
            return HttpConnector(source, form)
        case DatabaseSource():
            zone = plan.feed.time_zone or city.city.time_zone
            return DatabaseConnector(source, city.data_folder(), city.city.data, zone)
        case S3Source():
            return S3Connector(source, form)
