"""SDMX messages that are broken or made to harm: refused with a reason or read rightly, within limits of time and memory."""

from __future__ import annotations

import json
import random
import struct
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import pytest

from tests.sdmx_messages import STRUCTURE, message

MEGABYTES = 1200
# Reads every file of a folder in one process of few means, and reports what became of each.
CHILD = """
import json, resource, sys, time
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
resource.setrlimit(resource.RLIMIT_CPU, (120, 120))
from sga_pipeline.errors import DeliveryError
from tests.memory import peak_kb
from tests.sdmx_messages import read
found = {}
for file in sorted(Path(sys.argv[1]).iterdir()):
    began = time.process_time()
    try:
        outcome = ["read", [[row.get("AREA"), row.get("TIME_PERIOD"), row.get("OBS_VALUE")] for row in read(file)][:500]]
    except DeliveryError as error:
        outcome = ["refused", str(error)]
    found[file.name] = [*outcome, time.process_time() - began]
print(json.dumps([found, peak_kb() // 1024]))
"""

AREAS, YEARS = ("A1", "A2", "A3"), range(2015, 2023)
TRUTH = [[area, str(year), str(17 * year - n)] for n, area in enumerate(AREAS) for year in YEARS]
_OBS = "".join(
    f'<Series AREA="{area}" NAME="Ñandú">'
    + "".join(f'<Obs TIME_PERIOD="{year}" OBS_VALUE="{17 * year - n}"/>' for year in YEARS)
    + "</Series>"
    for n, area in enumerate(AREAS)
)
ML = message(_OBS)
_VALUES = '<g:Value id="{}" value="{}"/>'
GENERIC = (
    '<m:GenericData xmlns:m="urn:m" xmlns:g="urn:g"><m:DataSet>'
    + "".join(
        f'<g:Obs><g:ObsKey><g:Value id="AREA" value="{area}"/><g:Value id="TIME_PERIOD" value="{year}"/></g:ObsKey><g:ObsValue value="{value}"/></g:Obs>'
        for area, year, value in TRUTH
    )
    + "</m:DataSet></m:GenericData>"
).encode()
_JSON = {
    "meta": {"id": "1"},
    "data": {
        "structures": [
            {
                "dimensions": {
                    "observation": [
                        {"id": "AREA", "values": [{"id": one} for one in AREAS]},
                        {"id": "TIME_PERIOD", "values": [{"id": str(one)} for one in YEARS]},
                    ]
                }
            }
        ],
        "dataSets": [{"observations": {f"{n}:{year - 2015}": [17 * year - n] for n in range(3) for year in YEARS}}],
    },
}
JSON = json.dumps(_JSON, indent=1).encode()
HEAD = b'<?xml version="1.0"?>\n'


def entities() -> dict[str, bytes]:
    body = b"<StructureSpecificData><DataSet><Obs AREA='&e;' OBS_VALUE='1'/></DataSet></StructureSpecificData>"
    laughs = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 12))
    types = {
        "file": b'<!DOCTYPE m [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
        "http": b'<!DOCTYPE m [<!ENTITY e SYSTEM "http://127.0.0.1:9/x">]>',
        "dtd": b'<!DOCTYPE m SYSTEM "http://127.0.0.1:9/m.dtd">',
        "parameter": b'<!DOCTYPE m [<!ENTITY % p SYSTEM "file:///etc/passwd">%p;]>',
        "internal": b'<!DOCTYPE m [<!ENTITY e "A1">]>',
        "laughs": b'<!DOCTYPE m [<!ENTITY l0 "ha">' + laughs + b'<!ENTITY e "&l11;">]>',
        "quadratic": b'<!DOCTYPE m [<!ENTITY e "' + b"a" * 200_000 + b'">]>',
        "default": b'<!DOCTYPE m [<!ATTLIST Obs OBS_VALUE CDATA "5">]>',
        "bare": b"<!DOCTYPE m>",
    }
    found = {f"entity-{name}": HEAD + given + body for name, given in types.items()}
    found["entity-quadratic-used"] = HEAD + types["quadratic"] + body.replace(b"&e;", b"&e;" * 20_000)
    wide = (types["internal"] + body).decode()
    found["entity-utf16"] = ('<?xml version="1.0" encoding="utf-16"?>' + wide).encode("utf-16")
    found["entity-undeclared"] = HEAD + body
    return found


