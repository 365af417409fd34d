"""What the registers of two real cities find by themselves, though no contract says so."""

from __future__ import annotations

import pytest

from tests.runs import Run


def _finding(run: Run, rule: str, like: str) -> tuple[str, str]:
    """Severity and next step of the one finding of a rule whose statement is like this."""
    rows = run.rows(
        "select severity, recommendation, statement from gaps where rule_id = ? and statement like ? and status in ('open', 'explained')",
        [rule, like],
    )
    assert len(rows) == 1, (rule, like, [row[2] for row in rows])
    return str(rows[0][0]), str(rows[0][1])


@pytest.mark.parametrize(
    ("city", "rule", "like", "severity", "step"),
    [
        (
            "mexico_city",
            "sources_differ",
            "Intentional homicide rate%Deaths by assault%Case files%Victims of offences%",
            "high",
            "match the cases",
        ),
        ("mexico_city", "codes_absent", "%Deaths by assault%Y09%", "high", "left out of the extract"),
        (
            "mexico_city",
            "partial_year",
            "Victims of offences, monthly covers 6 of 12 months of 2025%",
            "medium",
            "missing months",
        ),
        (
            "mexico_city",
            "parts_exceed_whole",
            "Residents of the neighbourhoods: the areas of Ciudad de México%",
            "high",
            "divide by the figure for the whole",
        ),
        ("mexico_city", "sentinel_declared", "Poverty of the boroughs writes -999%", "low", "leave such cells empty"),
        (
            "mexico_city",
            "areas_overlap",
            "Boundaries of Neighbourhoods%114.77 of 733.2 km²%mostly within another: 130%",
            "high",
            "drawn twice",
        ),
        (
            "mexico_city",
            "areas_leave_holes",
            "%277.28 km² of Milpa Alta lie in none of them (92.97 %%",
            "medium",
            "open land",
        ),
        (
            "mexico_city",
            "areas_reach_beyond",
            "%of those of Xochimilco 2.22 km² lie outside it (4.68 %%",
            "medium",
            "from one source",
        ),
        ("chicago", "partial_year", "Recorded crimes of 2022 covers 11 of 12 months%", "medium", "missing months"),
        (
            "chicago",
            "refused",
            "Deliveries of Residents of the community areas refused%2014%",
            "high",
            "corrected delivery",
        ),
        ("chicago", "without_area", "%Deaths involving opioids have no area finer%", "high", "how places are recorded"),
        ("chicago", "header_changed", "The columns of Residents of the community areas%", "low", "keep the names"),
    ],
)
def test_a_real_city_has_the_finding(
    request: pytest.FixtureRequest, city: str, rule: str, like: str, severity: str, step: str
) -> None:
    found = _finding(request.getfixturevalue(city), rule, like)
    assert found[0] == severity
    assert step in found[1]
