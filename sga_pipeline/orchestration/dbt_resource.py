"""dbt as Dagster calls it: started once, in the home, with the project as it was read for the asset graph."""

import shutil
import sys
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from dagster_dbt import DbtCliResource
from dagster_dbt.compat import DBT_PYTHON_VERSION
from packaging.version import Version

from sga_pipeline.paths import DBT_PROJECT
from sga_pipeline.warehouse.manifest import PARSED


class Dbt(DbtCliResource):
    """Dagster's resource asks dbt for its version in a process of its own, and loads dbt beside itself to count rows; neither is wanted here."""

    def __init__(self) -> None:
        super().__init__(
            project_dir=str(DBT_PROJECT),
            profiles_dir=str(DBT_PROJECT),
            dbt_executable=sys.executable,
            global_config_flags=["-m", "sga_pipeline.warehouse.dbt_entry"],
        )

    @cached_property
    def _cli_version(self) -> Version:
        assert DBT_PYTHON_VERSION is not None
        return DBT_PYTHON_VERSION

    def _initialize_dbt_core_adapter(self, args: Sequence[str]) -> Any:
        return None


def take_parsed(target: Path) -> None:
    """dbt writes what it has read where it works; what was read last for any home is as good."""
    if PARSED.is_file():
        shutil.copy(PARSED, target / PARSED.name)