def deep() -> dict[str, bytes]:
    many = 100_000
    open_, close = b"<Obs>" * many, b"</Obs>" * many
    return {
        "deep-xml": b"<StructureSpecificData><DataSet>" + open_ + close + b"</DataSet></StructureSpecificData>",
        "deep-structure": STRUCTURE.replace(b"</s:Code>", b"<s:Code>" * many + b"</s:Code>" * many + b"</s:Code>", 1),
        "deep-xml-unclosed": b"<StructureSpecificData><DataSet>" + open_,
        "deep-json-lists": b'{"dataSets": ' + b"[" * many + b"]" * many + b"}",
        "deep-json-objects": b'{"dataSets": ' + b'{"a":' * many + b"1" + b"}" * many + b"}",
        "deep-json-value": JSON.replace(b"34255", b"[" * 900 + b"]" * 900),
        "deep-json-unclosed": b"[" * 1_000_000,
    }


def large() -> dict[str, bytes]:
    thousand = "".join(f'<Obs AREA="A1" C{n}="x"/>' for n in range(100_000))
    return {
        "large-attribute": ML.replace(b"A1", b"A" * 50_000_000, 1).replace(b"<Series", b"<Series", 1)[:-20],
        "large-text": ML.replace(b"<Series", b"<Note>" + b"x" * 20_000_000 + b"</Note><Series", 1),
        "large-columns": message(thousand),
        "large-columns-in-one": message("<Obs " + " ".join(f'C{n}="x"' for n in range(100_000)) + "/>"),
        "large-key": json.dumps(
            {"structure": {"dimensions": {"observation": []}}, "dataSets": [{"observations": {":" * 5_000_000: [1]}}]}
        ).encode(),
        "large-number": JSON.replace(b"34255", b"9" * 100_000),
        "large-csv-columns": b"DATAFLOW," + b",".join(b"C%d" % n for n in range(200_000)) + b"\n",
    }


def wrong() -> dict[str, bytes]:
    latin = ML.decode().encode("latin-1")
    return {
        "encoding-latin1-called-utf8": latin,
        "encoding-unknown": latin.replace(b"UTF-8", b"klingon"),
        "encoding-utf16-called-utf8": ML.decode().encode("utf-16-le"),
        "encoding-nul": ML.replace(b"2015", b"20\x0015", 1),
        "encoding-utf7": ML.replace(b"UTF-8", b"utf-7"),
        "twice-attribute": ML.replace(b'OBS_VALUE="34255"', b'OBS_VALUE="34255" OBS_VALUE="1"'),
        "twice-json-key": JSON.replace(b'"0:1"', b'"0:0"'),
        "twice-json-datasets": JSON.replace(b'"dataSets"', b'"dataSets": [], "dataSets"'),
        "twice-generic-value": GENERIC.replace(
            b'<g:Value id="AREA" value="A1"/>', b'<g:Value id="AREA" value="A1"/><g:Value id="AREA" value="A2"/>', 1
        ),
        "twice-csv-column": b"DATAFLOW,AREA,AREA,OBS_VALUE\nX,A1,A2,3\n",
        "number-json-nan": JSON.replace(b"34255", b"NaN"),
        "number-json-infinity": JSON.replace(b"34255", b"Infinity"),
        "number-json-minus-infinity": JSON.replace(b"34255", b"-Infinity"),
        "page-html": b"<html><body>busy</body></html>",
        "page-xhtml": HEAD + b"<html xmlns='x'><body>busy</body></html>",
        "page-text": b"Service unavailable",
        "page-nothing": b" ",
        "page-number": b"42",
        "page-list": b"[1, 2]",
        "metadata": b"<GenericMetadata/>",
        "structure-alone": STRUCTURE,
    }


