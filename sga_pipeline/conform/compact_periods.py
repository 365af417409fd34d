"""The step `compact_period` in SQL: periods written without signs, as the release writes them."""

from __future__ import annotations

_YEAR, _MONTH, _DAY = "[0-9]{4}", "[0-9]{4}-?(0[1-9]|1[0-2])", "[0-9]{4}-?[0-9]{2}-?[0-9]{2}"
_QUARTER, _HALF, _WEEK = "[0-9]{4}-?Q[1-4]", "[0-9]{4}-?S[12]", "[0-9]{4}-?W(0?[1-9]|[1-4][0-9]|5[0-3])"
# Which forms lie within one period of each length, and how that period is written.
_WITHIN = {
    "month": ((_MONTH, _DAY, _WEEK), "strftime({day}, '%Y-%m')"),
    "quarter": ((_MONTH, _DAY, _WEEK, _QUARTER), "year({day}) || '-Q' || quarter({day})"),
    "year": ((_YEAR, _MONTH, _DAY, _WEEK, _QUARTER, _HALF), "strftime({day}, '%Y')"),
    "first_day": ((_YEAR, _MONTH, _DAY, _WEEK, _QUARTER, _HALF), "strftime({day}, '%Y-%m-%d')"),
}


def compact_period(text: str, give: str) -> str:
    """What is no such period, or lies in no single one of the length asked for, stays as it is and fails its column's own check."""
    year, last = f"substr({text}, 1, 4)", f"right({text}, 2)"
    if give == "as_written":
        return f"case when {_is(text, _MONTH)} or {_is(text, _QUARTER)} then {year} || '-' || {last} else {text} end"
    forms, written = _WITHIN[give]
    first = give == "first_day"
    day = f"case {' '.join(f'when {_is(text, form)} then {_day(text, form, first=first)}' for form in forms)} end"
    return f"coalesce({written.format(day=f'({day})')}, {text})"


def _is(text: str, form: str) -> str:
    return f"regexp_full_match({text}, '{form}')"


def _day(text: str, form: str, *, first: bool) -> str:
    """The first day of a period; of a week its Thursday, which says to which month and year it belongs, unless its first is asked for."""
    year, digit = f"try_cast(substr({text}, 1, 4) as bigint)", f"try_cast(right({text}, 1) as bigint)"
    months = {
        _YEAR: "1",
        _MONTH: f"try_cast(right({text}, 2) as bigint)",
        _QUARTER: f"(3 * {digit} - 2)",
        _HALF: f"(6 * {digit} - 5)",
    }
    if form in months:
        return f"make_date({year}, {months[form]}, 1)"
    if form == _DAY:
        return f"cast(try_strptime(replace({text}, '-', ''), '%Y%m%d') as date)"
    week = f"try_cast(regexp_extract({text}, '[0-9]+$') as bigint)"
    # The fourth of January lies in the first week of every year.
    fourth = f"make_date({year}, 1, 4)"
    thursday = f"({fourth} + cast(4 - isodow({fourth}) + 7 * ({week} - 1) as integer))"
    # A year of 52 weeks has no week 53.
    return f"case when isoyear({thursday}) = {year} then {thursday}{' - 3' if first else ''} end"
