"""The page of tables, docs/tables.md: every table and column of a release. Made from the dbt project; a check proves it fresh."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

from sga_pipeline.contracts.generated import keep
from sga_pipeline.paths import PROJECT
from sga_pipeline.warehouse.published_relations import (
    Relation,
    programme_relations,
    programme_sources,
    published_relations,
)

PAGE = PROJECT / "docs" / "tables.md"
HEAD = """\
# Tables of a release

Made from `dbt_project/models/` by `python -m sga_pipeline.warehouse.tables_page`; do not edit. `sga tables` describes a release at hand in the same words, and the
file `sga.duckdb` carries every description as a comment.

A release holds two schemas. `main` is for people: it is what the pages, exports and most questions need. `evidence` holds what findings and statuses
rest on. `sga sql` finds a table of either schema by its name alone; another program writes `evidence.` before the second kind. A release is about one
city, so `indicators` leaves out `city_id`. No two rows of a table have the same key; a null in a key counts as a value.
"""


PROGRAMME = """\
# Tables of the programme

`HOME/published/programme/current/sga.duckdb` holds what crosses cities, in the same two schemas; `sga tables --city programme` describes it, `sga sql programme "SELECT …"` asks it.
"""


def page(relations: Sequence[Relation], programme: Sequence[Relation]) -> str:
    """The whole page: of a city's release and of the programme's, a list of both schemas and then each table."""
    return (
        "\n".join([HEAD, *_schemas(relations, ""), PROGRAMME, *_schemas(programme, " of the programme")]).rstrip()
        + "\n"
    )


def _schemas(relations: Sequence[Relation], of: str) -> list[str]:
    lines = []
    for schema in dict.fromkeys(one.schema for one in relations):
        members = [one for one in relations if one.schema == schema]
        lines += [f"## The schema `{schema}`{of}", "", "| name | kind | holds |", "| --- | --- | --- |"]
        lines += [f"| [{one.name}](#{one.name}) | {_kind(one)} | {_cell(one.description)} |" for one in members]
        lines.append("")
        for one in members:
            lines += _table(one)
    return lines


def _table(relation: Relation) -> Iterator[str]:
    yield from (f"### {relation.name}", "", relation.description, "")
    yield from (f"Key: {', '.join(f'`{name}`' for name in relation.key)}.", "")
    yield from ("| column | type | says |", "| --- | --- | --- |")
    for column in relation.columns:
        yield f"| `{column.name}` | {_cell(column.type)} | {_cell(column.description)} |"
    yield ""


def _kind(relation: Relation) -> str:
    return "view" if relation.is_view else "table"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(
        keep(
            PAGE,
            page(published_relations(), [*programme_relations(), *programme_sources()]),
            check="--check" in sys.argv,
        )
    )
