"""The one place that calls Great Expectations: a frame and rules in, its results out."""

from __future__ import annotations

import logging
import os
from functools import cache
from typing import Any

from sga_pipeline.expectations.suite import SUBJECT, Rule, Suite
from sga_pipeline.lean_imports import import_when_used, imported_for_good, without

HAS_ROWS, COMPLETE = "summary_has_rows", "summary_is_complete"


def quiet_context() -> Any:
    """A context that keeps nothing, reports to nobody and draws no bars."""
    gx = load_library()
    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    context: Any = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    return context


@cache
def load_library() -> Any:
    """Great Expectations, which reports to nobody. Importing it takes seconds, so it is done when it is needed."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    # A third of its import is for charts, for Markdown and for two expectations, none of which the suites have,
    # and for sources of data that it is not asked to read.
    for module in ("scipy.stats", "altair", "mistune"):
        import_when_used(module)
    with imported_for_good(), without("sqlalchemy", "boto3", "botocore"):
        import great_expectations as gx

    return gx


def validate(context: Any, suite: Suite, frame: Any, at_least: int) -> list[tuple[Rule | None, dict[str, Any]]]:
    """Every expectation of the suite on its summary: the rule it stands for (none for the summary itself) and its result."""
    import great_expectations as gx

    expected = [
        *_of_the_summary(gx, suite, list(frame.columns), at_least),
        *((rule, _expectation(gx, rule)) for rule in suite.rules),
    ]
    for number, (_, one) in enumerate(expected):
        one.meta = {**one.meta, "number": number}
    source = context.data_sources.add_or_update_pandas("duckdb")
    batch = (
        source.add_dataframe_asset(suite.name)
        .add_batch_definition_whole_dataframe("whole")
        .get_batch({"dataframe": frame})
    )
    asked = gx.ExpectationSuite(suite.name, expectations=[one for _, one in expected])
    result = batch.validate(
        asked, result_format={"result_format": "COMPLETE", "unexpected_index_column_names": ["row_number"]}
    )
    found = {one.expectation_config.meta["number"]: one.to_json_dict() for one in result.results}
    return [(rule, found[number]) for number, (rule, _) in enumerate(expected)]


def errored(result: dict[str, Any]) -> str | None:
    """What went wrong inside Great Expectations, where the expectation could not be evaluated at all."""
    info = result.get("exception_info") or {}
    for one in [info, *(value for value in info.values() if isinstance(value, dict))]:
        if one.get("raised_exception"):
            return str(one.get("exception_message") or "no message").strip().splitlines()[0]
    return None


def _of_the_summary(gx: Any, suite: Suite, present: list[str], at_least: int) -> list[tuple[None, Any]]:
    """Nothing passes on an empty summary, nor on a column without values: a null is skipped by every other expectation."""
    known = gx.expectations
    columns = sorted(
        {one for rule in suite.rules for one in [*rule.figures, *_columns(rule)]} | (set(SUBJECT) & set(present))
    )
    return [
        (
            None,
            known.ExpectTableRowCountToBeBetween(
                min_value=max(1, at_least),
                meta={"check": HAS_ROWS},
                description="The summary has the rows it must have.",
            ),
        ),
        *(
            (
                None,
                known.ExpectColumnValuesToNotBeNull(
                    column=column,
                    meta={"check": COMPLETE},
                    description=f"The column {column} of the summary is filled.",
                ),
            )
            for column in columns
        ),
    ]


def _columns(rule: Rule) -> list[str]:
    return [str(value) for key, value in rule.arguments.items() if key in {"column", "column_A", "column_B"}]


def _expectation(gx: Any, rule: Rule) -> Any:
    from great_expectations.expectations.row_conditions import Column

    only = {"row_condition": Column(rule.only_where) == True} if rule.only_where else {}  # noqa: E712
    made = getattr(gx.expectations, rule.expectation)
    return made(**rule.arguments, **only, meta={"check": rule.name}, description=rule.says)
