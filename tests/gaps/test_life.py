"""The life of a finding: it keeps its first day, closes on recovery, and bears what the city decided, until that ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.city_folder import CITY, write_city
from tests.runs import Run, sga

DECISIONS = """\
gap_code,rule_id,indicator_id,feed_id,area_id,decision,reason,owner,decided_on,expires
G08a,,,incidents,,waived,The police rewrite their handbook,Statistics office,2024-01-10,2024-12-31
G21,no_list,,,,accepted,The ombudsman keeps a list on paper,Ombudsman,2024-01-10,2025-06-30
G23,provenance,,incidents,,waived,Asked for,Statistics office,2023-01-10,2023-12-31
,,socio.hdi,,,not_required,Nobody works it out for one city,Statistics office,2024-01-10,2025-06-30
"""
THRESHOLDS = """\
gap_code,metric,severity,value,reason,decided_by,decided_on
G10a,share_failing,high,0.9,One bad row in a handful says little here,Statistics office,2024-01-10
G10a,share_failing,medium,0.9,One bad row in a handful says little here,Statistics office,2024-01-10
"""


def _city(folder: Path, *, as_of: str, licence: str, decided: bool = False) -> Path:
    city = write_city(folder, {"licence: CC-BY-4.0": f"licence: {licence}"})
    text = CITY.replace("as_of: 2024-03-01", f"as_of: {as_of}")
    if decided:
        (city / "decisions.csv").write_text(DECISIONS, encoding="utf-8")
        (city / "thresholds.csv").write_text(THRESHOLDS, encoding="utf-8")
        text += "decisions: decisions.csv\nthresholds: thresholds.csv\n"
    (city / "city.yaml").write_text(text, encoding="utf-8")
    rows = ["id,date,reported,offence,district,lat,weapon,cleared"]
    rows += [f"E{n},2022-{n % 12 + 1:02d}-11,2022-12-30,ROB,1,,K,Y" for n in range(40)] + [
        "E99,not a day,2022-12-30,ROB,1,,K,Y"
    ]
    (city / "data" / "incidents.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return city


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, tuple[object, ...]]]:
    """Findings by rule and feed after each of three runs of one home: nothing decided, decided, remedied."""
    folder = tmp_path_factory.mktemp("life")
    home = folder / "home"
    found: dict[str, dict[str, tuple[object, ...]]] = {}
    for name, as_of, licence, decided in (
        ("first", "2024-02-01", "not stated", False),
        ("decided", "2024-03-01", "not stated", True),
        ("remedied", "2025-01-15", "CC-BY-4.0", True),
    ):
        city = _city(folder / "cities", as_of=as_of, licence=licence, decided=decided)
        done = sga("run", city, "--home", home)
        assert done.returncode == 0, done.stderr
        run = Run(home, "xx_small", 0, done.stdout)
        found[name] = {
            f"{row[0]} {row[1]}": row[2:]
            for row in run.rows(
                "select rule_id || case rule_id when 'expired_decision' then ' of ' || gap_code else '' end, coalesce(feed_id, indicator_id, dimension, ''), status, severity, first_seen, last_seen, decision_reason, gap_id from gaps"
            )
        }
    return found


Found = dict[str, dict[str, tuple[object, ...]]]


def test_a_finding_keeps_its_first_day_and_its_identity(runs: Found) -> None:
    first, later = runs["first"]["quarantined incidents"], runs["remedied"]["quarantined incidents"]
    assert first[2:4] == ("2024-02-01", "2024-02-01")
    assert later[2:4] == ("2024-02-01", "2025-01-15")
    assert first[5] == later[5]


def test_what_is_found_no_more_is_closed_and_stays(runs: Found) -> None:
    assert runs["first"]["provenance incidents"][:2] == ("explained", "high")
    status, _, first_seen, last_seen, *_ = runs["remedied"]["provenance incidents"]
    assert (status, first_seen, last_seen) == ("closed", "2024-02-01", "2024-03-01")


def test_what_contracts_leave_blank_is_one_finding_for_whoever_writes_them(runs: Found) -> None:
    assert runs["first"]["contract_blanks contracts"][:2] == ("open", "high")


def test_a_waiver_stands_until_it_ends_and_its_end_is_a_finding(runs: Found) -> None:
    assert runs["first"]["methods_missing incidents"][:2] == ("explained", "high")
    assert runs["decided"]["methods_missing incidents"][:2] == ("waived", "high")
    assert runs["decided"]["methods_missing incidents"][4] == "The police rewrite their handbook"
    # The waiver of the licence had ended before; that of the methods ends later.
    assert runs["decided"]["provenance incidents"][:2] == ("explained", "high")
    assert runs["decided"]["expired_decision of G23 incidents"][:2] == ("open", "medium")
    assert runs["remedied"]["methods_missing incidents"][:2] == ("explained", "high")
    assert runs["remedied"]["expired_decision of G08a incidents"][:2] == ("open", "medium")


def test_an_accepted_gap_weighs_one_less(runs: Found) -> None:
    assert runs["first"]["no_list all themes"][:2] == ("open", "high")
    assert runs["decided"]["no_list all themes"][:2] == ("accepted", "medium")


def test_a_threshold_the_city_changed_is_in_force(runs: Found) -> None:
    assert runs["first"]["quarantined incidents"][1] in {"medium", "high"}
    assert runs["decided"]["quarantined incidents"][1] == "low"


def test_what_is_not_required_is_not_missed(runs: Found) -> None:
    assert runs["first"]["missing_indicator socio.hdi"][0] == "explained"
    assert runs["decided"]["missing_indicator socio.hdi"][0] == "closed"
