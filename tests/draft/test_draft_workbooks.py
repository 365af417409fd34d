"""Drafts from workbooks: headers of two rows, years as names, sheets with one header together."""

from __future__ import annotations

from pathlib import Path

import xlsxwriter

from sga_pipeline.contracts.formats import WorkbookFormat
from sga_pipeline.contracts.yaml_reader import read_yaml
from sga_pipeline.draft.drafting import Draft, draft_file


def workbook(
    folder: Path, sheets: dict[str, list[list[str | int]]], merged: dict[tuple[int, int, int], str] | None = None
) -> Draft:
    file = folder / "book.xlsx"
    with xlsxwriter.Workbook(file) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
            for (row_at, first, last), text in (merged or {}).items():
                sheet.merge_range(row_at, first, row_at, last, text)
    made = draft_file(file, None, [], file.name)
    (folder / "draft.yaml").write_text(made.text, encoding="utf-8")
    assert read_yaml(folder / "draft.yaml").data["format"]["kind"] == "workbook"
    return made


def test_two_header_rows_over_a_total_written_as_text(tmp_path: Path) -> None:
    parts = ["0-14", "15-64", "65+"]
    rows: list[list[str | int]] = [
        ["City office"],
        [],
        ["Residents by ward"],
        [],
        ["Ward", "Total"],
        ["", "", *parts, *parts],
    ]
    rows += [["City", "61\u00a0320", *["10 220"] * 6]]
    rows += [[f"Ward {at}", f"6 {at:03}", *["1 022"] * 6] for at in range(1, 11)]
    made = workbook(tmp_path, {"tab 1": rows}, {(4, 2, 4): "Men", (4, 5, 7): "Women"})
    form = made.found.form
    assert isinstance(form, WorkbookFormat)
    assert (form.header_row, form.header_rows, form.sheet) == (5, 2, "tab 1")
    assert [one.name for one in made.looked.columns] == [
        "Ward",
        "Total",
        *[f"{sex} {part}" for sex in ("Men", "Women") for part in parts],
    ]


def test_years_are_names_and_figures_are_not(tmp_path: Path) -> None:
    rows: list[list[str | int]] = [["indicator", "unit", "2021", "2022", "2023"]]
    rows += [[f"rate {at}", "%", "1 200", "1 300", "1 400"] for at in range(20)]
    form = workbook(tmp_path, {"s": rows}).found.form
    assert isinstance(form, WorkbookFormat)
    assert (form.header_row, form.header_rows) == (1, 1)


def test_sheets_with_the_same_header_are_read_together(tmp_path: Path) -> None:
    table: list[list[str | int]] = [
        ["Deaths"],
        [],
        ["ICD-10", "cause", "total"],
        *[[f"X{at}", f"cause {at}", at] for at in range(70, 95)],
    ]
    made = workbook(tmp_path, {"2021": table, "notes": [["Only words"]], "2022": table, "2023": table})
    form = made.found.form
    assert isinstance(form, WorkbookFormat)
    assert (form.sheet, form.sheet_column, form.header_row) == (["2021", "2022", "2023"], "year", 3)
    assert made.looked.rows == 75
    assert read_yaml(tmp_path / "draft.yaml").data["format"]["sheet"] == ["2021", "2022", "2023"]
    other = [["Deaths"], [], ["ICD-10", "cause", "all"], *table[3:]]
    assert workbook(tmp_path, {"2021": table, "2022": other}).found.form.sheet == "2021"  # type: ignore[union-attr]
