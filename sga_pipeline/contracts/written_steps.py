"""How people write steps in YAML, `trim` or `zero_pad: 2`: read into the models of steps.py, and described for editors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import BaseModel, GetJsonSchemaHandler, TypeAdapter
from pydantic.functional_validators import BeforeValidator
from pydantic_core import CoreSchema

from sga_pipeline.contracts.steps import KINDS, Step


def _written_form(value: Any) -> Any:
    """Turn `trim`, `zero_pad: 2` and `date: {formats: [...]}` into what the models read."""
    if isinstance(value, str):
        name, arguments = value, dict[str, Any]()
    elif isinstance(value, dict) and len(value) == 1:
        ((name, given),) = value.items()
        short = KINDS[name].short if name in KINDS else None
        arguments = given if isinstance(given, dict) else {short: given} if short else given
    else:
        raise ValueError("a step is a name, or one name with its arguments")
    if name not in KINDS:
        raise ValueError(f"unknown step [{name}]; the steps are {', '.join(sorted(KINDS))}")
    if not isinstance(arguments, dict):
        raise ValueError(f"the arguments of [{name}] must be written as key: value")
    return {"step": name, **arguments}


class _WrittenStep:
    """Editors see steps the way people write them."""

    @classmethod
    def __get_pydantic_json_schema__(cls, _core: CoreSchema, _handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"anyOf": [option for name, model in sorted(KINDS.items()) for option in _schemas(name, model)]}


def _schemas(name: str, model: type[BaseModel]) -> Iterator[dict[str, Any]]:
    """The ways to write a step: its name alone, its name with the arguments, or with the one argument a bare value stands for."""
    schema = TypeAdapter(model).json_schema()
    arguments = {key: value for key, value in schema["properties"].items() if key != "step"}
    required = [key for key in schema.get("required", []) if key != "step"]
    if not required:
        yield {"const": name, "description": model.__doc__}
    if arguments:
        body = _object(arguments, required)
        short = KINDS[name].short
        written = {"anyOf": [body, arguments[short]]} if short else body
        yield {"description": model.__doc__, **_object({name: written}, [name])}


def _object(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False, "required": required}


StepItem = Annotated[Step, BeforeValidator(_written_form), _WrittenStep]


def check_order(steps: list[Any]) -> list[Any]:
    """A step that gives a typed value is the last one."""
    for step in steps[:-1]:
        if step.closes:
            raise ValueError(f"the step [{step.step}] gives a typed value and must come last")
    return steps


def check_text_alone(steps: list[Any]) -> list[Any]:
    """Steps that give no typed value and translate nothing: what they are done to is compared and kept nowhere."""
    for step in steps:
        if step.closes or step.step in {"recode", "lookup"}:
            raise ValueError(f"the step [{step.step}] does more than change text, and cannot be used under where")
    return steps
