"""Writes dbt_project/models/staging/: one model a shape, its columns and their descriptions, all taken from contracts/shapes/."""

from __future__ import annotations

import sys
from pathlib import Path

import yaml

from sga_pipeline.contracts.generated import keep
from sga_pipeline.contracts.shape import Shape, read_shape
from sga_pipeline.paths import CONTRACTS, DBT_PROJECT

FOLDER = DBT_PROJECT / "models" / "staging"
TYPES = {"string": "varchar", "integer": "bigint", "number": "double", "boolean": "boolean", "date": "date"}
# What the path of a conformed file says of each of its rows.
FROM_PATH = {
    "city_id": "City that the row belongs to, from the path of its file.",
    "feed_id": "Feed that brought the row, from the path of its file.",
}
MADE_BY = "Made from contracts/shapes/ by `python -m sga_pipeline.contracts.staging_models`; do not edit."
CONFORMED = "Typed rows of each shape, one folder a shape, partitioned by city and feed."
FILES = "'{{ env_var('SGA_HOME', '.') }}/conformed/{name}/city_id={{ env_var('SGA_CITY', '_city_') }}/**/*.parquet'"
LOCATION = {
    "external_location": f"read_parquet({FILES}, hive_partitioning = true, hive_types_autocast = false, union_by_name = true)"
}
WIDTH = 108


def model(shape: Shape) -> str:
    """The conformed rows of one shape, for the cities of a run."""
    columns = ",\n".join(f"    {_selected(shape, name)}" for name in _columns(shape))
    return (
        f"-- {MADE_BY}\n"
        f"-- Grain: {shape.grain}.\n"
        f"{_why(shape)}"
        f"select\n{columns}\n"
        f"from {{{{ source('conformed', '{shape.id}') }}}} as shaped\n"
        "semi join {{ source('run_records', 'cities') }} as cities on shaped.city_id = cities.city_id\n"
    )


def _columns(shape: Shape) -> dict[str, tuple[str, str]]:
    """Name, type and description of every column of a model."""
    given = {column.name: (TYPES[column.type], column.description) for column in shape.columns}
    return given | {name: ("varchar", description) for name, description in FROM_PATH.items()}


def _why(shape: Shape) -> str:
    if shape.attempts is None:
        return ""
    one = shape.attempts
    text = f"A source's flag makes {one.become} of an attempted {one.of}; any other attempt counts with its offence."
    return f"-- {text}\n"


def _selected(shape: Shape, name: str) -> str:
    one = shape.attempts
    if one is None or name != shape.classification:
        return f"shaped.{name}"
    return (
        "case\n"
        f"        when shaped.{one.flag} and starts_with(shaped.{name}, '{one.of}') then '{one.become}'"
        f" else shaped.{name}\n"
        f"    end as {name}"
    )


def properties(shapes: list[Shape]) -> str:
    """The contracts and tests of the models. Of rows that share a grain conform sets the later ones aside, so it is not tested."""
    return f"# {MADE_BY}\n{_yaml({'version': 2, 'models': [_contract(shape) for shape in shapes]})}"


def _yaml(data: dict[str, object]) -> str:
    return yaml.safe_dump(data, sort_keys=False, width=WIDTH, allow_unicode=True)


def _contract(shape: Shape) -> dict[str, object]:
    required = [*FROM_PATH, *(column.name for column in shape.columns if column.required)]
    return {
        "name": f"stg_{shape.id}",
        "description": f"{shape.title}, of the cities of this run. One row is {_article(shape.grain)}.",
        "config": {"contract": {"enforced": True}, "meta": {"grain": [*FROM_PATH, *shape.key]}},
        "data_tests": [{"required_columns": {"arguments": {"columns": required}}}],
        "columns": [
            {"name": name, "data_type": kind, "description": description}
            for name, (kind, description) in _columns(shape).items()
        ],
    }


def _article(grain: str) -> str:
    return grain if grain.startswith(("one ", "a ")) else f"one {grain}"


def sources(shapes: list[Shape]) -> str:
    """Where the models find the conformed rows: in every file below the city's folder of the shape."""
    tables = [
        {
            "name": shape.id,
            "description": f"{shape.title}.",
            "config": {"meta": {"dagster": {"asset_key": ["conformed", shape.id]}}},
        }
        for shape in shapes
    ]
    source = {"name": "conformed", "description": CONFORMED, "config": {"meta": LOCATION}, "tables": tables}
    return f"# {MADE_BY}\n{_yaml({'version': 2, 'sources': [source]})}"


def main(*, check: bool) -> int:
    shapes = [read_shape(file) for file in sorted((CONTRACTS / "shapes").glob("*.yaml"))]
    files: dict[Path, str] = {FOLDER / f"stg_{shape.id}.sql": model(shape) for shape in shapes}
    files[FOLDER / "staging.yml"] = properties(shapes)
    files[FOLDER / "conformed.yml"] = sources(shapes)
    return max(keep(file, text, check=check) for file, text in files.items())


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv))
