"""Grain: city x suite. Great Expectations on summaries of the tables that a release will hold."""


def model(dbt, session):
    """Check the tables in the package; dbt writes the result."""
    dbt.config(materialized="table")
    # Imported here: dbt parses this file wherever it looks at the project, and runs it once.
    from sga_pipeline.expectations.run_suites import check_published

    return check_published(
        session,
        {
            "observations": dbt.ref("observations"),
            "areas": dbt.ref("areas"),
            "cities": dbt.ref("cities"),
            "indicators": dbt.ref("indicators"),
            "feeds": dbt.source("run_records", "feeds"),
        },
    )
