"""Which connector speaks a source's protocol."""

from __future__ import annotations

from sga_pipeline.connectors.base import Connector
from sga_pipeline.connectors.dhis2 import Dhis2Connector
from sga_pipeline.connectors.file import FileConnector
from sga_pipeline.connectors.http import HttpConnector
from sga_pipeline.contracts.assessment import CityPlan, FeedPlan
from sga_pipeline.contracts.sources import Dhis2Source, FileSource, HttpSource


def connector_for(plan: FeedPlan, city: CityPlan) -> Connector:
    source, form = plan.feed.source, plan.feed.format
    match source:
        case FileSource():
            return FileConnector(source, city.data_folder(), city.city.data)
        case HttpSource():
            return HttpConnector(source, form)
        case Dhis2Source():
            return Dhis2Connector(source, form)
