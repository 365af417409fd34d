"""`sga gaps` on a small release: its filters, its three forms, and what it says to a value nobody knows."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest

from sga_pipeline.cli import main
from tests.release_tables import CITY, GAPS, write_release

RELEASE = "20250301T000000Z-00000000"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one release in force."""
    path = tmp_path_factory.mktemp("home")
    write_release(path / "published" / CITY / RELEASE)
    (path / "published" / CITY / "current").symlink_to(RELEASE)
    return path


def asked(home: Path, capsys: pytest.CaptureFixture[str], *options: str) -> list[dict[str, object]]:
    assert main(["gaps", "--home", str(home), CITY, "--format", "json", *options]) == 0
    found: list[dict[str, object]] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("", "a1 b1 c1"),
        ("--all", "a1 a2 b1 a3 c1"),
        ("--min-severity high", "a1 b1"),
        ("--code G12", "c1"),
        ("--code G09", "b1"),
        ("--code g09A", "b1"),
        ("--code G13", ""),
        ("--category 4", "a1 c1"),
        ("--category 1", ""),
        ("--feed police_incidents", "b1"),
        ("--indicator crime.homicide --all", "a1 a2 a3"),
        ("--area XX-H-1", "c1"),
        ("--status accepted", "d1"),
        ("--status closed", "e1"),
        ("--status waived", ""),
        ("--status any", "a1 a2 b1 d1 e1 a3 c1"),
        ("--new", "b1 c1"),
        ("--new --min-severity medium", "b1"),
    ],
)
def test_filters(home: Path, capsys: pytest.CaptureFixture[str], options: str, expected: str) -> None:
    assert [row["gap_id"] for row in asked(home, capsys, *options.split())] == expected.split()


def test_an_owner_is_found_however_it_is_written(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = asked(home, capsys, "--owner", "statistics OFFICE", "--status", "any")
    assert [row["gap_id"] for row in rows] == ["d1", "e1"]


@pytest.mark.parametrize(
    ("option", "value", "choices"),
    [
        ("--code", "G99", "G04"),
        ("--category", "12", "1, 4."),
        ("--feed", "police", "police_incidents, residents."),
        ("--indicator", "crime.murder", "crime.homicide"),
        ("--area", "Haven", "XX, XX-H, XX-H-1, XX-H-2."),
        ("--owner", "Nobody", "Haven Police, Statistics Office."),
    ],
)
def test_a_value_nobody_knows_is_named_with_what_exists(
    home: Path, capsys: pytest.CaptureFixture[str], option: str, value: str, choices: str
) -> None:
    assert main(["gaps", "--home", str(home), CITY, option, value]) == 1
    said = capsys.readouterr()
    assert f"no such {option[2:]} in this release [{value}]" in said.err
    assert choices in said.err
    assert said.out == ""


def test_json_and_csv_carry_every_column(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    [accepted] = asked(home, capsys, "--status", "accepted")
    assert accepted["decision_reason"] == "The office publishes under its statute."
    assert {"parent_id", "rule_id", "evidence", "decision_owner", "decision_expires"} <= set(accepted)
    main(["gaps", "--home", str(home), CITY, "--format", "csv", "--status", "any"])
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert len(rows) == len(GAPS)
    assert set(rows[0]) == set(accepted)


def test_texts_come_in_the_language_asked_for(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    [worst, *_] = asked(home, capsys, "--language", "es")
    assert worst["statement"] == "ES No homicide figure exists for Haven from 2023 on."
    assert str(worst["recommendation"]).startswith("ES Ask Haven Police")


def test_the_table_says_what_and_what_next(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gaps", "--home", str(home)]) == 0
    header, *lines = capsys.readouterr().out.splitlines()
    assert header.split() == ["severity", "code", "what", "owner", "next", "step"]
    assert len(lines) == 3
    assert "Ask Haven Police for the yearly count of victims." in lines[0]


def test_the_table_fits_the_terminal(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["gaps", "--home", str(home)]) == 0
    lines = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out).splitlines()
    assert max(map(len, lines)) <= 80
    assert "homicide" in " ".join(lines)
