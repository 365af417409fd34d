"""Rules, sentences and thresholds fit each other: each rule has all three, and a sentence names only what its findings know."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[2]
# What every finding knows, and what one knows of its feed, its indicator or its dimension.
ALWAYS = {"city", "as_of", "owner", "scope"}
OF_SCOPE = {"feed_id": {"title"}, "indicator_id": {"indicator"}, "dimension": {"level", "series", "column", "category"}}


def rows(name: str) -> list[dict[str, str]]:
    with (PROJECT / "contracts" / "catalogue" / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def kinds() -> list[dict[str, Any]]:
    files = (PROJECT / "dbt_project" / "models" / "evidence" / "gap_kinds").glob("*.yml")
    loaded = (yaml.safe_load(file.read_text(encoding="utf-8")) for file in sorted(files))
    return [model["config"]["meta"] for one in loaded for model in one.get("models", [])]


RULES = [(kind["gap_code"], name, rule) for kind in kinds() for name, rule in kind["rules"].items()]
SENTENCES = {row["rule_id"]: row for row in rows("statements")}
LIMITS = {(row["gap_code"], row["metric"]) for row in rows("thresholds")}


def test_there_are_rules_to_look_at() -> None:
    assert len(RULES) > 50 and len({code for code, _, _ in RULES}) == 29


@pytest.mark.parametrize(("code", "name", "rule"), RULES, ids=[name for _, name, _ in RULES])
def test_a_rule_has_its_sentences_and_its_limits(code: str, name: str, rule: dict[str, Any]) -> None:
    assert name in SENTENCES, f"statements.csv has no row for the rule [{name}]"
    assert SENTENCES[name]["gap_code"] == code
    metrics = set(rule["metrics"])
    assert metrics & {metric for of, metric in LIMITS if of == code} == metrics, (
        f"thresholds.csv lacks one of {metrics}"
    )
    known = (
        ALWAYS
        | set(rule["figures"])
        | set(rule["scope"])
        | {one for scope in rule["scope"] for one in OF_SCOPE.get(scope, set())}
    )
    for text in ("statement", "recommendation"):
        named = set(re.findall(r"\{([a-z_0-9]+)\}", SENTENCES[name][text]))
        assert named <= known, f"the {text} of [{name}] names what its findings do not know: {sorted(named - known)}"


def test_no_limit_is_without_a_metric() -> None:
    graded = {(code, metric) for code, _, rule in RULES for metric in rule["metrics"]}
    # Expectations bring their metrics themselves.
    of_expectations = (PROJECT / "dbt_project" / "models" / "gaps" / "findings_of_expectations.sql").read_text("utf-8")
    left = {(code, metric) for code, metric in LIMITS - graded if f"'{metric}'" not in of_expectations}
    assert not left
