"""The results of a suite as rows: one for each expectation and what it is about, with the figures and the query that show them."""

from __future__ import annotations

import json
from typing import Any

from sga_pipeline.expectations.gx_call import COMPLETE, HAS_ROWS, errored
from sga_pipeline.expectations.suite import PLACE, SUBJECT, Rule, Suite


def outcomes(suite: Suite, frame: Any, results: list[tuple[Rule | None, dict[str, Any]]]) -> list[dict[str, Any]]:
    """Rows of the table of expectations, without the city."""
    of_summary = [result for rule, result in results if rule is None]
    rows = [
        _summary_row(suite, HAS_ROWS, of_summary[:1], len(frame)),
        _summary_row(suite, COMPLETE, of_summary[1:], len(frame)),
    ]
    records = frame.to_dict("records")
    for rule, result in results:
        if rule is not None:
            rows += _rule_rows(suite, rule, result, records)
    return rows


def nothing_to_check(suite: Suite) -> list[dict[str, Any]]:
    """Where a city has nothing of the kind, the suite neither passes nor fails: it is unknown."""
    return [_row(suite, HAS_ROWS, "us", None, 0, 0)]


def _summary_row(suite: Suite, name: str, results: list[dict[str, Any]], rows_n: int) -> dict[str, Any]:
    failed = [one for one in results if not one["success"]]
    counted = sum(int(one["result"].get("unexpected_count") or 0) for one in failed)
    row = _row(suite, name, "us", not failed, max(counted, 1) if failed else 0, rows_n)
    return _with_error(row, next(filter(None, map(errored, failed)), None))


def _rule_rows(suite: Suite, rule: Rule, result: dict[str, Any], records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if error := errored(result):
        return [_with_error(_row(suite, rule.name, "us", False, len(records), len(records)), error)]
    failing = {int(one["row_number"]) for one in result["result"].get("unexpected_index_list") or []}
    subjects: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for record in records:
        if rule.only_where is None or record[rule.only_where]:
            subjects.setdefault((*(record.get(name) for name in SUBJECT), suite.about_of(record)), []).append(record)
    rows = []
    for (*_, about), of_subject in subjects.items():
        failed = [one for one in of_subject if one["row_number"] in failing]
        row = _row(suite, rule.name, about, not failed, len(failed), len(of_subject), rule)
        # Summaries come worst first, so the first is the one to show.
        rows.append(row | _shown(rule, (failed or of_subject)[0], bool(failed)))
    return rows


def _row(
    suite: Suite, name: str, about: str, passed: bool | None, failed: int, checked: int, rule: Rule | None = None
) -> dict[str, Any]:
    found = rule.rule_id if rule and about == "world" else None
    return {
        "engine": "gx",
        "suite": suite.name,
        "check_name": f"{suite.name}:{name}",
        "asset": suite.asset,
        "severity": rule.severity if rule else "high",
        "passed": passed,
        "failed_rows": failed,
        "checked_rows": checked,
        "about": about,
        "gap_code": "G10a" if found else None,
        "rule_id": found,
        "indicator_id": None,
        "feed_id": None,
        "area_id": None,
        "period": None,
        "figures": None,
        "evidence_query": None,
    }


def evidence_of(rule: Rule, record: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """The figures of a row of a summary, and the query over the tables of a release that returns them."""
    figures = {name: _plain(record[name]) for name in rule.figures}
    return figures, rule.evidence.format(**{name: _sql_text(value) for name, value in record.items()}).strip()


def _shown(rule: Rule, record: dict[str, Any], failed: bool) -> dict[str, Any]:
    subject = {name: record.get(name) for name in SUBJECT}
    if not failed:
        return subject
    figures, query = evidence_of(rule, record)
    place = {name: record.get(name) for name in PLACE}
    return {**subject, **place, "figures": json.dumps(figures, ensure_ascii=False), "evidence_query": query}


def _with_error(row: dict[str, Any], error: str | None) -> dict[str, Any]:
    return row if error is None else row | {"figures": json.dumps({"errored": error})}


def _plain(value: Any) -> Any:
    plain = value.item() if hasattr(value, "item") else value
    return int(plain) if isinstance(plain, float) and plain.is_integer() and abs(plain) < 2**53 else plain


def _sql_text(value: Any) -> str:
    plain = _plain(value)
    return plain.replace("'", "''") if isinstance(plain, str) else str(plain)
