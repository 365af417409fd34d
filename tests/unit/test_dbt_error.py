"""The one sentence of dbt's output that a person needs: which model, and why."""

from __future__ import annotations

import pytest

from sga_pipeline.orchestration.dbt_error import first_dbt_error

SQL = """
10:00:00  7 of 9 ERROR creating sql table model main.areas  [ERROR in 0.02s]
  Runtime Error in model areas (models/main/areas.sql)
  Conversion Error: Could not convert string 'x' to INT32

  compiled code at target/compiled/areas.sql
"""
PYTHON = """
  Runtime Error in model expectation_suites (models/expectations/expectation_suites.py)
  Python model failed:
  Traceback (most recent call last):
    File "environments.py", line 286, in run_python_job
      df = module.model(dbt, con)
           ^^^^^^^^^^^^^^^^^^^^^^
  ValueError: the suite [x] is not known

  compiled code at target/compiled/expectation_suites.py
"""
TEST = """
  Failure in test unique_grain_areas (models/main/areas.yml)
  Got 1 result, configured to fail if != 0

  compiled code at target/compiled/unique_grain_areas.sql
"""


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        (
            SQL,
            "Runtime Error in model areas (models/main/areas.sql) Conversion Error: Could not convert string 'x' to INT32",
        ),
        (
            PYTHON,
            "Runtime Error in model expectation_suites (models/expectations/expectation_suites.py) Python model failed: "
            "ValueError: the suite [x] is not known",
        ),
        (TEST, "Failure in test unique_grain_areas (models/main/areas.yml) Got 1 result, configured to fail if != 0"),
        ("Done. PASS=3\n", None),
    ],
)
def test_the_node_and_the_reason_are_found(output: str, sentence: str | None) -> None:
    assert first_dbt_error(output) == sentence
