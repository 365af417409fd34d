"""The row ledger: whatever arrives, every row that is not kept is entered once, under what it says of itself."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.city_folder import HEADER
from tests.unit.test_conform_delivery import conform
from tests.unit.test_own_period import COUNTS

MONTHS = {"2022-03-14": "2022-03", "2023-11-02": "2023-11", "31.31.2023": None, "2025-01-01": None}
CODES = {"hom": "0101", "ROB": "0401", "nonsense": "_U"}
SCOPE = {
    "columns:\n": "where:\n  - {column: cleared, not_in: [skip]}\nreject_when: {quarantined_share: 1, duplicate_share: 1, fewer_rows_than: 0}\ncolumns:\n"
}
ROW = st.tuples(
    st.sampled_from(["a", "b", "c", "d", "e", "f"]),
    st.sampled_from(sorted(MONTHS)),
    st.sampled_from(sorted(CODES)),
    st.sampled_from(["1", "2"]),
    st.sampled_from(["Y", "skip"]),
)


def expected(rows: list[tuple[str, str, str, str, str]]) -> Counter[tuple[str | None, ...]]:
    """What became of each row, worked out row by row."""
    found: Counter[tuple[str | None, ...]] = Counter()
    good: dict[str, set[tuple[str, ...]]] = {}
    for key, day, offence, area, scope in rows:
        if scope != "skip" and MONTHS[day]:
            good.setdefault(key, set()).add((day, offence.upper(), area))
    seen = set()
    for key, day, offence, area, scope in rows:
        names = (MONTHS[day], f"d0{area}", CODES[offence])
        if scope == "skip":
            # A date out of range can still be read.
            found["out_of_scope", "2025-01" if day == "2025-01-01" else MONTHS[day], None, None] += 1
        elif MONTHS[day] is None:
            found["quarantined", *names] += 1
        elif len(good[key]) > 1:
            found["conflicting", *names] += 1
        elif key in seen:
            found["duplicate", *names] += 1
        seen |= {key} if scope != "skip" and MONTHS[day] else set()
    return found


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ROW, max_size=12))
def test_every_row_that_is_not_kept_is_entered_once(tmp_path: Path, rows: list[tuple[str, str, str, str, str]]) -> None:
    lines = "".join(f"{key},{day},,{offence},{area},,,{scope}\n" for key, day, offence, area, scope in rows)
    run = conform(tmp_path, (HEADER + lines).encode(), SCOPE)
    entered = Counter({(one.fate, one.period, one.area_id, one.code): one.rows for one in run.outcome.row_fates})
    assert entered == expected(rows)
    assert run.outcome.rows_kept + sum(entered.values()) == len(rows)
    assert all(one.amount == one.rows and one.unmeasured == 0 for one in run.outcome.row_fates)


def test_what_cannot_be_counted_is_known_to_be_uncounted(tmp_path: Path) -> None:
    """Counts that contradict each other are entered with what they say; one that nobody can read as unmeasured."""
    counted = {**COUNTS, "columns:\n": "reject_when: {quarantined_share: 1, fewer_rows_than: 0}\ncolumns:\n"}
    lines = "7,2023,,hom,1,,G,\n8,2023,,hom,1,,G,\nmany,2022,,rob,2,,K,\n"
    run = conform(tmp_path, (HEADER + lines).encode(), counted)
    assert [
        (one.fate, one.period, one.code, one.rows, one.amount, one.unmeasured) for one in run.outcome.row_fates
    ] == [("conflicting", "2023", "0101", 2, 15.0, 0), ("quarantined", "2022", "0401", 1, 0.0, 1)]


@pytest.mark.parametrize(("bad", "accepted"), [(9, True), (10, False)])
def test_a_delivery_is_refused_for_its_worst_year(tmp_path: Path, bad: int, accepted: bool) -> None:
    """Ten rows of a year that break a rule, more than its fifth; of the whole file they are fewer than a twentieth."""
    lines = "".join(f"n{n},2023-05-04,,hom,1,,G,Y\n" for n in range(300))
    lines += "".join(f"o{n},2022-05-04,,hom,1,,,Y\n" for n in range(bad))
    needed = {"rules:\n": "rules:\n  - {rule: present, id: weapon_known, column: weapon}\n"}
    run = conform(tmp_path, (HEADER + lines).encode(), needed)
    assert run.outcome.accepted is accepted
    assert ("10 of the 10 rows of 2022 break a rule, more than the 20%" in run.outcome.reason) is not accepted
