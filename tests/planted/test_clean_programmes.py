"""Fifty clean cities raise nothing of medium severity or above."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.planted.grading import ORDER
from tests.planted.proof import assess
from tests.planted.suite import CLEAN_CITIES, clean_programmes


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_clean_cities_raise_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    proof = assess(clean_programmes(), tmp_path)
    found = [one for one in proof.findings if ORDER.index(one["severity"]) > 0]
    with capsys.disabled():
        print(
            f"\n{CLEAN_CITIES} clean cities: {len(found)} findings of medium or above, {len(proof.findings) - len(found)} low"
        )
        for one in found:
            print(f"  {one['city_id']} {one['gap_code']} {one['severity']} {one['status']}: {one['statement']}")
    assert len({one["city_id"] for one in proof.findings}) == CLEAN_CITIES, (
        "a register without a single low finding was not written"
    )
    assert found == []
