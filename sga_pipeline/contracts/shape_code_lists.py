"""Writes the code lists of the catalogue into contracts/shapes/ as valid values, so that other tools check them too."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from sga_pipeline.contracts.catalogue import read_catalogue
from sga_pipeline.contracts.generated import keep
from sga_pipeline.paths import CONTRACTS

# The custom property that names a list, and the rule below it, if it is there already.
LISTED = re.compile(
    r"(?P<named>          - property: codeList\n            value: (?P<list>\w+)\n)"
    r"(?P<rule>        quality:\n          - metric: invalidValues\n"
    r"            arguments:\n              validValues:(?:.*\n)(?:                .*\n)*            mustBe: 0\n)?"
)
# The indicators are a table of their own, not a list of codes.
NOT_WRITTEN = {"indicator"}
WIDTH = 110


def with_valid_values(text: str, code_lists: Mapping[str, Sequence[str]]) -> str:
    """A shape's file in which every column with a code list has the list's codes as a rule."""

    def written(found: re.Match[str]) -> str:
        codes = code_lists.get(found["list"], ()) if found["list"] not in NOT_WRITTEN else ()
        return found["named"] + _rule(list(codes)) if codes else found[0]

    return LISTED.sub(written, text)


def _rule(codes: list[str]) -> str:
    lines = yaml.safe_dump(codes, default_flow_style=True, width=WIDTH - 16, allow_unicode=True).splitlines()
    first, *rest = (" ".join(line.split()) for line in lines)
    arguments = f"              validValues: {first}\n" + "".join(f"                {line}\n" for line in rest)
    return f"        quality:\n          - metric: invalidValues\n            arguments:\n{arguments}            mustBe: 0\n"


def main(*, check: bool) -> int:
    code_lists = read_catalogue(CONTRACTS / "catalogue").code_lists
    files: list[Path] = sorted((CONTRACTS / "shapes").glob("*.yaml"))
    return max(keep(one, with_valid_values(one.read_text(encoding="utf-8"), code_lists), check=check) for one in files)


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv))
