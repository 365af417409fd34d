"""What is made from the shapes is fresh, and says what the shapes say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from sga_pipeline.contracts import shape_code_lists, staging_models
from sga_pipeline.contracts.shape import read_shape
from sga_pipeline.errors import ContractError
from sga_pipeline.paths import CONTRACTS, DBT_PROJECT
from sga_pipeline.run_records.tables import TABLES

SHAPES = sorted((CONTRACTS / "shapes").glob("*.yaml"))
STAGING = DBT_PROJECT / "models" / "staging"


def test_what_is_made_from_the_shapes_is_fresh(capsys: pytest.CaptureFixture[str]) -> None:
    assert staging_models.main(check=True) == 0, capsys.readouterr().out
    assert shape_code_lists.main(check=True) == 0, capsys.readouterr().out


def test_there_is_a_model_a_shape_and_no_other() -> None:
    assert {one.stem for one in STAGING.glob("*.sql")} == {f"stg_{one.stem}" for one in SHAPES}


def test_areas_are_read_in_the_version_in_force() -> None:
    """stg_areas holds every version that a feed brought; what reads it keeps to the one in force, all else reads city_areas."""
    reading = [one for one in DBT_PROJECT.glob("m*/**/*.sql") if "ref('stg_areas')" in one.read_text("utf-8")]
    assert {one.name for one in reading} == {"area_sizes.sql", "city_areas.sql"}
    assert all("feeds.boundary_version = cities.boundary_version" in one.read_text("utf-8") for one in reading)


def test_every_run_record_is_a_source_of_dbt() -> None:
    listed = yaml.safe_load((STAGING / "run_records.yml").read_text(encoding="utf-8"))["sources"][0]["tables"]
    assert {one["name"] for one in listed} == set(TABLES)


@pytest.mark.parametrize(
    ("shape", "before", "after", "said"),
    [
        (
            "deaths",
            "        required: true\n        primaryKey",
            "        primaryKey",
            "primary key has a column that may be",
        ),
        ("population", "[area_id, year,", "[area_id, years,", "the grain names an unknown column [years]"),
        ("deaths", "where registered_on < died_on", "where registered_on > died_on", "unknown table rule"),
        ("deaths", "from deaths where", "from births where", "unknown table rule"),
        ("population", "validValues: [", "otherValues: [", "unknown column rule"),
    ],
)
def test_a_shape_that_would_mislead_is_refused(shape: str, before: str, after: str, said: str, tmp_path: Path) -> None:
    text = (CONTRACTS / "shapes" / f"{shape}.yaml").read_text(encoding="utf-8")
    assert before in text
    wrong = tmp_path / f"{shape}.yaml"
    wrong.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(ContractError, match=re.escape(said)):
        read_shape(wrong)
