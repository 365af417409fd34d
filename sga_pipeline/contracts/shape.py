"""Shapes: the canonical tables, read from ODCS documents into the few facts the pipeline needs. Unknown rules raise."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from open_data_contract_standard.model import DataQuality, OpenDataContractStandard, SchemaProperty
from pydantic import ValidationError

from sga_pipeline.contracts.yaml_reader import Document, read_yaml
from sga_pipeline.errors import ContractError

ColumnType = Literal["string", "integer", "number", "boolean", "date"]
Kind = Literal["events", "counts", "levels", "reference"]
_TYPES = {"string", "integer", "number", "boolean", "date"}
_OPTIONS = {"minimum", "maximum"}
_ARGUMENTS = ({"pattern"}, {"validValues"})
_NOT_BEFORE = re.compile(r"select count\(\*\) from (?P<table>\w+) where (?P<column>\w+) < (?P<other>\w+)")
_COLUMN_KEYS = {
    "name",
    "logicalType",
    "required",
    "primaryKey",
    "primaryKeyPosition",
    "logicalTypeOptions",
    "classification",
    "description",
    "customProperties",
    "quality",
}


@dataclass(frozen=True)
class Column:
    """One column of a shape, with every rule that holds for it."""

    name: str
    type: ColumnType
    description: str
    required: bool = False
    key_position: int | None = None
    code_list: str | None = None
    # The classification whose codes it holds; codes it does not have are unmapped.
    codes_of: str | None = None
    pattern: str | None = None
    minimum: Any = None
    maximum: Any = None
    restricted: bool = False


@dataclass(frozen=True)
class PairRule:
    """A rule between two columns of one row: `column` does not come before `other`."""

    id: str
    column: str
    other: str
    severity: str


@dataclass(frozen=True)
class Attempts:
    """Codes that an attempt turns into another: where `flag` holds, a code that starts with `of` counts as `become`."""

    flag: str
    of: str
    become: str


@dataclass(frozen=True)
class Shape:
    """A canonical table."""

    id: str
    title: str
    grain: str
    kind: Kind
    columns: tuple[Column, ...]
    pair_rules: tuple[PairRule, ...]
    classification: str | None
    dated_by: str | None
    attempts: Attempts | None
    file: Path

    @property
    def key(self) -> tuple[str, ...]:
        keyed = sorted((column.key_position, column.name) for column in self.columns if column.key_position)
        return tuple(name for _, name in keyed)

    @property
    def time_column(self) -> str | None:
        """The column that says when: the day of an event, or the period or year of a figure."""
        names = (self.dated_by, "period", "year")
        return next((one for one in names if one and self.column(one)), None)

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)


def read_shape(file: Path) -> Shape:
    """Read one ODCS document; anything this project would silently ignore is an error."""
    document = read_yaml(file)
    try:
        contract = OpenDataContractStandard.model_validate(document.data)
    except ValidationError as error:
        first = error.errors()[0]
        raise _problem(document, tuple(first["loc"]), first["msg"], "See the ODCS v3.1 standard.") from None
    tables = contract.schema_ or []
    if contract.apiVersion != "v3.1.0" or len(tables) != 1:
        raise _problem(document, (), "a shape is an ODCS v3.1.0 document with one table", "Split or upgrade it.")
    table, at = tables[0], ("schema", 0)
    custom = _custom(document, table.customProperties, {"grain", "kind", "classification", "dated_by", "attempts"}, at)
    grain = _grain(document, table.properties or [], custom.get("grain"), at)
    columns = tuple(
        _column(document, one, grain, (*at, "properties", i)) for i, one in enumerate(table.properties or [])
    )
    rules = tuple(
        _pair_rule(document, one, str(table.name), (*at, "quality", i)) for i, one in enumerate(table.quality or [])
    )
    return Shape(
        id=str(table.name),
        title=str(contract.description.purpose if contract.description else "").rstrip("."),
        grain=str(table.dataGranularityDescription),
        kind=custom["kind"],
        columns=columns,
        pair_rules=rules,
        classification=custom.get("classification"),
        dated_by=custom.get("dated_by"),
        attempts=Attempts(**custom["attempts"]) if "attempts" in custom else None,
        file=file,
    )


def _grain(
    document: Document, properties: list[SchemaProperty], named: list[str] | None, at: tuple[str | int, ...]
) -> list[str]:
    """The columns that together occur once in a feed. A primary key has no empty column; any other grain is named."""
    keyed = sorted((one.primaryKeyPosition or 0, str(one.name)) for one in properties if one.primaryKey)
    optional = {str(one.name) for one in properties if not one.required}
    if empty := sorted(optional & {name for _, name in keyed}):
        how = "Require the column, or name the grain in the custom property."
        raise _problem(document, at, "a primary key has a column that may be empty", how, empty[0])
    unknown = set(named or []) - {str(one.name) for one in properties}
    if unknown:
        raise _problem(document, at, "the grain names an unknown column", "Name columns of this table.", min(unknown))
    return named or [name for _, name in keyed]


def _column(document: Document, one: SchemaProperty, grain: list[str], at: tuple[str | int, ...]) -> Column:
    given = set(one.model_dump(exclude_none=True)) - _COLUMN_KEYS
    if given:
        raise _problem(document, at, "this project does not read that key of a column", "Remove it.", min(given))
    if one.logicalType not in _TYPES:
        raise _problem(document, at, "unknown column type", f"Use one of {sorted(_TYPES)}.", one.logicalType)
    options = one.logicalTypeOptions or {}
    if set(options) - _OPTIONS:
        raise _problem(document, at, "unknown type option", f"Use {sorted(_OPTIONS)}.", min(set(options) - _OPTIONS))
    pattern = None
    for i, rule in enumerate(one.quality or []):
        arguments = rule.arguments or {}
        if rule.metric != "invalidValues" or set(arguments) not in _ARGUMENTS or rule.mustBe != 0:
            where, how = (*at, "quality", i), "Use invalidValues with a pattern or validValues."
            raise _problem(document, where, "unknown column rule", how, rule.metric)
        # Valid values repeat the code list for other tools; we read the list itself.
        pattern = str(arguments["pattern"]) if "pattern" in arguments else pattern
    custom = _custom(document, one.customProperties, {"codeList", "codesOf"}, at)
    return Column(
        name=str(one.name),
        type=one.logicalType,  # type: ignore[arg-type]
        description=str(one.description or ""),
        required=bool(one.required),
        key_position=grain.index(str(one.name)) + 1 if one.name in grain else None,
        code_list=custom.get("codeList"),
        codes_of=custom.get("codesOf"),
        pattern=pattern,
        minimum=options.get("minimum"),
        maximum=options.get("maximum"),
        restricted=one.classification == "restricted",
    )


def _pair_rule(document: Document, rule: DataQuality, table: str, at: tuple[str | int, ...]) -> PairRule:
    read = _NOT_BEFORE.fullmatch(rule.query or "")
    if rule.type != "sql" or rule.mustBe != 0 or read is None or read["table"] != table:
        how = f"Use type sql, mustBe 0, query: select count(*) from {table} where column < other"
        raise _problem(document, at, "unknown table rule", how, rule.name)
    return PairRule(str(rule.name), read["column"], read["other"], rule.severity or "error")


def _custom(document: Document, given: Any, known: set[str], at: tuple[str | int, ...]) -> dict[str, Any]:
    values = {str(one.property): one.value for one in given or []}
    if set(values) - known:
        raise _problem(document, at, "unknown custom property", f"Use {sorted(known)}.", min(set(values) - known))
    return values


def _problem(
    document: Document, at: tuple[str | int, ...], message: str, next_step: str, value: object = None
) -> ContractError:
    return ContractError([document.problem(message, next_step, value, *at)])
