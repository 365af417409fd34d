"""Bundles and bulk files damaged in hundreds of ways: counted correctly, or refused in words that repeat nothing of what they hold."""

from __future__ import annotations

import json
import random
import tracemalloc
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from sga_pipeline.conform.open_delivery import open_delivery
from sga_pipeline.conform.readers.health import fhir
from sga_pipeline.contracts.formats import FhirFormat
from sga_pipeline.errors import DeliveryError
from tests.faults.hostile_bundles import KEYS, SECRET, good, rows_of, total

JUNK: list[Any] = [
    None,
    True,
    0,
    -1,
    1e300,
    "",
    SECRET,
    "9999-99-99",
    [],
    {},
    [[]],
    [None],
    {"a": SECRET},
    [SECRET],
    [{}],
    {"coding": 7},
    {"coding": [7]},
    {"reference": []},
    {"start": 7},
    "x" * 10_000,
    "\u0000",
    "\ud800",
    "2023-02-30",
    10**30,
]


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document."""
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path] * bool(path) + [one for key, value in inner for one in places(value, (*path, key))]


def damage(document: Any, place: tuple[Any, ...], value: Any) -> None:
    for key in place[:-1]:
        document = document[key]
    document[place[-1]] = value


def expected_total(document: Any) -> int:
    """How many records of the kinds asked for a damaged bundle still holds."""
    kinds = [one["resource"].get("resourceType") for one in document["entry"] if "resource" in one]
    return sum(kind in {"Condition", "Encounter", "Patient"} for kind in kinds)


@pytest.mark.parametrize("seed", range(120))
def test_any_member_may_be_anything(tmp_path: Path, seed: int) -> None:
    """Each record of a kind asked for is counted or left out with a reason, whatever is in its members; or all is refused."""
    chance, file = random.Random(seed), tmp_path / "bundle.json"
    document = good()
    spots = [one for one in places(document) if len(one) > 1]
    for _ in range(chance.choice([1, 1, 3, 20])):
        try:
            damage(document, chance.choice(spots), chance.choice(JUNK))
        except (KeyError, TypeError, IndexError):
            continue
    file.write_text(json.dumps(document), encoding="utf-8")
    try:
        rows = rows_of(file)
    except DeliveryError:
        sound = isinstance(document["entry"], list) and all(
            isinstance(one, dict)
            and (
                "resource" not in one
                or (isinstance(one["resource"], dict) and isinstance(one["resource"].get("resourceType"), str))
            )
            for one in document["entry"]
        )
        assert not sound
        return
    assert total(rows) == expected_total(document)


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("written", ["bundle", "ndjson"])
def test_a_cut_file_is_refused_or_ends_with_a_whole_line(tmp_path: Path, seed: int, written: str) -> None:
    file, chance = tmp_path / "cut", random.Random(seed)
    lines = [json.dumps(one["resource"]) for one in good()["entry"]]
    whole = json.dumps(good()) if written == "bundle" else "\n".join(lines)
    at = chance.randrange(1, len(whole) - 1)
    file.write_text(whole[:at], encoding="utf-8")
    ends_a_line = written == "ndjson" and whole[:at].rstrip("\n") in {
        "\n".join(lines[:n]) for n in range(1, len(lines) + 1)
    }
    if ends_a_line:
        rows_of(file, written=written)
        return
    with pytest.raises(DeliveryError, match=r"not JSON|cut short"):
        rows_of(file, written=written)


@pytest.mark.parametrize("seed", range(60))
def test_bytes_changed_at_random_never_end_in_anything_but_a_count_or_a_refusal(tmp_path: Path, seed: int) -> None:
    chance, file = random.Random(seed), tmp_path / "bytes.json"
    content = bytearray(json.dumps(good()).encode())
    for _ in range(chance.choice([1, 5, 50])):
        content[chance.randrange(len(content))] = chance.randrange(256)
    file.write_bytes(bytes(content))
    form = FhirFormat.model_validate(KEYS)
    with duckdb.connect() as con:
        try:
            found = open_delivery(con, file, form, tmp_path)
            con.execute(f"select * from {found.relation}").fetchall()
        except DeliveryError as error:
            assert SECRET not in str(error)


REFUSED: dict[str, tuple[bytes, str]] = {
    "deep": (b'{"resourceType":"Bundle","entry":' + b"[" * 500_000, "bundle"),
    "deep and closed": (
        b'{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Condition","x":'
        + b"[" * 99_999
        + b"]" * 99_999
        + b"}}]}",
        "bundle",
    ),
    "not a number": (
        b'{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Condition","x":NaN}}]}',
        "bundle",
    ),
    "an endless number": (b'{"resourceType":"Bundle","entry":[' + b"9" * 100_000 + b"]}", "bundle"),
    "entries that are no list": (b'{"resourceType":"Bundle","entry":{"resource":{}}}', "bundle"),
    "an entry of nothing": (b'{"resourceType":"Bundle","entry":[null]}', "bundle"),
    "a record of nothing": (b'{"resourceType":"Bundle","entry":[{"resource":null}]}', "bundle"),
    "a record of no kind": (b'{"resourceType":"Bundle","entry":[{"resource":{"id":"1"}}]}', "bundle"),
    "a bundle in a bundle": (
        b'{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Bundle","entry":[]}}]}',
        "bundle",
    ),
    "a record alone": (b'{"resourceType":"Condition"}', "bundle"),
    "lines in place of a bundle": (b'{"resourceType":"Condition"}\n{"resourceType":"Condition"}\n', "bundle"),
    "a bundle in place of lines": (b'{"resourceType":"Bundle","entry":[]}', "ndjson"),
    "a list on a line": (b"[]\n", "ndjson"),
    "no UTF-8": (b'{"resourceType":"Condition","id":"\xff\xfe\xff"}\n', "ndjson"),
    "one endless line": (b'{"resourceType":"Condition","id":"' + b"x" * 17_000_000 + b'"}', "ndjson"),
    "a web page": (b"<!DOCTYPE html><html>", "ndjson"),
    "nothing": (b"", "ndjson"),
    "a packed file": (b"\x1f\x8b\x08\x00" + bytes(100), "ndjson"),
    "an archive cut short": (b"PK\x05\x06" + bytes(18), "bundle"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_record_at_all_is_refused(tmp_path: Path, name: str) -> None:
    content, written = REFUSED[name]
    file = tmp_path / "delivery"
    file.write_bytes(content)
    if name == "an archive cut short":
        # An archive without pages holds no records.
        assert rows_of(file, written=written) == []
        return
    with pytest.raises(DeliveryError):
        rows_of(file, written=written)


def test_a_compressed_archive_is_not_unpacked(tmp_path: Path) -> None:
    import zipfile

    file = tmp_path / "bomb"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("page-1", b" " * 50_000_000)
    with pytest.raises(DeliveryError, match="no pages a connector kept"):
        rows_of(file)


def test_a_bundle_beyond_its_limit_is_asked_for_as_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fhir, "MAX_BUNDLE_BYTES", 1000)
    file = tmp_path / "bundle.json"
    file.write_text(json.dumps(good()), encoding="utf-8")
    with pytest.raises(DeliveryError, match="NDJSON"):
        rows_of(file)


def test_a_million_entries_are_counted(tmp_path: Path) -> None:
    """A bundle of a million records within the limits: all are counted, in one cell."""
    file = tmp_path / "million.json"
    entry = b'{"resource":{"resourceType":"Condition","onsetDateTime":"2023-04-01"}}'
    file.write_bytes(b'{"resourceType":"Bundle","entry":[' + b",".join([entry] * 1_000_000) + b"]}")
    (row,) = rows_of(file)
    assert row[7] == "1000000"


def test_lines_need_no_more_memory_the_more_there_are(tmp_path: Path) -> None:
    """What is held grows with persons and cells, not with the length of what is said of each."""
    peaks = []
    for number in (2_000, 20_000):
        file = tmp_path / f"{number}.ndjson"
        record = {
            "resourceType": "Condition",
            "onsetDateTime": "2023-04-01",
            "subject": {"reference": "Patient/1"},
            "note": [{"text": "x" * 500}],
        }
        file.write_text("".join(json.dumps(record) + "\n" for _ in range(number)), encoding="utf-8")
        tracemalloc.start()
        (row,) = rows_of(file, written="ndjson")
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert row[7] == str(number)
    assert peaks[1] < 2 * peaks[0] + 1_000_000


CHANGES: dict[str, Callable[[dict[str, Any]], object]] = {
    "in another order": lambda document: document["entry"].reverse(),
    "with an unknown kind": lambda document: document["entry"].append({"resource": {"resourceType": SECRET}}),
    "with an entry that removes": lambda document: document["entry"].append(
        {"request": {"method": "DELETE", "url": f"Patient/{SECRET}"}}
    ),
    "with members nobody knows": lambda document: [
        one["resource"].update({SECRET: SECRET}) for one in document["entry"]
    ],
    "with dates of death": lambda document: [
        one["resource"].update({"deceasedDateTime": "2020-01-01"}) for one in document["entry"]
    ],
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_changes_nothing_changes_no_count(tmp_path: Path, name: str) -> None:
    """A death before the event, strange members and the order of entries leave every count as it was."""
    plain, changed = tmp_path / "plain", tmp_path / "changed"
    document = good()
    plain.write_text(json.dumps(document), encoding="utf-8")
    CHANGES[name](document)
    changed.write_text(json.dumps(document), encoding="utf-8")
    assert rows_of(changed) == rows_of(plain)
    assert Counter(row[0] for row in rows_of(plain)).keys() == {"Condition", "Encounter", "Patient"}
