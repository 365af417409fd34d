"""Workbooks: XLSX as xlsxwriter, XLS as xlwt, and ODS as odfpy write them, compared cell by cell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from pydantic import ValidationError

from sga_pipeline.errors import DeliveryError
from tests.readers.opening import FORMAT, opened
from tests.readers.samples import ODS, XLS

Sheet = xlsxwriter.worksheet.Worksheet


@pytest.fixture
def book(tmp_path: Path) -> Callable[..., Path]:
    """Writes a workbook; each argument is a sheet's name and what writes it."""

    def write(**sheets: Callable[[Sheet], object]) -> Path:
        file = tmp_path / "sent by e-mail"
        with xlsxwriter.Workbook(file) as made:
            for name, fill in sheets.items():
                fill(made.add_worksheet(name))
        return file

    return write


def grid(*rows: list[object]) -> Callable[[Sheet], None]:
    def fill(sheet: Sheet) -> None:
        for at, row in enumerate(rows):
            for column, value in enumerate(row):
                if value is not None:
                    sheet.write(at, column, value)

    return fill


@pytest.mark.parametrize("ending", ["xls", "ods"])
def test_other_offices_workbooks(tmp_path: Path, ending: str) -> None:
    file = tmp_path / "no ending that helps"
    file.write_bytes({"xls": XLS, "ods": ODS}[ending])
    header, rows = opened(
        file,
        kind="workbook",
        sheet="Data",
        header_row=3,
        header_rows=2,
        header_separator="/",
        header_fill="right",
        footer_rows=1,
    )
    assert header == ("Barrio", "2023/F", "2023/M", "Date")
    assert rows == [("Ñuñoa", "12", "3.5", "2023-05-01"), ("Sur", "0", "-", None)]


def test_merged_header_cells_stand_for_what_they_span(tmp_path: Path) -> None:
    """As the file itself says, in XLSX and XLS: `Notes` has nothing above it and takes nothing from its left."""
    file = tmp_path / "merged.xlsx"
    with xlsxwriter.Workbook(file) as made:
        sheet = made.add_worksheet("A")
        sheet.merge_range(0, 0, 2, 0, "Area")
        sheet.merge_range(0, 1, 0, 4, "Homicides")
        sheet.merge_range(1, 1, 1, 2, 2022)
        sheet.merge_range(1, 3, 1, 4, 2023)
        sheet.write_row(2, 1, ["F", "M", "F", "M", "Notes"])
        sheet.write_row(3, 0, ["North", 1, 2, 3, 4, "x"])
    header, rows = opened(file, kind="workbook", sheet=1, header_rows=3, header_separator=" | ")
    assert header == (
        "Area",
        "Homicides | 2022 | F",
        "Homicides | 2022 | M",
        "Homicides | 2023 | F",
        "Homicides | 2023 | M",
        "Notes",
    )
    assert rows == [("North", "1", "2", "3", "4", "x")]


def test_cells_as_a_person_sees_them(tmp_path: Path) -> None:
    file = tmp_path / "cells.xlsx"
    with xlsxwriter.Workbook(file) as made:
        sheet = made.add_worksheet("A")
        day, moment = (made.add_format({"num_format": form}) for form in ("dd/mm/yyyy", "dd/mm/yyyy hh:mm"))
        sheet.write_row(0, 0, ["whole", "part", "large", "day", "moment", "yes", "error", "text", "formula", "blank"])
        sheet.write_row(1, 0, [7, 0.25, 12345678901234])
        sheet.write_datetime(1, 3, dt.datetime(2020, 1, 2), day)
        sheet.write_datetime(1, 4, dt.datetime(2020, 1, 2, 3, 4), moment)
        sheet.write_boolean(1, 5, True)
        sheet.write_formula(1, 6, "=NA()", value="#N/A")
        sheet.write_string(1, 7, " 007 ")
        sheet.write_formula(1, 8, "=1+1", value=2)
    _, rows = opened(file, kind="workbook", sheet="A")
    assert rows == [
        ("7", "0.25", "12345678901234", "2020-01-02", "2020-01-02 03:04:00", "true", None, "007", "2", None)
    ]


