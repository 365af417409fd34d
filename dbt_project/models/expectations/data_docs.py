"""Grain: city x page. The site that shows each suite's result, rendered here because only this process has the library loaded."""


def model(dbt, session):
    """Render the stored results of each city."""
    dbt.config(materialized="table")
    from sga_pipeline.expectations.data_docs import data_docs

    return data_docs(dbt.ref("expectation_suites").to_arrow_table().to_pylist())
