"""The same rows in every format a contract can declare conform to the same shape."""

from __future__ import annotations

import bz2
import gzip
import json
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from tests.city_folder import HEADER
from tests.unit.test_conform_delivery import Run, conform, good, rows

NAMES = HEADER.strip().split(",")
LINES = [
    ["e1", "2023-05-01", "2023-05-09", "hom", "1", "4,5", "G", "Y"],
    ["e2", "31/12/2022", "", "zzz", "", "", "", ""],
]
CSV = (HEADER + "\n".join(",".join(f'"{cell}"' for cell in line) for line in LINES) + "\n").encode()


def content(run: Run) -> list[dict[str, object]]:
    assert run.kept is not None, run.outcome
    return run.kept.sort("event_id").to_dicts()


@pytest.fixture
def expected(tmp_path: Path) -> list[dict[str, object]]:
    (tmp_path / "csv").mkdir()
    return content(conform(tmp_path / "csv", CSV))


@pytest.mark.parametrize(("name", "packed"), [("gzip", gzip.compress(CSV, mtime=0)), ("bz2", bz2.compress(CSV))])
def test_compressed(tmp_path: Path, expected: list[dict[str, object]], name: str, packed: bytes) -> None:
    run = conform(tmp_path, packed, {"format: {kind: csv}": f"format: {{kind: csv, compression: {name}}}"})
    assert content(run) == expected


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16", "cp1252", "utf-8-sig"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    text = HEADER + "e1,2023-05-01,,Ñandú é,1,,,\n"
    run = conform(
        tmp_path, text.encode(encoding), {"format: {kind: csv}": f"format: {{kind: csv, encoding: {encoding}}}"}
    )
    assert content(run)[0]["local_code"] == "ÑANDÚ É"


def test_skipped_lines_and_footers(tmp_path: Path) -> None:
    text = b"Police of Small\nrecords of 2023\n" + rows(*good(3)) + b"total,3,,,,,,\n"
    run = conform(tmp_path, text, {"format: {kind: csv}": "format: {kind: csv, skip_lines: 2, footer_lines: 1}"})
    assert (run.outcome.rows_in, run.outcome.rows_kept) == (3, 3)


def test_workbook(tmp_path: Path, expected: list[dict[str, object]]) -> None:
    file = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(file) as book:
        book.add_worksheet("Notes").write(0, 0, "read the other sheet")
        sheet = book.add_worksheet("Data")
        sheet.write(0, 0, "Police of Small")
        for at, cells in enumerate([NAMES, *LINES], start=2):
            sheet.write_row(at, 0, cells)
        sheet.write(5, 0, "Source: the police")
    run = conform(
        tmp_path,
        file.read_bytes(),
        {"format: {kind: csv}": "format: {kind: workbook, sheet: Data, header_row: 3, footer_rows: 1}"},
    )
    assert content(run) == expected


def test_workbook_without_the_sheet(tmp_path: Path) -> None:
    file = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(file) as book:
        book.add_worksheet("Notes").write(0, 0, "nothing else")
    run = conform(tmp_path, file.read_bytes(), {"format: {kind: csv}": "format: {kind: workbook, sheet: Data}"})
    assert not run.outcome.accepted
    assert "Data" in str(run.outcome)


def test_parquet(tmp_path: Path, expected: list[dict[str, object]]) -> None:
    file = tmp_path / "rows.parquet"
    frame = pl.DataFrame([[cell or None for cell in line] for line in LINES], schema=NAMES, orient="row")
    frame.write_parquet(file)
    run = conform(tmp_path, file.read_bytes(), {"format: {kind: csv}": "format: {kind: parquet}"})
    assert content(run) == expected


def test_geojson(tmp_path: Path, expected: list[dict[str, object]]) -> None:
    features = [
        {
            "type": "Feature",
            "properties": dict(zip(NAMES, line, strict=True)),
            "geometry": {"type": "Point", "coordinates": [1, 2]},
        }
        for line in LINES
    ]
    document = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    run = conform(tmp_path, document, {"format: {kind: csv}": "format: {kind: geojson}"})
    assert content(run) == expected


@pytest.mark.parametrize("kind", ["workbook, sheet: Data", "parquet", "geojson", "csv, compression: gzip"])
def test_bytes_of_another_kind_are_refused(tmp_path: Path, kind: str) -> None:
    run = conform(
        tmp_path, b"<html><body>Service unavailable</body></html>", {"format: {kind: csv}": f"format: {{kind: {kind}}}"}
    )
    assert not run.outcome.accepted
    assert run.kept is None


WIDE = "wide:\n  items:\n    taken: {weapon: n1}\n    other: {weapon: [n3, n2]}\n  optional: [other]\ncolumns:\n"


def test_a_wide_table_becomes_a_row_for_each_item(tmp_path: Path) -> None:
    text = b"id,date,offence,n1,n2\ne1,2023-05-01,hom,G,K\ne2,2023-99-01,hom,K,G\n"
    changes = {
        "columns:\n": WIDE,
        "event_id: {from: id}": "event_id: {join: [id, item]}",
        "  reported_on: {from: reported}\n": "",
        "  area_id: {from: district, steps: [{zero_pad: 2}, {prefix: d}]}\n": "",
        '  latitude: {from: lat, steps: [{number: {decimal: ","}}]}\n': "",
        '  cleared: {from: cleared, steps: [{boolean: {"yes": [Y], "no": [N]}}]}\n': "ignore: [item]\n",
        "rules:": "reject_when: {quarantined_share: 1}\nrules:",
    }
    run = conform(tmp_path, text, changes)
    assert [(row["event_id"], row["weapon"]) for row in content(run)] == [
        ("e1|other", "knife"),
        ("e1|taken", "firearm"),
    ]
    # The broken record broke both of its rows, and both point at the one line it is in.
    assert run.quarantine is not None
    assert run.quarantine["line"].to_list() == [3, 3]
    assert (run.outcome.rows_in, run.outcome.rows_kept, run.outcome.rows_quarantined) == (4, 2, 2)


def test_an_item_whose_column_is_missing_is_refused_unless_optional(tmp_path: Path) -> None:
    changes = {
        "columns:\n": WIDE.replace("  optional: [other]\n", ""),
        "event_id: {from: id}": "event_id: {join: [id, item]}",
    }
    run = conform(tmp_path, rows(*good(2)), changes)
    assert not run.outcome.accepted
    assert "n1" in str(run.outcome.reason)
