"""Cities as partitions: what is made of a city up to its release is a partition of its name, and touches no other city."""

import dagster as dg

from sga_pipeline.contracts.assessment import CityPlan
from sga_pipeline.orchestration.scope import Scope


def city_partitions(scope: Scope) -> dg.PartitionsDefinition[str]:
    """One partition for each city of the code location."""
    return dg.StaticPartitionsDefinition([city.id for city in scope.assessment.cities])


def city_of(scope: Scope, context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext) -> CityPlan:
    """The city that a run is about."""
    return scope.assessment.city(context.run.tags["dagster/partition"])
