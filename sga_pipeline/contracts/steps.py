"""The named steps a column mapping is made of. A step says what is done; conform/ knows how."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar, Literal

from pydantic import Field, field_validator, model_validator

from sga_pipeline.contracts.strict_model import Code, Contract

Otherwise = Literal["unknown", "null", "keep", "reject"]


class _Step(Contract):
    # Text steps take text and give text; a closing step gives a typed value and must come last.
    closes: ClassVar[bool] = False
    # The argument a bare value stands for: `prefix: "d"` is `prefix: {text: "d"}`.
    short: ClassVar[str | None] = None


class Trim(_Step):
    """Remove blanks at both ends."""

    step: Literal["trim"]


class Upper(_Step):
    """Upper case."""

    step: Literal["upper"]


class Lower(_Step):
    """Lower case."""

    step: Literal["lower"]


class CollapseSpaces(_Step):
    """Turn each run of blanks into one."""

    step: Literal["collapse_spaces"]


class StripAccents(_Step):
    """Remove accents: Álvaro becomes Alvaro."""

    step: Literal["strip_accents"]


class NameKey(_Step):
    """A name as names are compared: capitals, no accents, no apostrophes, one blank for any other punctuation. O'Hare becomes OHARE."""

    step: Literal["name_key"]


class ZeroPad(_Step):
    """Put back the leading zeros a spreadsheet lost."""

    short = "width"
    step: Literal["zero_pad"]
    width: int = Field(ge=1, le=32)


class Prefix(_Step):
    """Put text before the value."""

    short = "text"
    step: Literal["prefix"]
    text: Code


class Suffix(_Step):
    """Put text after the value."""

    short = "text"
    step: Literal["suffix"]
    text: Code


class Slice(_Step):
    """Take characters from `start` (the first is 1)."""

    step: Literal["slice"]
    start: int = Field(ge=1)
    length: int = Field(ge=1)


class Replace(_Step):
    """Replace one text by another, everywhere in the value."""

    step: Literal["replace"]
    old: Code = Field(min_length=1)
    new: Code


class Part(_Step):
    """Split on a separator and take one part (the first is 1)."""

    step: Literal["part"]
    separator: str = Field(min_length=1)
    index: int = Field(ge=1)


class Extract(_Step):
    """Take what the first group of a regular expression matches."""

    short = "pattern"
    step: Literal["extract"]
    pattern: str

    @field_validator("pattern")
    @classmethod
    def _has_one_group(cls, pattern: str) -> str:
        try:
            groups = re.compile(pattern).groups
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from None
        if groups != 1:
            raise ValueError(f"needs exactly one group in parentheses, has {groups}")
        return pattern


class NullIf(_Step):
    """Values the source writes where it has none, such as -999 or n/a."""

    short = "values"
    step: Literal["null_if"]
    values: list[Code] = Field(min_length=1)


class Recode(_Step):
    """Translate values by a short list. `otherwise` says what becomes of the rest."""

    step: Literal["recode"]
    values: dict[str, Code] = Field(min_length=1)
    otherwise: Otherwise = "unknown"


class Lookup(_Step):
    """Translate values by a mapping of the feed, giving one of its columns."""

    step: Literal["lookup"]
    mapping: str
    give: str
    otherwise: Otherwise = "unknown"
    # What an empty cell of the mapping means: the code is known and has none, or nobody has mapped it yet.
    blank: Literal["none", "unmapped"] = "none"


class CompactPeriod(_Step):
    """Read a period written without signs: 202304, 2023Q1, 2023, 2023S1, 2023W5, 20230401. What is none stays as it is."""

    short = "give"
    step: Literal["compact_period"]
    # As the source has it, the longer period it lies in, or its first day. A week lies where its Thursday does.
    give: Literal["as_written", "month", "quarter", "year", "first_day"] = "as_written"


class Default(_Step):
    """What an empty value stands for."""

    short = "text"
    step: Literal["default"]
    text: Code


