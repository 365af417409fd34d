"""dbt as Dagster calls it: started once, in the home, with the project as it was parsed for the asset graph."""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtCliInvocation, DbtProject
from packaging.version import Version


def stream_dbt(
    arguments: list[str],
    *,
    context: dg.AssetExecutionContext,
    project: DbtProject,
    translator: DagsterDbtTranslator,
    manifest: Path,
    target: Path,
    environment: Mapping[str, str],
) -> Iterator[Any]:
    """Run dbt and give its results as events of Dagster, those of the selected assets and checks alone.

    `DbtCliResource.cli` would ask dbt for its version in a process of its own, and load dbt a second time to count rows (ADR 16).
    """
    invocation = DbtCliInvocation.run(
        args=[sys.executable, "-m", "sga_pipeline.warehouse.dbt_entry", *arguments],
        env={**os.environ, **environment, **_settings(project, target)},
        manifest=json.loads(manifest.read_text(encoding="utf-8")),
        dagster_dbt_translator=translator,
        project_dir=Path(project.project_dir),
        target_path=target,
        raise_on_error=True,
        context=context,
        adapter=None,
        cli_version=Version(version("dbt-core")),
        dbt_project=project,
    )
    for event in invocation.stream():
        # What dbt built beside the selection is in the warehouse, but this run was not asked to report it.
        if not isinstance(event, dg.Output) or event.output_name in context.selected_output_names:
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
