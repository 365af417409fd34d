"""dagster-dbt without dbt, which only the process that builds the warehouse needs: a third of what it takes to import Dagster's side (ADR 16).

dagster-dbt serves places where dbt-core is not installed. It then knows dbt's statuses by itself, and takes all nodes of the
manifest, which is what is asked of it here.
"""

from sga_pipeline.lean_imports import without

with without("dbt.version"):
    from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtCliInvocation, DbtProject, dbt_assets

__all__ = ["DagsterDbtTranslator", "DagsterDbtTranslatorSettings", "DbtCliInvocation", "DbtProject", "dbt_assets"]
