"""Planted defects are found: of the right code, scope and severity; and what lies just below a limit is not."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.planted.model import Planted, Unraised
from tests.planted.proof import Proof, assess, is_raised, unexplained, wrongly_raised
from tests.planted.suite import spoilt_programmes

CODES = 29
AT_LEAST = 300
SHARE = 0.99


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_planted_defects_are_raised(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    programmes = spoilt_programmes()
    cities = [city for programme in programmes for city in programme]
    planted = [one for city in cities for one in city.planted]
    kept_quiet = [one for city in cities for one in city.unraised]
    assert len(planted) >= AT_LEAST and len({one.gap_code for one in planted}) == CODES
    proof = assess(programmes, tmp_path)
    missed = [one for one in planted if not is_raised(one, proof)]
    too_loud = [(one, found) for one in kept_quiet if (found := wrongly_raised(one, proof))]
    further = unexplained(cities, proof)
    with capsys.disabled():
        print(
            f"\n{len(planted)} planted defects in {len(cities)} cities, {len(planted) - len(missed)} raised: "
            f"{1 - len(missed) / len(planted):.2%}"
        )
        print(f"{len(kept_quiet)} scopes to be left alone, {len(too_loud)} were not")
        for one in missed:
            print(f"  missed: {_described(one)}; found: {_near(one, proof)}")
        for quiet, found in too_loud:
            print(f"  raised without need: {_described(quiet)}: {found[0]['statement']}")
        print(
            f"{len(further)} further findings of medium or above: {Counter(one['gap_code'] for one in further).most_common()}"
        )
        for found_too in further[:40]:
            print(
                f"  further: {found_too['city_id']} {found_too['gap_code']} {found_too['severity']}: {found_too['statement']}"
            )
    assert 1 - len(missed) / len(planted) >= SHARE
    assert 1 - len(too_loud) / len(kept_quiet) >= SHARE


def _described(one: Planted | Unraised) -> str:
    scope = [one.feed_id, one.indicator_id, one.area_id, one.dimension]
    return f"{one.city_id} {one.gap_code} {one.severity} {'/'.join(part for part in scope if part)} ({one.defect})"


def _near(one: Planted, proof: Proof) -> list[str]:
    """Findings of the code in the city that share a part of the scope."""
    return [
        f"{found['severity']} {found['status']} {found['rule_id']} {found['dimension']}"
        for found in proof.of(one.city_id, one.gap_code)
        if found["indicator_id"] == one.indicator_id and (found["feed_id"] == one.feed_id or not one.feed_id)
    ][:4]
