"""What this project leans on without a promise of Dagster's: each part still is as it was, or the failure says where to look."""

import ast
import inspect
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster_dbt import DbtCliInvocation
from sqlalchemy import event
from sqlalchemy.engine import Engine

from sga_pipeline.orchestration.dagster_internals.event_storage import FOLDER, KeptOpenEventLog
from sga_pipeline.orchestration.instance import prepare_instance

ORCHESTRATION = Path(__file__).resolve().parents[2] / "sga_pipeline" / "orchestration"
STORAGE = (
    f"dagster is {version('dagster')} now, and its SQLite event log is no longer as the version 1.13.27 had it. "
    "Look at sga_pipeline/orchestration/dagster_internals/event_storage.py and ADR 16; what is missing or new: "
)
INVOCATION = (
    f"dagster-dbt is {version('dagster-dbt')} now, and it no longer starts dbt as the version 0.29.27 did. "
    "Look at sga_pipeline/orchestration/dagster_internals/dbt_invocation.py and ADR 16; what is missing or new: "
)


def test_the_event_log_is_where_it_was_and_opens_its_files_through_two_methods() -> None:
    module = import_module("dagster._core.storage.event_log")
    storage = getattr(module, "SqliteEventLogStorage", None)
    assert storage is not None, f"{STORAGE}dagster._core.storage.event_log.SqliteEventLogStorage"
    expected = {
        "__init__": ["self", "base_dir", "inst_data"],
        "from_config_value": ["inst_data", "config_value"],
        "run_connection": ["self", "run_id"],
        "index_connection": ["self"],
        "conn_string_for_shard": ["self", "shard_name"],
        "has_table": ["self", "table_name"],
        "dispose": ["self"],
    }
    for name, parameters in expected.items():
        method = getattr(storage, name, None)
        assert method is not None, f"{STORAGE}{name}"
        assert list(inspect.signature(method).parameters) == parameters, f"{STORAGE}{name}{inspect.signature(method)}"


def test_a_run_opens_each_file_of_the_event_log_a_few_times_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Should Dagster open them another way, nothing would fail, and a run would cost twice as much."""

    @dg.asset
    def talkative(context: dg.AssetExecutionContext) -> None:
        for n in range(40):
            context.log.info(str(n))

    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    prepare_instance(tmp_path)
    opened: list[str] = []

    def note(connection: Any, _record: Any) -> None:
        [(_, _, file)] = connection.execute("pragma database_list").fetchall()
        if Path(file).parent == tmp_path / FOLDER:
            opened.append(Path(file).name)

    event.listen(Engine, "connect", note)
    try:
        with dg.DagsterInstance.get() as instance:
            assert isinstance(instance.event_log_storage, KeptOpenEventLog), f"{STORAGE}the setting event_log_storage"
            result = dg.materialize([talkative], instance=instance)
            events = len(instance.all_logs(result.run_id))
    finally:
        event.remove(Engine, "connect", note)
    assert events > 50
    # Dagster opens a file a few times to make its tables, and to ask for a table; then the file stays open.
    often = {name: opened.count(name) for name in opened if opened.count(name) > 15}
    assert not often, f"{STORAGE}files opened again for single events: {often}"


def test_dbt_is_started_with_the_arguments_that_it_takes() -> None:
    parameters = list(inspect.signature(DbtCliInvocation.run).parameters)
    expected = [
        "args",
        "env",
        "manifest",
        "dagster_dbt_translator",
        "project_dir",
        "target_path",
        "raise_on_error",
        "context",
        "adapter",
        "cli_version",
        "dbt_project",
    ]
    assert parameters == expected, f"{INVOCATION}DbtCliInvocation.run({', '.join(parameters)})"


def test_no_other_module_names_anything_private_of_dagster() -> None:
    """Neither a private module, nor a private name or method of theirs."""
    found = []
    for file in sorted(ORCHESTRATION.rglob("*.py")):
        if file.parent.name == "dagster_internals":
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = (
                [f"{node.module}.{one.name}" for one in node.names]
                if isinstance(node, ast.ImportFrom)
                else [one.name for one in node.names]
                if isinstance(node, ast.Import)
                else []
            )
            found += [
                f"{file.name} line {node.lineno}: {name}"
                for name in names
                if name.partition(".")[0] in {"dagster", "dagster_dbt"}
                and any(part.startswith("_") for part in name.split("."))
            ]
            # A method with one underscore in a class that inherits from theirs overrides something private.
            if isinstance(node, ast.ClassDef) and any(
                base.startswith(("dg.", "Dagster", "Dbt")) for base in map(ast.unparse, node.bases)
            ):
                found += [
                    f"{file.name} line {one.lineno}: {node.name}.{one.name}"
                    for one in node.body
                    if isinstance(one, ast.FunctionDef) and one.name.startswith("_") and not one.name.startswith("__")
                ]
    assert found == []
