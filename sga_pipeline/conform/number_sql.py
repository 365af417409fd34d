"""How a number is read from text, in SQL: its thousands sign only between groups of digits, its decimal sign only before a fraction."""

from __future__ import annotations

from sga_pipeline.conform.sql_text import literal
from sga_pipeline.contracts.steps import Number

# What stands for each sign in a cell: a blank may be one that does not break, an apostrophe a curly one.
_WRITTEN = {",": "[,]", ".": "[.]", " ": r"[ \x{00A0}\x{202F}]", "'": "['’]"}
# A number begins with no zero where more groups follow; 0.123 is a fraction.
_FIRST = "[1-9][0-9]{0,2}"
_POWER = "([eE][-+]?[0-9]+)?"


def number_sql(step: Number, text: str, column_type: str) -> str:
    """The number, or null where the cell is none as the step says numbers are written."""
    plain = _without_signs(step, text)
    # DuckDB reads nan, inf and 0x10 as numbers and rounds 2.9 to an integer; none of that is what a source means.
    number = (
        f"try_cast(case when regexp_full_match({plain}, '[-+]?[0-9]*[.]?[0-9]+{_POWER}') then {plain} end as double)"
    )
    if column_type == "number":
        number = f"try_cast({plain} as double)"
        number = f"case when isfinite({number}) then {number} end"
    if step.multiply_by != 1.0:
        number = f"({number} * {step.multiply_by!r})"
    if step.add:
        number = f"({number} + {step.add!r})"
    if step.round:
        number = f"round({number})"
    if column_type == "integer":
        return f"case when {number} = floor({number}) and not {_has_lost_digits(text, step)} then try_cast({number} as bigint) end"
    return number


def _without_signs(step: Number, text: str) -> str:
    """The number as SQL writes numbers; null where a sign stands in a place that it has not."""
    if step.thousands:
        sign = _WRITTEN[step.thousands]
        # French writes a blank after the minus as well.
        lead = rf"\s*[-+]?{sign}?" if step.thousands == " " else r"\s*[-+]?"
        form = rf"{lead}({_grouped(step.thousands)}|[0-9]*)({_WRITTEN[step.decimal]}[0-9]*)?{_POWER}\s*"
        bare = f"regexp_replace({text}, {literal(sign)}, '', 'g')"
        plain = f"case when regexp_full_match({text}, {literal(form)}) then {bare} end"
    elif step.decimal == ",":
        # The point is no sign of this column: in 1.000 it may stand between thousands.
        plain = f"case when not contains({text}, '.') then {text} end"
    else:
        return text
    return f"replace({plain}, ',', '.')" if step.decimal == "," else plain


def _has_lost_digits(text: str, step: Number) -> str:
    """Whether a spreadsheet shows the number with fewer digits than it has: 1E+05 stands for anything near 100,000.

    Programs write a small e, and mean it exactly.
    """
    sign = _WRITTEN[step.decimal]
    decimals = f"length(regexp_extract({text}, '{sign}([0-9]+)E', 1))"
    return f"coalesce({decimals} < try_cast(regexp_extract({text}, '[0-9]E[+]?([0-9]+)', 1) as integer), false)"


def _grouped(thousands: str) -> str:
    groups = f"{_FIRST}({_WRITTEN[thousands]}[0-9]{{3}})+"
    # Lakh and crore: the last group has three digits and those before it have two.
    return f"{groups}|[1-9][0-9]?(,[0-9]{{2}})+,[0-9]{{3}}" if thousands == "," else groups


def is_only_grouped(step: Number, text: str) -> str:
    """Whether the thousands sign of a cell can be nothing else: it is there twice, or the decimal sign follows."""
    sign = _WRITTEN[step.thousands]
    many = f"{_FIRST}({sign}[0-9]{{3}}){{2,}}"
    if step.thousands == ",":
        many += "|[1-9][0-9]?(,[0-9]{2})+,[0-9]{3}"
    followed = f"{_FIRST}({sign}[0-9]{{3}})+{_WRITTEN[step.decimal]}[0-9]+"
    return _matches(text, rf"\s*[-+]?({many}|{followed}).*")


def is_fraction(step: Number, text: str) -> str:
    """Whether the thousands sign of a cell can only be a decimal sign: what follows it is no group."""
    sign = _WRITTEN[step.thousands]
    parted = _matches(text, rf"\s*[-+]?[0-9]+{sign}[0-9]+\s*")
    return f"({parted} and not {is_either(step, text)})"


def is_either(step: Number, text: str) -> str:
    """Whether a cell is a number by both readings of its sign: 1.234."""
    return _matches(text, rf"\s*[-+]?{_FIRST}{_WRITTEN[step.thousands]}[0-9]{{3}}\s*")


def _matches(text: str, form: str) -> str:
    return f"coalesce(regexp_full_match({text}, {literal(form)}), false)"
