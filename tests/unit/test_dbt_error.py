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

ROWS = (
    '10:00:01  rows that failed: {"table": "main/areas", "rows": [{"rows_found": "2"}], "rows_n": 1}\n'
    '10:00:01  rows that failed: {"table": "main/observations", "rows_n": 7, "rows": ['
    '{"city_id": "xx_a", "feed_id": "police", "area_id": "d2", "start": "2023-01-01", "period": "2023"}, '
    '{"city_id": "xx_b", "indicator_id": "crime.x", "figures": "{\\"whole\\": 50}"}]}\n'
)


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
        (TEST, "a table of the warehouse contradicts itself, and the rows could not be read."),
        (
            TEST + ROWS,
            "figures in the table [main/observations] contradict each other: city [xx_a], feed [police], area [d2], "
            'period [2023]; city [xx_b], indicator [crime.x], {"whole": 50} and 5 more. Look at what the feed delivered '
            "for this place and period and correct it or leave the feed out, or run the other cities without [xx_a, xx_b].",
        ),
        ("Done. PASS=3\n", None),
    ],
)
def test_the_node_and_the_reason_are_found(output: str, sentence: str | None) -> None:
    assert first_dbt_error(output) == sentence
