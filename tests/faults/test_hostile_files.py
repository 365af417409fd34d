"""Damaged and hostile files, opened in a process of little memory: each is refused in a sentence, none ends the process."""

from __future__ import annotations

import json
import resource
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.faults.hostile_boundaries import geopackage, marks, packages, placed, shape_zip, shapes
from tests.faults.hostile_files import (
    BOOK,
    KML,
    LAYER,
    PACKED,
    ROWS,
    SHAPE,
    Case,
    archive,
    book,
    books,
    sheet_xml,
    zips,
)
from tests.readers.samples import ODS, XLS

MEMORY = 4_000_000_000


SECONDS_EACH = 60


# Opens each file in turn and says what came of it; whatever is no DeliveryError ends it.
DRIVER = """
import json, resource, sys, time
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]), int(sys.argv[2])))
from sga_pipeline.errors import DeliveryError
from tests.readers.opening import opened
for line in Path(sys.argv[1]).read_text().splitlines():
    name, file, form = json.loads(line)
    began = time.monotonic()
    try:
        header, rows = opened(Path(file), **form)
        said = f"OPENED {header} {len(rows)}"
    except DeliveryError as error:
        said = str(error)
    print(json.dumps([name, said, time.monotonic() - began]), flush=True)
"""


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_each_is_refused_inside_the_limits(tmp_path: Path) -> None:
    cases = [*zips(), *books(), *marks(), *shapes(), *packages(tmp_path)]
    assert len(cases) >= 140
    assert len({name for name, _, _ in cases}) == len(cases)
    said = opened_apart(tmp_path, cases)
    assert [name for name, _, _ in cases] == list(said)
    assert {name: text for name, (text, _) in said.items() if text.startswith("OPENED")} == {}
    assert {name: took for name, (_, took) in said.items() if took > SECONDS_EACH} == {}


def test_what_the_hostile_ones_are_made_from_opens(tmp_path: Path) -> None:
    """So the refusals above are not those of files that could never be read."""
    place = b"GP\x00\x01\xe6\x10\x00\x00\x01\x01\x00\x00\x00" + struct.pack("<2d", 1, 2)
    cases: list[Case] = [
        ("zip", archive(("rows.csv", ROWS)), PACKED),
        ("book", book(), BOOK),
        ("xls", XLS, {**BOOK, "sheet": 2}),
        ("ods", ODS, {**BOOK, "sheet": 2}),
        ("kml", placed(b"0,0 0,1 1,1 0,0"), KML),
        ("shape", shape_zip(), SHAPE),
        ("layer", geopackage(tmp_path, blob=place), LAYER),
        ("sheet", book(sheet=sheet_xml(b'<row r="1"><c r="A1"><v>1</v></c></row>')), BOOK),
    ]
    said = opened_apart(tmp_path, cases)
    assert {name for name, (text, _) in said.items() if text.startswith("OPENED")} == {name for name, _, _ in cases}


@pytest.mark.parametrize("seed", range(2))
def test_noise_ends_no_process(tmp_path: Path, seed: int) -> None:
    """A changed byte in XLS, KML, or GeoPackage may change a value; it is opened or refused, and nothing else."""
    whole: list[tuple[bytes, dict[str, Any]]] = [
        (XLS, {**BOOK, "sheet": 2}),
        (book(), BOOK),
        (placed(b"0,0 0,1 1,1 0,0"), KML),
        (geopackage(tmp_path), LAYER),
    ]
    cases: list[Case] = []
    for number, (content, form) in enumerate(whole):
        for turn in range(10):
            place = (seed * 7919 + turn * 104_729 + number * 31) % len(content)
            cases.append(
                (
                    f"{number} at {place}",
                    content[:place] + bytes([content[place] ^ (1 << turn % 8)]) + content[place + 1 :],
                    form,
                )
            )
    assert len(opened_apart(tmp_path, cases)) == len({name for name, _, _ in cases})


def opened_apart(folder: Path, cases: list[Case]) -> dict[str, tuple[str, float]]:
    """What was said of each, and how long it took, by a process that may use no more than the memory it is given."""
    lines = []
    for number, (name, content, form) in enumerate(cases):
        file = folder / f"case {number}"
        file.write_bytes(content)
        lines.append(json.dumps([name, str(file), form]))
    (folder / "cases").write_text("\n".join(lines), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", DRIVER, str(folder / "cases"), str(MEMORY)],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert done.returncode == 0, (done.stdout.splitlines()[-1:], done.stderr[-2000:])
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    assert peak < MEMORY
    return {name: (said, took) for name, said, took in map(json.loads, done.stdout.splitlines())}
