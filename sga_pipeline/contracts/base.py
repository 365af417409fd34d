"""What every contract model shares: strictness, and the text types that codes and names are made of."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema


class Contract(BaseModel):
    """Unknown keys and wrong types are errors; a contract never changes after it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def _as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


# A code: text even where it looks like a number.
Code = Annotated[str, BeforeValidator(_as_text), WithJsonSchema({"type": ["string", "integer"]})]
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
Day = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Sentence = Annotated[str, Field(min_length=1)]
