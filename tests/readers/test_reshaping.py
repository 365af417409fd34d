"""Tables laid out for eyes become rows by contract alone: melted columns, totals left out, signs that are zero or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter
from pydantic import ValidationError

from sga_pipeline.contracts.feed import Melt
from tests.unit.test_conform_delivery import Run, conform

FEED = {
    "shape: crime_events": "shape: crime_counts",
    "columns:\n": 'melt: {columns: "{year} {sex}", parts: {year: "20[0-9]{2}", sex: "F|M"}, value: number}\ncolumns:\n',
    "  event_id: {from: id}\n": "  period: {from: year}\n",
    '  occurred_on: {from: date, steps: [{date: ["%Y-%m-%d", "%d/%m/%Y"]}]}\n': "  unit_counted: {constant: victims}\n",
    "  reported_on: {from: reported}\n": "",
    "  area_id: {from: district, steps: [{zero_pad: 2}, {prefix: d}]}\n": "  area_id: {from: district}\n",
    '  latitude: {from: lat, steps: [{number: {decimal: ","}}]}\n': "",
    "  weapon: {from: weapon, steps: [{recode: {values: {G: firearm, K: knife}}}]}\n": "  sex: {from: sex}\n",
    "rules:\n  - {rule: in_range, id: not_in_the_future, column: occurred_on, maximum: 2024-03-01}\n": "",
}
LAST = '  cleared: {from: cleared, steps: [{boolean: {"yes": [Y], "no": [N]}}]}\n'
# Thousands and decimals as much of the world writes them.
TABLE = (
    "offence;district;2022 F;2022 M;Total 2022;2023 F;2023 M\n"
    "hom;d1;1.000,0;2;1002;-;3\n"
    "rob;d1;-999;;0;5;-\n"
    "Total;d1;1;2;3;4;5\n"
)


def melted(tmp_path: Path, steps: str, more: dict[str, str] | None = None, table: str = TABLE) -> Run:
    changes = FEED | {
        "format: {kind: csv}": 'format: {kind: csv, delimiter: ";"}',
        LAST: f"  count: {{from: number, steps: {steps}}}\nwhere: [{{column: offence, not_matches: 'Total.*'}}]\nignore: [Total 2022]\nreject_when: {{quarantined_share: 1}}\n",
    }
    return conform(tmp_path, table.encode(), changes | (more or {}))


def counts(run: Run) -> dict[tuple[str, str, str], int]:
    assert run.kept is not None, run.outcome
    return {(row["iccs_code"], row["period"], row["sex"]): row["count"] for row in run.kept.to_dicts()}


NUMBER = '{number: {decimal: ",", thousands: "."}}'


def test_a_dash_that_means_nothing_was_counted(tmp_path: Path) -> None:
    run = melted(tmp_path, f'[{{null_if: ["-999"]}}, {{replace: {{old: "-", new: "0"}}}}, {NUMBER}]')
    assert counts(run) == {
        ("0101", "2022", "F"): 1000,
        ("0101", "2022", "M"): 2,
        ("0101", "2023", "F"): 0,
        ("0101", "2023", "M"): 3,
        ("0401", "2023", "F"): 5,
        ("0401", "2023", "M"): 0,
    }
    # Two cells of the eight hold no count (a sentinel, an empty one) and are set aside; four of the total are outside.
    outcome = run.outcome
    assert (outcome.rows_in, outcome.rows_kept, outcome.rows_quarantined, outcome.rows_outside) == (8, 6, 2, 4)
    assert outcome.new_columns == []


def test_a_dash_that_means_nothing_is_known(tmp_path: Path) -> None:
    run = melted(tmp_path, f'[{{null_if: ["-999", "-"]}}, {NUMBER}]')
    assert counts(run) == {
        ("0101", "2022", "F"): 1000,
        ("0101", "2022", "M"): 2,
        ("0101", "2023", "M"): 3,
        ("0401", "2023", "F"): 5,
    }
    assert run.outcome.rows_quarantined == 4


def test_a_dash_nobody_explained_is_set_aside(tmp_path: Path) -> None:
    run = melted(tmp_path, f"[{NUMBER}]")
    assert run.outcome.rules["type:count"] == 2


def test_a_column_of_a_kind_not_declared_is_reported(tmp_path: Path) -> None:
    table = TABLE.replace("2023 M", "2023 X")
    assert melted(tmp_path, f'[{{null_if: ["-", "-999"]}}, {NUMBER}]', table=table).outcome.new_columns == ["2023 X"]


def test_no_column_of_that_kind_is_refused(tmp_path: Path) -> None:
    run = melted(tmp_path, f"[{NUMBER}]", table="offence;district;n\nhom;d1;1\n")
    assert "no column is named like {year} {sex}" in run.outcome.reason


def test_two_columns_that_say_the_same_are_refused(tmp_path: Path) -> None:
    run = melted(tmp_path, f"[{NUMBER}]", table="offence;district;2022 F;2022 F\nhom;d1;1;2\n")
    assert "two columns say the same" in run.outcome.reason


def test_the_same_table_as_a_workbook(tmp_path: Path) -> None:
    """Two header rows, the year merged over both sexes: the same rows as the text gives."""
    file = tmp_path / "table.xlsx"
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet("A")
        sheet.merge_range(0, 0, 1, 0, "offence")
        sheet.merge_range(0, 1, 1, 1, "district")
        sheet.merge_range(0, 2, 0, 3, 2022)
        sheet.merge_range(0, 4, 0, 5, 2023)
        sheet.write_row(1, 2, ["F", "M", "F", "M"])
        sheet.write_row(2, 0, ["hom", "d1", 1000, 2, "-", 3])
        sheet.write_row(3, 0, ["rob", "d1", -999, None, 5, "-"])
        sheet.write_row(4, 0, ["Total", "d1", 1, 2, 3, 4])
    steps = '[{null_if: ["-999"]}, {replace: {old: "-", new: "0"}}]'
    text = melted(tmp_path, f'[{{null_if: ["-999"]}}, {{replace: {{old: "-", new: "0"}}}}, {NUMBER}]')
    changes = FEED | {
        "format: {kind: csv}": "format: {kind: workbook, sheet: A, header_rows: 2}",
        LAST: f"  count: {{from: number, steps: {steps}}}\nwhere: [{{column: offence, not_matches: 'Total.*'}}]\nreject_when: {{quarantined_share: 1}}\n",
    }
    (tmp_path / "again").mkdir()
    assert counts(conform(tmp_path / "again", file.read_bytes(), changes)) == counts(text)


@pytest.mark.parametrize(
    "wrong",
    [
        {"columns": "{year}", "parts": {}},
        {"columns": "{year}", "parts": {"sex": "F"}},
        {"columns": "{year}", "parts": {"year": "("}},
        {"columns": "{year}", "parts": {"year": "(a|b)"}},
        {"columns": "{a}{a}", "parts": {"a": "x"}},
        {"columns": "plain", "parts": {"a": "x"}},
        {"columns": "{value}", "parts": {"value": "x"}},
    ],
)
def test_a_pattern_that_cannot_be_meant_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Melt.model_validate(wrong)
