"""Results as they are kept: counts and bounds; no value of any row, no clock, no path."""

from __future__ import annotations

import json
from typing import Any

from sga_pipeline.expectations.gx_call import errored

_COUNTS = ("element_count", "unexpected_count", "unexpected_percent", "missing_count", "missing_percent")


def kept(results: list[dict[str, Any]]) -> str:
    """A suite's results as JSON, in the form in which Great Expectations reads them back."""
    return json.dumps([_one(result) for result in results], sort_keys=True, default=float)


def _one(result: dict[str, Any]) -> dict[str, Any]:
    asked = result["expectation_config"]
    error = errored(result)
    shown = {name: value for name, value in result["result"].items() if name in _COUNTS}
    if asked["type"] == "expect_table_row_count_to_be_between" and "observed_value" in result["result"]:
        # How many rows a summary has is nobody's value.
        shown["observed_value"] = result["result"]["observed_value"]
    return {
        "success": bool(result["success"]),
        "result": shown,
        "expectation_config": {
            "type": asked["type"],
            "description": asked.get("description"),
            "meta": {"check": asked["meta"]["check"]},
            "kwargs": {
                name: value for name, value in asked["kwargs"].items() if name not in {"batch_id", "condition_parser"}
            },
        },
        "exception_info": {
            "raised_exception": error is not None,
            "exception_message": error,
            "exception_traceback": None if error is None else "",
        },
    }
