"""What a run imports: nothing it does not use. Each of these would cost every run a second or more, and tens of megabytes."""

import subprocess
import sys

import pytest

from sga_pipeline.lean_imports import import_when_used, without

SAY = "import sys; print(*sorted({name.partition('.')[0] for name in sys.modules} | {*sys.modules}))"
DEFINITIONS = "import sga_pipeline.orchestration.definitions"
RULES = "from sga_pipeline.conform.pandera_alone import load_pandera; load_pandera()"
SUITES = "from sga_pipeline.expectations.gx_call import load_library; load_library()"
DBT = "from sga_pipeline.warehouse.dbt_entry import main"


@pytest.mark.parametrize(
    ("program", "needed", "unused"),
    [
        (DEFINITIONS, {"dagster", "dagster_dbt"}, {"dbt.adapters", "dbt.version", "pandas", "pandera"}),
        (RULES, {"pandera.polars"}, {"pandas"}),
        (SUITES, {"great_expectations", "pandas"}, {"sqlalchemy", "boto3", "botocore", "altair.vegalite"}),
        (DBT, set(), {"dbt.cli", "dagster", "great_expectations"}),
    ],
    ids=["definitions", "rules of rows", "suites", "dbt's entry"],
)
def test_a_process_imports_what_it_uses(program: str, needed: set[str], unused: set[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", f"{program}; {SAY}"], capture_output=True, text=True, timeout=120, check=True
    )
    imported = set(done.stdout.split())
    assert needed <= imported
    assert not unused & imported


def test_a_module_that_was_passed_over_is_found_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    with pytest.raises(ModuleNotFoundError, match="No module named 'colorsys'"), without("colorsys"):
        import colorsys
    import colorsys

    assert colorsys.rgb_to_hsv(0, 0, 0) == (0, 0, 0)


def test_a_module_is_imported_when_something_in_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    import_when_used("colorsys")
    import colorsys

    # Whoever goes through all modules, as dbt does, asks for names like these.
    assert not hasattr(colorsys, "__file__")
    assert colorsys.rgb_to_hsv(0, 0, 0) == (0, 0, 0)
    import colorsys

    assert hasattr(colorsys, "__file__")
