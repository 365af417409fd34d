"""`sga new` and then `sga run`, with nothing filled in or delivered: one sentence and its exit status, and nothing is left behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.runs import sga


def test_a_new_city_has_no_data_yet(tmp_path: Path) -> None:
    city = tmp_path / "xx_newtown"
    assert sga("new", city).returncode == 0
    said = _said(tmp_path, city, status=3)
    assert said.startswith("sga: no data yet") and "[districts.geojson]" in said and str(city / "data") in said


def test_a_draft_is_not_finished(tmp_path: Path) -> None:
    city = _drafted(tmp_path)
    said = _said(tmp_path, city, status=2, sentences=5)
    assert "a blank of the draft is left" in said and "inc.yaml line" in said


def test_a_finished_draft_whose_file_is_not_there_has_no_data_yet(tmp_path: Path) -> None:
    city = _drafted(tmp_path)
    contract = city / "feeds" / "inc.yaml"
    lines = list(contract.read_text(encoding="utf-8").splitlines())
    for at, line in enumerate(lines):
        if line.startswith("owner:"):
            lines[at] = "owner: {name: Police office, contact: statistics office}"
        elif line.startswith("replaces:"):
            lines[at] = "replaces: all"
        elif line.startswith(("licence:", "citation:")):
            lines[at] = f"{line.split(':')[0]}: not stated"
    contract.write_text("\n".join(lines) + "\n", encoding="utf-8")
    checked = sga("check", city)
    if checked.returncode:
        pytest.fail(checked.stderr)
    assert _said(tmp_path, city, status=3).startswith("sga: no data yet")


def test_a_city_without_a_feed_is_not_finished(tmp_path: Path) -> None:
    city = tmp_path / "xx_newtown"
    assert sga("new", city).returncode == 0
    (city / "feeds" / "districts.yaml").unlink()
    said = _said(tmp_path, city, status=2)
    assert "the city has no feed" in said and "sga new --from" in said


def _drafted(folder: Path) -> Path:
    file = folder / "inc.csv"
    offences = "".join(f"{n},2023-{n % 12 + 1:02}-02,HOMICIDIO,N\n" for n in range(1, 40))
    file.write_text(f"id,fecha,delito,distrito\n{offences}", encoding="utf-8")
    city = folder / "xx_drafted"
    assert sga("new", "--from", file, "--city", city).returncode == 0
    return city


def _said(folder: Path, city: Path, *, status: int, sentences: int = 1) -> str:
    run = sga("run", "--home", folder / "home", city, own_process=True)
    assert run.returncode == status, run.stderr
    lines = run.stderr.splitlines()
    assert len(lines) == sentences and all(line.startswith("sga: ") for line in lines), run.stderr
    assert run.stdout == "" and not (folder / "home").exists()
    return run.stderr
