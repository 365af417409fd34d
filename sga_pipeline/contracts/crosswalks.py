"""Crosswalks: the CSV files that lead from other area codes to the city's own, read and checked."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sga_pipeline.contracts.contract_text import is_there
from sga_pipeline.contracts.csv_rows import read_rows
from sga_pipeline.contracts.letters import without_strokes
from sga_pipeline.contracts.places import CodeSystem
from sga_pipeline.errors import ContractError, Problem

COLUMNS = ("from_code", "to_code")
# Weights are written with a few decimals; a third three times is a whole.
TOLERANCE = 0.001


@dataclass(frozen=True)
class Crosswalk:
    """One system of codes: for each of its codes the city's own, or several with the share of each."""

    id: str
    system: CodeSystem
    # Code in its key form -> the city's own codes with their weights, which add up to one.
    targets: dict[str, tuple[tuple[str, float], ...]]

    @cached_property
    def splits(self) -> list[str]:
        """Codes whose area lies in several of the city's."""
        return sorted(code for code, found in self.targets.items() if len(found) > 1)

    @cached_property
    def sources(self) -> dict[str, int]:
        """How many codes lead to each of the city's own."""
        return dict(Counter(code for found in self.targets.values() for code, _ in found))

    @property
    def merges(self) -> list[str]:
        return sorted(code for code, number in self.sources.items() if number > 1)

    def key(self, code: str) -> str:
        return key_form(code, self.system.match)

    def find(self, code: str) -> tuple[tuple[str, float], ...]:
        """Where a code leads; one that leads nowhere keeps its name, marked so that it is taken for no code of the city's."""
        return self.targets.get(self.key(code)) or ((f"{self.id}:{code}", 1.0),)


def key_form(code: str, match: str) -> str:
    """The form in which codes of a system meet."""
    if match == "name":
        return name_key(code)
    text = code.strip()
    return (text.lstrip("0") or "0") if match == "number" and text else text


def name_key(name: str) -> str:
    """A name without accents, strokes, case, punctuation and needless blanks: `Álvaro  Obregón ` and `ALVARO OBREGON` meet."""
    apart = unicodedata.normalize("NFD", name)
    plain = without_strokes("".join(one for one in apart if unicodedata.category(one)[0] != "M"))
    # An apostrophe stands inside a word, everything else between words: O'Hare is OHARE, Magdalena-Contreras two words.
    plain = re.sub(r"['’‘ʼ`´]", "", plain)
    parts = "".join(one if unicodedata.category(one)[0] in "LN" else " " for one in plain).split()
    # A letter whose capital is several letters stays, as it does in SQL.
    capitals = "".join(one.upper() if len(one.upper()) == 1 else one for one in " ".join(parts))
    return capitals.replace("ß", "SS").replace("ẞ", "SS")


def read_crosswalk(name: str, system: CodeSystem, folder: Path) -> Crosswalk:
    """Read a system's file, or raise one ContractError with every problem found."""
    if system.file is None:
        return Crosswalk(name, system, {})
    file = folder / system.file
    if not is_there(file):
        raise ContractError([Problem("the crosswalk does not exist", "Create it or correct city.yaml.", str(file))])
    rows = read_rows(file)
    columns = tuple(rows[0]) if rows else ()
    if columns not in {COLUMNS, (*COLUMNS, "weight")}:
        step = "Use from_code,to_code or from_code,to_code,weight, and at least one row."
        raise ContractError([Problem("the columns of a crosswalk are fixed", step, ",".join(columns), file, 1)])
    problems: list[Problem] = []
    written: dict[str, tuple[str, int]] = {}
    found: dict[str, dict[str, float]] = {}
    for line, row in enumerate(rows, start=2):
        code, key = row["from_code"], key_form(row["from_code"], system.match)

        def wrong(message: str, step: str, value: str, line: int = line) -> None:
            problems.append(Problem(message, step, value, file, line))

        weight = _weight(row.get("weight", ""))
        if not key or not row["to_code"]:
            wrong("a crosswalk needs both codes", "Fill from_code and to_code.", code or row["to_code"])
            continue
        if weight is None:
            wrong("a weight is a share above 0 and up to 1", "Write it with a point, as 0.4.", row.get("weight", ""))
            continue
        before = written.setdefault(key, (code, line))
        targets = found.setdefault(key, {})
        if before[0] != code and set(targets) != {row["to_code"]}:
            wrong(
                f"two codes are one and the same when they are compared as {system.match} (line {before[1]}: {before[0]})",
                "Give both the same to_code, or tell them apart.",
                code,
            )
        elif before[0] == code and row["to_code"] in targets:
            wrong("the code is mapped twice", "Keep one of the two.", code)
        elif before[0] == code and targets and not row.get("weight"):
            wrong("the area is split and no weight says how", "Give each part its weight, together 1.", code)
        else:
            targets.setdefault(row["to_code"], weight)
    for key, targets in found.items():
        if not math.isclose(sum(targets.values()), 1.0, abs_tol=TOLERANCE):
            message = f"the weights of a code add up to {sum(targets.values()):g}, not to 1"
            problems.append(Problem(message, "Correct the weights.", written[key][0], file, written[key][1]))
    if problems:
        raise ContractError(problems)
    return Crosswalk(name, system, {key: _whole(targets) for key, targets in found.items()})


def _weight(text: str) -> float | None:
    if not text:
        return 1.0
    if not re.fullmatch(r"[0-9]+([.][0-9]+)?", text):
        return None
    return float(text) if 0 < float(text) <= 1 else None


def _whole(targets: dict[str, float]) -> tuple[tuple[str, float], ...]:
    total = sum(targets.values())
    return tuple((code, weight / total) for code, weight in sorted(targets.items()))
