"""What a release publishes, as the dbt project declares it: tables and views with descriptions, keys and columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sga_pipeline.warehouse.manifest import read_project

# `main` is for people; `evidence` is what findings and statuses rest on.
SCHEMAS = ("main", "evidence")
# The name under which the programme's database is attached while it is made; dbt_project.yml says the same.
PROGRAMME_DATABASE = "release"


@dataclass(frozen=True)
class Column:
    """One column as its contract declares it."""

    name: str
    type: str
    description: str


@dataclass(frozen=True)
class Relation:
    """One table or view of a release."""

    schema: str
    name: str
    is_view: bool
    has_contract: bool
    description: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def label(self) -> str:
        """The name as a reader writes it: tables for people need no schema."""
        return self.name if self.schema == "main" else f"{self.schema}.{self.name}"

    @property
    def sql_name(self) -> str:
        return f'"{self.schema}"."{self.name}"'


def published_relations(manifest: Path | None = None) -> list[Relation]:
    """Every table and view of a city's release, those for people first, each schema in the order of names."""
    found = [_relation(node) for node in _models(manifest) if node["database"] != PROGRAMME_DATABASE]
    published = [one for one in found if one.schema in SCHEMAS]
    return sorted(published, key=lambda one: (SCHEMAS.index(one.schema), one.name))


def programme_relations(manifest: Path | None = None) -> dict[Relation, str]:
    """What the programme makes from the releases of its cities, each with its SQL, in an order in which they can be made."""
    nodes = {node["unique_id"]: node for node in _models(manifest) if node["database"] == PROGRAMME_DATABASE}
    made: dict[str, Mapping[str, Any]] = {}
    while len(made) < len(nodes):
        made |= {
            name: node
            for name, node in sorted(nodes.items())
            if not (set(node["depends_on"]["nodes"]) & nodes.keys()) - made.keys()
        }
    return {_relation(node): node["compiled_code"] for node in made.values()}


def programme_sources(manifest: Path | None = None) -> list[Relation]:
    """What the programme takes from the releases of its cities, and publishes as evidence."""
    sources = read_project(manifest)["sources"].values()
    found = [one for one in sources if one["database"] == PROGRAMME_DATABASE]
    return [
        Relation(
            schema=one["schema"],
            name=one["name"],
            is_view=False,
            has_contract=True,
            description=_one_line(one["description"]),
            key=tuple(one["config"]["meta"]["key"]),
            columns=_columns(one),
        )
        for one in sorted(found, key=lambda one: str(one["name"]))
    ]


def _models(manifest: Path | None) -> list[Mapping[str, Any]]:
    nodes = read_project(manifest)["nodes"]
    return [node for node in nodes.values() if node["resource_type"] == "model"]


def _columns(node: Mapping[str, Any]) -> tuple[Column, ...]:
    return tuple(
        Column(one["name"], one.get("data_type") or "", _one_line(one["description"]))
        for one in node["columns"].values()
    )


def _relation(node: Mapping[str, Any]) -> Relation:
    return Relation(
        schema=node["schema"],
        name=node["alias"],
        is_view=node["config"]["materialized"] == "view",
        has_contract=node["config"]["contract"]["enforced"],
        description=_one_line(node["description"]),
        key=_key(node["config"]["meta"]),
        columns=_columns(node),
    )


def _key(meta: Mapping[str, Any]) -> tuple[str, ...]:
    """As declared; of a kind of gap it is the rule with whatever one of its rules is about."""
    if rules := meta.get("rules"):
        scopes = [column for rule in rules.values() for column in rule["scope"]]
        return tuple(dict.fromkeys(["city_id", "rule_id", *scopes]))
    return tuple(meta.get("key", ()))


def _one_line(text: str) -> str:
    return " ".join(text.split())