class Date(_Step):
    """Read a date; the formats are tried in turn (strptime codes)."""

    closes = True
    short = "formats"
    step: Literal["date"]
    formats: list[str] = Field(min_length=1)

    _formats = field_validator("formats")(lambda formats: _dated(formats))


class DateTime(_Step):
    """Read a moment; `zone: UTC` moves it into the city's own time. Gives the day, or the hour of the day."""

    closes = True
    step: Literal["datetime"]
    formats: list[str] = Field(min_length=1)
    zone: Literal["local", "UTC"] = "local"
    give: Literal["date", "hour"] = "date"

    _formats = field_validator("formats")(lambda formats: _timed(formats))

    @model_validator(mode="after")
    def _gives_a_day_of_some_year(self) -> DateTime:
        if self.give == "date" or self.zone == "UTC":
            _dated(self.formats)
        return self


class Number(_Step):
    """Read a number written with this decimal sign and thousands separator."""

    closes = True
    step: Literal["number"]
    decimal: Literal[".", ","] = "."
    thousands: Literal["", ",", ".", " ", "'"] = ""
    multiply_by: float = 1.0
    # Added after multiplying: a share of those without is 100 less the share of those with.
    add: float = 0.0
    round: bool = False

    @model_validator(mode="after")
    def _signs_differ(self) -> Number:
        if self.decimal == self.thousands:
            raise ValueError("decimal and thousands must differ")
        return self


class Boolean(_Step):
    """Read yes and no as the source writes them; anything else fails the row."""

    closes = True
    step: Literal["boolean"]
    yes: list[Code] = Field(min_length=1)
    no: list[Code] = Field(min_length=1)

    @model_validator(mode="after")
    def _no_is_not_yes(self) -> Boolean:
        if both := sorted(set(self.yes) & set(self.no)):
            raise ValueError(f"[{both[0]}] is both yes and no")
        return self


# What may follow the sign % in a format; the minus reads figures without a leading zero.
_CODE = re.compile(r"%(-?[djmyHIMS]|[aAbBcfgGhnpTuUVwWxXYzZ%])?")
# Each of these gives a part of a day; a format without one of a row reads every such cell as of the same year, month or day.
_DAY = (("%d", "%-d", "%j", "%-j", "%c", "%x"), ("%m", "%-m", "%b", "%B", "%h", "%j", "%-j", "%c", "%x"))
_YEAR = ("%Y", "%y", "%-y", "%c", "%x")


def _dated(formats: list[str]) -> list[str]:
    for parts in (*_DAY, _YEAR):
        _need(formats, *parts)
    return formats


def _timed(formats: list[str]) -> list[str]:
    return _need(formats, "%H", "%-H", "%I", "%-I", "%c", "%X", "%T")


def _need(formats: list[str], *one_of: str) -> list[str]:
    for text in formats:
        codes = [found[0] for found in _CODE.finditer(text)]
        if "%" in codes:
            unknown = next(text[one.start() : one.end() + 1] for one in _CODE.finditer(text) if one[0] == "%")
            raise ValueError(f"the format [{text}] has the code [{unknown}], which means nothing")
        if not any(code in one_of for code in codes):
            raise ValueError(f"the format [{text}] lacks {' or '.join(one_of[:2])}")
    return formats


Step = Annotated[
    Trim
    | Upper
    | Lower
    | CollapseSpaces
    | StripAccents
    | NameKey
    | ZeroPad
    | Prefix
    | Suffix
    | Slice
    | Replace
    | Part
    | Extract
    | NullIf
    | Recode
    | Lookup
    | CompactPeriod
    | Default
    | Date
    | DateTime
    | Number
    | Boolean,
    Field(discriminator="step"),
]

KINDS: dict[str, type[_Step]] = {
    model.model_fields["step"].annotation.__args__[0]: model  # type: ignore[union-attr]
    for model in _Step.__subclasses__()
}