def zips(folder: Path) -> dict[str, bytes]:
    def packed(how: int, *members: tuple[str, bytes]) -> bytes:
        file = folder / "made.zip"
        with zipfile.ZipFile(file, "w", how) as archive:
            for name, content in members:
                archive.writestr(name, content)
        return file.read_bytes()

    good = packed(zipfile.ZIP_DEFLATED, ("data.xml", ML))
    liar = bytearray(good)
    # The size written in the archive's own list is not that of what is in it.
    place = good.rindex(b"PK\x01\x02")
    liar[place + 24 : place + 28] = struct.pack("<I", 10)
    locked = bytearray(good)
    locked[place + 8] |= 1
    checksum = bytearray(good)
    checksum[place + 16 : place + 20] = struct.pack("<I", zlib.crc32(b"other"))
    return {
        "zip-bomb": packed(zipfile.ZIP_DEFLATED, ("data.xml", b"<a>" + b"0" * 400_000_000)),
        "zip-two": packed(zipfile.ZIP_DEFLATED, ("a.xml", ML), ("b.xml", ML)),
        "zip-in-zip": packed(zipfile.ZIP_DEFLATED, ("a.zip", good)),
        "zip-many": packed(zipfile.ZIP_STORED, *((f"{n}", b"<a/>") for n in range(3000))),
        "zip-two-csv": packed(zipfile.ZIP_STORED, ("a", b"DATAFLOW,A\n"), ("b", b"DATAFLOW,A\n")),
        "zip-liar": bytes(liar),
        "zip-locked": bytes(locked),
        "zip-checksum": bytes(checksum),
        "zip-empty": packed(zipfile.ZIP_DEFLATED),
        **{f"zip-cut-{n}": good[: len(good) * n // 10] for n in range(1, 10)},
    }


def cuts_and_losses() -> dict[str, bytes]:
    dice, found = random.Random(7), {}
    for name, whole in (("ml", ML), ("generic", GENERIC), ("json", JSON)):
        for n in range(20):
            found[f"cut-{name}-{n}"] = whole[: dice.randrange(5, len(whole) - 2)]
        signs = [place for place, sign in enumerate(whole) if sign in b'<>"/{}[]:,']
        for n in range(20):
            place = dice.choice(signs)
            found[f"lost-{name}-{n}"] = whole[:place] + whole[place + 1 :]
    return found


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, list[object]], int]:
    folder, made = tmp_path_factory.mktemp("hostile"), tmp_path_factory.mktemp("made")
    cases = {**entities(), **deep(), **large(), **wrong(), **zips(made), **cuts_and_losses()}
    cases |= {"good-ml": ML, "good-generic": GENERIC, "good-json": JSON}
    for name, content in cases.items():
        (folder / name).write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-c", CHILD, folder],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert done.returncode == 0, done.stderr[-2000:]
    # Nothing but the result is said: no library prints its state.
    assert done.stderr == ""
    found, megabytes = json.loads(done.stdout)
    assert set(found) == set(cases)
    return found, megabytes


def test_the_unspoilt_messages_are_read(outcomes: tuple[dict[str, list[object]], int]) -> None:
    for name in ("good-ml", "good-generic", "good-json"):
        status, rows, _ = outcomes[0][name]
        assert (status, rows) == ("read", TRUTH)


def test_each_spoilt_message_is_refused_or_read_rightly(outcomes: tuple[dict[str, list[object]], int]) -> None:
    assert len(outcomes[0]) >= 150
    may_be_read = ("zip-liar", "lost-", "encoding-utf16-called-utf8")
    for name, (status, said, seconds) in outcomes[0].items():
        assert isinstance(seconds, float) and seconds < 30, name
        if name.startswith("good-"):
            continue
        if status == "read":
            assert name.startswith(may_be_read) and said == TRUTH, (name, said)
        else:
            assert isinstance(said, str) and 20 < len(said) < 600, name


def test_entities_are_refused_before_anything_is_made_of_them(outcomes: tuple[dict[str, list[object]], int]) -> None:
    for name, (status, said, _) in outcomes[0].items():
        if name.startswith("entity-") and name != "entity-undeclared":
            assert status == "refused" and "document type" in str(said), name


def test_memory_stays_within_its_limit(outcomes: tuple[dict[str, list[object]], int]) -> None:
    assert outcomes[1] < MEGABYTES
