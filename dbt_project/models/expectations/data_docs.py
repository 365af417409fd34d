"""Grain: city x page: the site that shows each suite's result, rendered here because the library is at hand here alone."""


def model(dbt, session):
    dbt.config(materialized="table")
    from sga_pipeline.expectations.data_docs import data_docs

    return data_docs(dbt.ref("expectation_suites").to_arrow_table().to_pylist())
