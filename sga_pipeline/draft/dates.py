"""How a column's dates are written. Where day and month cannot be distinguished, that is said, and nothing is chosen."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TIMES: tuple[tuple[str, str, str], ...] = (
    ("", "", ""),
    (r"[ ]\d{1,2}:\d{2}", " %H:%M", " 18:30"),
    (r"[ ]\d{1,2}:\d{2}:\d{2}", " %H:%M:%S", " 18:30:00"),
    (r"[ ]\d{1,2}:\d{2}:\d{2}\.\d+", " %H:%M:%S.%f", " 18:30:00.0"),
    (r"T\d{2}:\d{2}:\d{2}", "T%H:%M:%S", "T18:30:00"),
    (r"T\d{2}:\d{2}:\d{2}\.\d+", "T%H:%M:%S.%f", "T18:30:00.0"),
    (r"T\d{2}:\d{2}:\d{2}Z", "T%H:%M:%SZ", "T18:30:00Z"),
    (r"T\d{2}:\d{2}:\d{2}\.\d+Z", "T%H:%M:%S.%fZ", "T18:30:00.0Z"),
    (r"[ ]\d{1,2}:\d{2}:\d{2} [AP]M", " %I:%M:%S %p", " 06:30:00 PM"),
    (r"[ ]\d{2}:\d{2}:\d{2}\+00", " %H:%M:%S+00", " 18:30:00+00"),
)


@dataclass(frozen=True)
class Form:
    """A way of writing dates; `order` is ymd, or xy where two figures are day and month in one order or the other."""

    pattern: re.Pattern[str]
    order: str
    separator: str
    year: str
    time: str
    time_example: str

    def strptime(self, order: str) -> str:
        codes = {"y": self.year, "m": "%m", "d": "%d"}
        return self.separator.join(codes[one] for one in order) + self.time

    def example(self, order: str) -> str:
        shown = {"y": "2023" if self.year == "%Y" else "23", "m": "12", "d": "31"}
        return self.separator.join(shown[one] for one in order) + self.time_example


def _forms() -> tuple[Form, ...]:
    made = []
    for time, code, example in _TIMES:
        for sign in "-/.":
            mark = re.escape(sign)
            made.append(
                Form(
                    re.compile(rf"(\d{{4}}){mark}(\d{{1,2}}){mark}(\d{{1,2}}){time}"), "ymd", sign, "%Y", code, example
                )
            )
            made.append(
                Form(re.compile(rf"(\d{{1,2}}){mark}(\d{{1,2}}){mark}(\d{{4}}){time}"), "xy", sign, "%Y", code, example)
            )
            made.append(
                Form(re.compile(rf"(\d{{1,2}}){mark}(\d{{1,2}}){mark}(\d{{2}}){time}"), "xy", sign, "%y", code, example)
            )
    made.append(Form(re.compile(r"((?:19|20)\d{2})(0[1-9]|1[0-2])([0-2]\d|3[01])"), "ymd", "", "%Y", "", ""))
    return tuple(made)


FORMS = _forms()


@dataclass(frozen=True)
class Dates:
    """What was found: formats for the contract, share of values they read, why, and whether day and month are distinguished."""

    formats: tuple[str, ...]
    share: float
    why: str
    ambiguous: bool = False
    has_time: bool = False
    # Every value begins with the same ten characters of a date, whatever follows.
    same_start: bool = False
    first: str = ""
    last: str = ""


def dates_of(values: list[tuple[str, int]]) -> Dates | None:
    """Look at values with how often each occurs."""
    total = sum(count for _, count in values)
    tally: dict[Form, int] = {}
    orders: dict[tuple[str, str], list[int]] = {}
    days: list[str] = []
    for value, count in values:
        for form in FORMS:
            if match := form.pattern.fullmatch(value):
                one, two, three = match.groups()
                if form.order == "ymd":
                    if not (1 <= int(two) <= 12 and 1 <= int(three) <= 31):
                        continue
                    days.append(f"{one}-{int(two):02}-{int(three):02}")
                else:
                    if max(int(one), int(two)) > 31 or min(int(one), int(two)) > 12 or not int(one) or not int(two):
                        continue
                    figures = orders.setdefault((form.separator, form.year), [0, 0, 0])
                    figures[0] += count * (int(one) > 12)
                    figures[1] += count * (int(two) > 12)
                    figures[2] += count
                tally[form] = tally.get(form, 0) + count
                break
    share = sum(tally.values()) / total if total else 0.0
    if share < 0.6:
        return None
    kept = sorted((form for form in tally if tally[form] >= max(1, total * 0.001)), key=lambda form: -tally[form])
    formats: list[str] = []
    notes: list[str] = []
    ambiguous = False
    for form in kept:
        how = f"{tally[form] / total:.0%}" if tally[form] > total * 0.005 else "some"
        if form.order == "ymd":
            formats.append(form.strptime("ymd"))
            notes.append(f"{how} of {total:,} values are dates written {form.example('ymd') or '20231231'}")
            continue
        first, second, _ = orders[(form.separator, form.year)]
        order = "dmy" if first and not second else "mdy" if second and not first else ""
        if order:
            formats.append(form.strptime(order))
            over = first or second
            notes.append(
                f"{how} of {total:,} values are dates written {form.example(order)}; the {'first' if first else 'second'} figure "
                f"is above 12 in {over:,}, the other never"
            )
        else:
            ambiguous = True
            formats += [form.strptime("dmy"), form.strptime("mdy")]
            why = "both figures are above 12 somewhere" if first else "no figure is above 12"
            notes.append(f"{how} of {total:,} values are dates, and {why}: day or month first is not known")
    days.sort()
    iso_start = (
        all(form.order == "ymd" and form.separator and form.year == "%Y" for form in kept)
        and len({f.separator for f in kept}) == 1
    )
    same_start = iso_start and len(kept) > 1
    if same_start:
        formats = [kept[0].separator.join(("%Y", "%m", "%d"))]
    whole = not any(form.order == "xy" for form in kept)
    return Dates(
        tuple(dict.fromkeys(formats)),
        share,
        "; ".join(notes[:3]),
        ambiguous,
        any(form.time for form in kept),
        same_start,
        days[0] if days and whole else "",
        days[-1] if days and whole else "",
    )