def test_several_sheets_below_each_other(book: Callable[..., Path]) -> None:
    """A sheet may have its columns in another order; its name is a column; blank rows are no rows."""
    file = book(
        y2022=grid(["area", "n"], ["N", 1], [None, None], ["S", 2], ["total", 3]),
        notes=grid(["nothing here"]),
        y2023=grid(["n", "area"], [4, "N"], [4, "total"]),
    )
    header, rows = opened(file, kind="workbook", sheet=["y2022", 3], sheet_column="year", footer_rows=1)
    assert header == ("area", "n", "year")
    assert rows == [("N", "1", "y2022"), ("S", "2", "y2022"), ("N", "4", "y2023")]


def test_sheets_with_other_columns_are_not_mixed(book: Callable[..., Path]) -> None:
    file = book(a=grid(["area", "n"], ["N", 1]), b=grid(["area", "m"], ["N", 1]))
    with pytest.raises(DeliveryError, match="other columns"):
        opened(file, kind="workbook", sheet=["a", "b"])


def test_outer_labels_that_stand_once_are_filled_down(book: Callable[..., Path]) -> None:
    """A new outer label ends the inner one: no ward is carried from North into South."""
    file = book(
        a=grid(
            ["zone", "ward", "n"],
            ["North", "W1", 1],
            [None, None, 2],
            [None, "W2", 3],
            ["South", None, 4],
            [None, "W3", 5],
        )
    )
    _, rows = opened(file, kind="workbook", sheet=1, fill_down=["zone", "ward"])
    assert rows == [
        ("North", "W1", "1"),
        ("North", "W1", "2"),
        ("North", "W2", "3"),
        ("South", None, "4"),
        ("South", "W3", "5"),
    ]


def test_labels_above_their_rows_become_columns(book: Callable[..., Path]) -> None:
    """Two levels of a pivot in one column; the labels' own figures are totals and are no rows."""
    file = book(
        a=grid(
            ["what", "2023"],
            ["Zone 1", 6],
            ["Q-1", 3],
            ["Theft", 1],
            ["Robbery", 2],
            ["Q-2", 3],
            ["Theft", 3],
            ["Zone 2", 4],
            ["Q-9", 4],
            ["Theft", 4],
        )
    )
    outline = [
        {"column": "what", "labels": "Zone [0-9]", "into": "zone"},
        {"column": "what", "labels": "Q-[0-9]", "into": "quadrant"},
    ]
    header, rows = opened(file, kind="workbook", sheet=1, outline=outline)
    assert header == ("what", "2023", "zone", "quadrant")
    assert rows == [
        ("Theft", "1", "Zone 1", "Q-1"),
        ("Robbery", "2", "Zone 1", "Q-1"),
        ("Theft", "3", "Zone 1", "Q-2"),
        ("Theft", "4", "Zone 2", "Q-9"),
    ]


def test_a_row_under_no_label_is_refused(book: Callable[..., Path]) -> None:
    """Also where an outer label has just ended the inner one."""
    outline = [
        {"column": "what", "labels": "Zone [0-9]", "into": "zone"},
        {"column": "what", "labels": "Q-[0-9]", "into": "quadrant"},
    ]
    for rows in (["Theft"], ["Zone 1", "Q-1", "Theft", "Zone 2", "Theft"]):
        file = book(a=grid(["what"], *[[one] for one in rows]))
        with pytest.raises(DeliveryError, match="under no label"):
            opened(file, kind="workbook", sheet=1, outline=outline)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"sheet": "Missing"}, "no sheet [Missing]"),
        ({"sheet": 2}, "no sheet [2]"),
        ({"sheet": 1, "header_row": 9}, "ends before"),
        ({"sheet": 1, "fill_down": ["nowhere"]}, "lacks the column nowhere"),
        ({"sheet": 1, "outline": [{"column": "nowhere", "labels": "x", "into": "y"}]}, "lacks the column nowhere"),
        ({"sheet": 1, "outline": [{"column": "area", "labels": "x", "into": "n"}]}, "of that name already"),
    ],
)
def test_what_the_sheet_does_not_have_is_reported(
    book: Callable[..., Path], form: dict[str, object], said: str
) -> None:
    file = book(a=grid(["area", "n"], ["N", 1]))
    with pytest.raises(DeliveryError) as raised:
        opened(file, kind="workbook", **form)
    assert said in str(raised.value)


@pytest.mark.parametrize(
    "wrong",
    [
        {"sheet": 0},
        {"sheet": []},
        {"sheet": 1, "header_rows": 0},
        {"sheet": 1, "outline": [{"column": "a", "labels": "(", "into": "b"}]},
        {},
    ],
)
def test_a_contract_that_cannot_be_meant_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        FORMAT.validate_python({"kind": "workbook", **wrong})
