"""Classifications: which codes of ICCS and ICD-10 exist, as the lists in contracts/classifications/ know them."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from pathlib import Path

from sga_pipeline.contracts.csv_rows import read_keyed, read_rows

# Stands for a code nobody has translated; it is no code of a classification.
UNKNOWN = "_U"


@dataclass(frozen=True)
class Iccs:
    """ICCS: sections (2 digits) and divisions (4) are all listed; of groups (5) and classes (6) those the project uses."""

    codes: frozenset[str]
    title = "ICCS"

    @property
    def content(self) -> list[str]:
        """All that decides which codes exist, for a hash."""
        return sorted(self.codes)

    def has(self, code: str) -> bool:
        """Whether a code exists. A group or class that is not listed may, where its division does; they count from 1."""
        return code in self.codes or (re.fullmatch(r"[0-9]{4}[1-9]{1,2}", code) is not None and code[:4] in self.codes)

    def begins_a_code(self, text: str) -> bool:
        return self.has(text)

    def next_step(self, code: str) -> str:
        """What to write instead."""
        if self.has(f"0{code}"):
            return f"Write 0{code}; a spreadsheet drops the zero in front."
        if self.has(code.replace(".", "")):
            return f"Write {code.replace('.', '')}, without dots."
        near = difflib.get_close_matches(code, sorted(self.codes), n=3, cutoff=0.6)
        return f"Use {' or '.join(near) or 'a code'} of contracts/classifications/iccs.csv."


@dataclass(frozen=True)
class Icd10:
    """ICD-10: the first and last category of each chapter, and what a code looks like."""

    chapters: tuple[tuple[str, str], ...]
    title = "ICD-10"

    @property
    def content(self) -> list[str]:
        """All that decides which codes exist, for a hash."""
        return [f"{first}-{last}" for first, last in self.chapters]

    def has(self, code: str) -> bool:
        """Whether the category lies in a chapter; which subdivisions it has differs between editions."""
        return re.fullmatch(r"[A-Z][0-9]{2}[0-9A-Z]?", code) is not None and self._in_a_chapter(code[:3], code[:3])

    def begins_a_code(self, text: str) -> bool:
        """Whether a code may begin so: X8 stands for X80 to X89."""
        if len(text) > 2:
            return self.has(text)
        return re.fullmatch(r"[A-Z][0-9]?", text) is not None and self._in_a_chapter(
            text.ljust(3, "0"), text.ljust(3, "9")
        )

    def _in_a_chapter(self, low: str, high: str) -> bool:
        return any(first <= high and low <= last for first, last in self.chapters)

    def next_step(self, code: str) -> str:
        """What to write instead."""
        if self.has(code.upper().replace(".", "")):
            return f"Write {code.upper().replace('.', '')}: a capital, and no dot."
        return "Use a code such as X959 or X95; contracts/classifications/icd10.csv has the chapters."


Classification = Iccs | Icd10
Classifications = dict[str, Classification]


def read_classifications(folder: Path) -> Classifications:
    """Both, by the name that a shape's columns call them by."""
    chapters = tuple((row["first"], row["last"]) for row in read_rows(folder / "icd10.csv"))
    return {"iccs": Iccs(frozenset(read_keyed(folder / "iccs.csv", "iccs_code"))), "icd10": Icd10(chapters)}
