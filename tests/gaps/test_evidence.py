"""Evidence holds: each finding's query, run on the release, gives the finding's figures; every finding has its texts."""

from __future__ import annotations

import pytest

from tests.gaps.evidence import unproved_findings
from tests.runs import Run


@pytest.mark.parametrize("city", ["demo", "chicago", "mexico_city"])
def test_every_findings_evidence_gives_its_figures(city: str, request: pytest.FixtureRequest) -> None:
    run: Run = request.getfixturevalue(city)
    looked_at, wrong = unproved_findings(run)
    assert looked_at > 100
    assert not wrong, wrong[:5]


@pytest.mark.parametrize("city", ["demo", "mexico_city"])
def test_every_finding_has_its_texts_in_four_languages(city: str, request: pytest.FixtureRequest) -> None:
    run: Run = request.getfixturevalue(city)
    [(findings,)] = run.rows("select count(*) from gaps where status <> 'closed'")
    texts = run.rows(
        "select language, count(*), count(*) filter (where statement like '%{%' or recommendation like '%{%') from gap_texts group by 1 order by 1"
    )
    assert texts == [("en", findings, 0), ("es", findings, 0), ("fr", findings, 0), ("ru", findings, 0)]
    # A text that is the same in two languages was not translated.
    assert (
        run.rows(
            "select a.statement from gap_texts as a inner join gap_texts as b using (gap_id) "
            "where a.language = 'en' and b.language in ('es', 'fr', 'ru') and a.statement = b.statement"
        )
        == []
    )


@pytest.mark.parametrize("city", ["demo", "chicago", "mexico_city"])
def test_every_finding_has_owner_step_and_time(city: str, request: pytest.FixtureRequest) -> None:
    run: Run = request.getfixturevalue(city)
    assert (
        run.rows(
            "select gap_id from gaps where coalesce(owner, '') = '' or coalesce(recommendation, '') = '' or timeframe not in "
            "('immediate', 'short', 'medium', 'long') or first_seen > last_seen or gap_code not similar to 'G[0-9]{2}[abcd]?'"
        )
        == []
    )
    # What another finding explains names a finding that is there.
    assert (
        run.rows(
            "select gap_id from gaps where status = 'explained' and parent_id not in (select gap_id from gaps) or parent_id is not null and status = 'open'"
        )
        == []
    )


@pytest.mark.parametrize("city", ["demo", "mexico_city"])
def test_a_gap_kinds_finding_is_a_row_of_its_view(city: str, request: pytest.FixtureRequest) -> None:
    """The view works out anew what was found: nothing in it is a copy of the findings."""
    run: Run = request.getfixturevalue(city)
    views = run.rows(
        "select view_name, sql from duckdb_views() where schema_name = 'evidence' and view_name similar to 'g[0-9]{2}[a-d]?_.*'"
    )
    assert len(views) == 29
    assert not [name for name, sql in views if "main.gaps" in str(sql)]
    codes = {str(name).split("_")[0].upper() for name, _ in views}
    assert codes == {
        str(row[0]).upper() for row in run.rows("select distinct gap_code from evidence.thresholds_in_force")
    }


def test_unknown_scores_are_null_and_readiness_is_the_least(demo: Run) -> None:
    rows = demo.rows(
        "select coverage, timeliness, reliability, validity, granularity, readiness, mean, readiness_at_most from scores"
    )
    assert len(rows) > 15
    for row in rows:
        known = [float(str(one)) for one in row[:5] if one is not None]
        # Unknown while a part is.
        assert row[5] == (min(known) if len(known) == 5 else None)
        assert row[7] == (min(known) if known else None)
        if known:
            assert float(str(row[6])) == pytest.approx(sum(known) / len(known), abs=1e-3)
    assert any(row[2] is None for row in rows)
