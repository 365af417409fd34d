"""dbt as Dagster calls it: started once, in the home, with the project as it was parsed for the asset graph."""

import os
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dagster as dg
from packaging.version import Version

from sga_pipeline.orchestration.dagster_internals.dagster_dbt_alone import (
    DagsterDbtTranslator,
    DbtCliInvocation,
    DbtProject,
)
from sga_pipeline.orchestration.progress import report_progress

TABLES = {"model", "seed"}


def stream_dbt(
    arguments: list[str],
    *,
    context: dg.AssetExecutionContext,
    project: DbtProject,
    translator: DagsterDbtTranslator,
    manifest: Mapping[str, Any],
    target: Path,
    environment: Mapping[str, str],
) -> Iterator[Any]:
    """Run dbt and give its results as events of Dagster, those of the selected assets and checks alone.

    `DbtCliResource.cli` would ask dbt for its version in a process of its own, and load dbt a second time to count rows (ADR 16).
    """
    nodes = manifest["nodes"].values()
    tables = sum(node["resource_type"] in TABLES for node in nodes)
    report_progress("build", unit="table", of=tables)
    invocation = DbtCliInvocation.run(
        args=[sys.executable, "-m", "sga_pipeline.warehouse.dbt_entry", *arguments],
        env={**os.environ, **environment, **_settings(project, target)},
        manifest=manifest,
        dagster_dbt_translator=translator,
        project_dir=Path(project.project_dir),
        target_path=target,
        raise_on_error=True,
        context=context,
        adapter=None,
        cli_version=Version(version("dbt-core")),
        dbt_project=project,
    )
    # Dagster works them out anew each time it is asked.
    selected = context.op_execution_context.selected_output_names
    for event in invocation.stream():
        if isinstance(event, dg.Output):
            report_progress("build", event.output_name, unit="table", of=tables)
        # What dbt built beside the selection is in the warehouse, but this run was not asked to report it.
        if not isinstance(event, dg.Output) or event.output_name in selected:
            yield event


def _settings(project: DbtProject, target: Path) -> dict[str, str]:
    return {
        # dagster-dbt reads what dbt writes line by line as JSON.
        "DBT_LOG_FORMAT": "json",
        "PYTHONUNBUFFERED": "1",
        "DAGSTER_DBT_CLI": "true",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DBT_TARGET_PATH": str(target),
        "DBT_LOG_PATH": str(target),
        "DBT_PROFILES_DIR": str(project.profiles_dir),
        "DBT_PROJECT_DIR": str(project.project_dir),
    }
