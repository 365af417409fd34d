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
            "Victims of offences, monthly covers 6 of % months of 2025%",
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
        ("chicago", "header_changed", "The columns of Residents of the community areas%", "low", "keep the names"),
    ],
)
def test_a_real_city_has_the_finding(
    request: pytest.FixtureRequest, city: str, rule: str, like: str, severity: str, step: str
) -> None:
    found = _finding(request.getfixturevalue(city), rule, like)
    assert found[0] == severity
    assert step in found[1]


def test_a_table_of_the_county_is_not_asked_where_in_the_city_its_rows_lie(chicago: Run) -> None:
    # What lies in no area of the city is out of scope.
    assert not chicago.rows("select * from gaps where rule_id = 'without_area' and feed_id = 'opioid_deaths'")


def test_a_series_that_its_contract_closes_is_not_late(chicago: Run) -> None:
    assert chicago.rows("select severity from gaps where rule_id = 'closed_early' and feed_id = 'homicide_incidents'")
    assert not chicago.rows(
        "select * from gaps where rule_id = 'late' and feed_id in ('homicide_incidents', 'homicides')"
    )


def test_what_another_source_has_by_district_is_known_by_district(mexico_city: Run, chicago: Run) -> None:
    for run in (mexico_city, chicago):
        [(districts,)] = run.rows(
            "select count(distinct area_id) from observations where indicator_id = 'crime.homicide_offences_rate' and area_level = 'district' and value is not null"
        )
        assert int(str(districts)) > 10
        assert not run.rows(
            "select * from gaps where indicator_id = 'crime.homicide_rate' and (rule_id = 'city_only' or rule_id = 'not_broken_down' and dimension = 'area') and status <> 'closed'"
        )


def test_a_class_of_what_remains_contradicts_nothing(mexico_city: Run) -> None:
    assert mexico_city.rows(
        "select feed_id, dimension from gaps where rule_id = 'broad_code' and status <> 'closed' order by 1"
    ) == [("national_victims", "02"), ("police_quadrants", "0502"), ("victims", "02")]
    assert not mexico_city.rows("select * from gaps where rule_id = 'parts_differ' and status <> 'closed'")


def test_two_sources_of_residents_are_no_impossible_value(mexico_city: Run) -> None:
    """Boroughs and city come from different projections: that is said once, and no office has summed wrongly."""
    assert not mexico_city.rows("select * from gaps where rule_id like 'areas_%_total' or rule_id = 'areas_fall_short'")
    said = mexico_city.rows("select status, count(*) from gaps where rule_id = 'levels_differ' group by 1 order by 1")
    assert [str(status) for status, _ in said] == ["explained", "open"] and said[1][1] == 1


def test_months_missing_from_one_year_are_one_finding(chicago: Run) -> None:
    rows = chicago.rows(
        "select rule_id, status from gaps where feed_id = 'homicides' and gap_code = 'G04' and status <> 'closed' order by 1"
    )
    assert rows == [("missing_periods", "explained"), ("partial_year", "open")]


def test_a_blank_that_no_contract_has_is_not_named(chicago: Run) -> None:
    [(said,)] = chicago.rows("select statement from gaps where rule_id = 'contract_blanks'")
    assert "Licences: 12." in str(said) and "ddresses" not in str(said) and "unknown definition" not in str(said)
