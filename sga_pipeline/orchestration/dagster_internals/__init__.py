"""The one place that leans on parts of Dagster and dagster-dbt that they do not promise to keep.

`tests/unit/test_dagster_internals.py` checks each of them, and says after an upgrade what changed and what to look at.
"""
