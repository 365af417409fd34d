"""Which connector speaks a source's protocol."""

from __future__ import annotations

from sga_pipeline.connectors.base import Connector
from sga_pipeline.connectors.file import FileConnector
from sga_pipeline.connectors.http import HttpConnector
from sga_pipeline.connectors.sdmx import SdmxConnector
from sga_pipeline.contracts.assessment import CityPlan, FeedPlan
from sga_pipeline.contracts.sources import FileSource, HttpSource, SdmxSource


def connector_for(plan: FeedPlan, city: CityPlan) -> Connector:
    source, form = plan.feed.source, plan.feed.format
    match source:
        case FileSource():
            return FileConnector(source, city.data_folder(), city.city.data)
        case HttpSource():
            return HttpConnector(source, form)
        case SdmxSource():
            return SdmxConnector(source, form)
