"""Files of one series: names in one folder that differ in nothing but the period, the day or the number they have."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_YEAR, _MONTH_NO = "((?:19|20)[0-9]{2})", "(0[1-9]|1[0-2])"
# How often such files come, and what their names hold; the first that fits.
_FORMS = (
    ("", re.compile(rf"(?<![0-9]){_YEAR}([-_.]?){_MONTH_NO}\2(0[1-9]|[12][0-9]|3[01])(?![0-9])")),
    ("Q", re.compile(rf"(?<![0-9]){_YEAR}[-_ ]?[QqTt]([1-4])(?![0-9])")),
    ("M", re.compile(rf"(?<![0-9]){_YEAR}[-_.]?{_MONTH_NO}(?![0-9])")),
    ("A", re.compile(rf"(?<![0-9]){_YEAR}(?![0-9])")),
    ("", re.compile(r"(?<![0-9])([0-9]{1,4})(?![0-9])(?!.*[0-9])")),
)


@dataclass(frozen=True)
class Member:
    """A file and its place in the series: a period in its one notation, a day, or a number."""

    file: Path
    place: str
    # As the name writes it.
    written: str


@dataclass(frozen=True)
class Series:
    """Files in the order of their places; a file of its own is a series of one."""

    # A, Q or M where names hold periods; empty where they hold days or numbers.
    freq: str
    before: str
    after: str
    members: tuple[Member, ...]

    @property
    def newest(self) -> Path:
        return self.members[-1].file

    @property
    def has_periods(self) -> bool:
        """Whether a source can be asked for its files period by period."""
        return bool(self.freq) and all(one.written == one.place for one in self.members)

    def name(self, sign: str) -> str:
        """The name of its files with a sign where they differ."""
        return f"{self.before}{sign}{self.after}"

    def without(self, files: set[Path]) -> Series:
        return Series(self.freq, self.before, self.after, tuple(one for one in self.members if one.file not in files))


def files_of(paths: list[Path]) -> list[Path]:
    """The files named, and those in folders named."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(one for one in path.iterdir() if one.is_file() and not one.name.startswith("."))
        else:
            found.append(path)
    return list(dict.fromkeys(found))


def series_of(files: list[Path]) -> list[Series]:
    """Every file in one series, in the order in which they are named."""
    groups: dict[tuple[Path, str, str, str], list[Member]] = {}
    for file in files:
        freq, before, after, member = _placed(file)
        groups.setdefault((file.parent, freq, before, after), []).append(member)
    return [
        Series(freq, before, after, tuple(sorted(members, key=lambda one: one.place)))
        for (_, freq, before, after), members in groups.items()
    ]


def _placed(file: Path) -> tuple[str, str, str, Member]:
    stem, dot, endings = file.name.partition(".")
    for freq, form in _FORMS:
        if found := form.search(stem):
            place = _place(freq, found)
            after = f"{stem[found.end() :]}{dot}{endings}"
            return freq, stem[: found.start()], after, Member(file, place, found[0])
    return "", file.name, "", Member(file, "", "")


def _place(freq: str, found: re.Match[str]) -> str:
    if freq == "Q":
        return f"{found[1]}-Q{found[2]}"
    if freq == "M":
        return f"{found[1]}-{found[2]}"
    if freq == "A":
        return found[1]
    return f"{found[1]}-{found[3]}-{found[4]}" if found.re.groups > 1 else found[1].zfill(4)
