"""Turns one YAML file into one contract model, and pydantic's complaints into problems a person can act on."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from sga_pipeline.contracts.blanks import blanks_of
from sga_pipeline.contracts.crosswalks import name_key
from sga_pipeline.contracts.strict_model import IDENTIFIER, Contract
from sga_pipeline.contracts.yaml_reader import Document, read_yaml
from sga_pipeline.errors import ContractError, Problem

Model = TypeVar("Model", bound=Contract)


def read_contract(
    file: Path, model: type[Model], prepare: Callable[[Document], None] | None = None
) -> tuple[Model, Document]:
    """Read and check one contract file; `prepare` may change what it holds before it is checked, or raise."""
    document = read_yaml(file)
    if blanks := blanks_of(document):
        raise ContractError(blanks)
    if prepare:
        prepare(document)
    try:
        return model.model_validate(document.data), document
    except ValidationError as error:
        raise ContractError(_problems(error, document)) from None


def _problems(error: ValidationError, document: Document) -> list[Problem]:
    found: dict[tuple[int | None, str, str | None], Problem] = {}
    for one in error.errors(include_url=False):
        location = tuple(one["loc"])
        if _noise(one["type"], location, document):
            continue
        message, next_step, value = _explain(one, location)
        problem = document.problem(message, next_step, value, *location)
        found.setdefault((problem.line, problem.message, problem.value), problem)
    return list(found.values()) or [
        Problem("the file does not match its model", "See docs/adding-a-feed.md.", None, document.file, 1)
    ]


def _noise(kind: str, location: tuple[Any, ...], document: Document) -> bool:
    """A column map may take five forms; only complaints about the form that was meant are worth reading."""
    forms = {
        "FromColumns": "from",
        "Joined": "join",
        "Constant": "constant",
        "FromPeriod": "period",
        "FromRow": "row",
        "FromPoint": "point",
    }
    for at, part in enumerate(location):
        if part in forms and at >= 2 and location[0] == "columns":
            given = document.data.get("columns", {}).get(location[1])
            if not isinstance(given, dict):
                return bool(part != "FromColumns")
            meant = next((form for form, key in forms.items() if key in given), "FromColumns")
            return bool(part != meant)
    return False


def _explain(one: Any, location: tuple[Any, ...]) -> tuple[str, str, str | None]:
    last = str(location[-1]) if location else None
    if one["type"] == "extra_forbidden":
        return "unknown key", "Remove it or correct its spelling.", last
    if one["type"] == "missing":
        return "a key is missing", f"Add [{last}].", last
    if one["type"] in {"union_tag_not_found", "union_tag_invalid"}:
        tag = one["ctx"].get("discriminator", "").strip("'")
        expected = one["ctx"].get("expected_tags", "")
        return f"[{tag}] is missing or unknown", f"Use one of {expected}." if expected else f"Add [{tag}].", last
    message = str(one["msg"]).removeprefix("Value error, ")
    shown = one.get("input")
    if one["type"] == "string_pattern_mismatch" and one["ctx"]["pattern"] == IDENTIFIER:
        said = "a name of your own has small letters, figures and underlines, and begins with a letter"
        return said, f"Write {_identifier(str(shown))}, for instance.", _shown(str(shown))
    value = _shown(str(shown)) if isinstance(shown, str | int | float | bool) else last
    return f"{last}: {message}" if last else message, "Correct the value.", value


def _identifier(text: str) -> str:
    """The name as it might be written."""
    plain = re.sub(r"[^a-z0-9]+", "_", name_key(text).lower()).strip("_") or "name"
    return (plain if plain[0].isalpha() else f"n_{plain}")[:40]


def _shown(text: str) -> str:
    """The value, without the log-in somebody wrote into an address."""
    return re.sub(r"://.*@", "://…@", re.sub(r"(?i)(://[^?]*\?).*", r"\1…", text))[:80]
