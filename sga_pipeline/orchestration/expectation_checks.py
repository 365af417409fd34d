"""Each suite of Great Expectations as a check on the published asset it is about, with its result and where to read more."""

from collections.abc import Iterator

import dagster as dg

from sga_pipeline.expectations.suite_results import SuiteResult, suite_results
from sga_pipeline.expectations.suites import all_suites
from sga_pipeline.orchestration.city_partitions import city_of, city_partitions
from sga_pipeline.orchestration.scope import Scope


def expectation_checks(scope: Scope) -> dg.AssetChecksDefinition:
    """One check a suite. dbt ran the suites; this shows them. A failure of our own stops dbt, so a failed check here is about the data."""
    suites = all_suites(scope.assessment.catalogue)
    specs = [
        dg.AssetCheckSpec(
            suite.name,
            asset=dg.AssetKey(suite.asset.split("/")),
            description=f"{suite.title}, as Great Expectations found in summaries of the published tables.",
            partitions_def=city_partitions(scope),
        )
        for suite in suites
    ]

    @dg.multi_asset_check(specs=specs, name="great_expectations", can_subset=True)
    def great_expectations(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        city_id = city_of(scope, context).id
        with scope.home.lock(city_id):
            found = suite_results(scope.home.warehouse(city_id))
        selected = {key.name for key in context.selected_asset_check_keys}
        for suite in suites:
            if suite.name in selected:
                yield _result(
                    scope,
                    dg.AssetKey(suite.asset.split("/")),
                    suite.name,
                    [one for one in found if one.suite == suite.name],
                )

    return great_expectations


def _result(scope: Scope, key: dg.AssetKey, suite: str, found: list[SuiteResult]) -> dg.AssetCheckResult:
    ours = sum(one.failed_us for one in found)
    checked = sum(one.checked for one in found)
    pages = [
        scope.home.published(one.city_id) / "current" / "data_docs" / f"{suite}.html" for one in found if one.checked
    ]
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=suite,
        # Where there was nothing to check, nothing has failed.
        passed=all(one.holds for one in found if one.checked),
        severity=dg.AssetCheckSeverity.ERROR if ours else dg.AssetCheckSeverity.WARN,
        description=None if checked else "There was nothing to check.",
        metadata={
            "expectations checked": checked,
            "failed, about the data": sum(one.failed_world for one in found),
            "failed, about us": ours,
            "data docs": dg.MetadataValue.md("\n".join(f"- {page}" for page in pages) or "none"),
        },
    )
