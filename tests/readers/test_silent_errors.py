"""What goes wrong with a record is reported without what the record says: errors are published, records are not."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import duckdb
import pytest

from sga_pipeline.conform.readers.boundaries.dbase import read_table
from sga_pipeline.conform.readers.tables.json_objects import open_json
from sga_pipeline.contracts.formats import JsonFormat
from sga_pipeline.errors import DeliveryError


def table_of_one(field: bytes, text: bytes) -> bytes:
    fields = field.ljust(11, b"\x00") + b"C" + bytes(4) + bytes([len(text)]) + bytes(15)
    return struct.pack("<B3sIHH20s", 3, b"\x7a\x01\x01", 1, 65, 1 + len(text), bytes(20)) + fields + b"\r " + text


@pytest.mark.parametrize("encoding", [None, "utf-8"])
def test_a_text_that_cannot_be_read_is_reported_by_its_field(encoding: str | None) -> None:
    data = table_of_one(b"VICTIM", "José García".encode("latin-1"))
    assert read_table(data, "latin-1").records == [["José García"]]
    with pytest.raises(DeliveryError, match=r"VICTIM") as raised:
        read_table(data, encoding)
    assert "Garc" not in str(raised.value) and "Jos" not in str(raised.value)


def test_a_record_that_is_no_object_is_reported_by_its_kind(tmp_path: Path) -> None:
    file = tmp_path / "records.json"
    file.write_text(json.dumps({"rows": [["Garcia", "1971-03-04"]]}), encoding="utf-8")
    with pytest.raises(DeliveryError, match=r"rows: list") as raised:
        open_json(duckdb.connect(), file, JsonFormat(kind="json", records="rows"))
    assert "Garcia" not in str(raised.value)
