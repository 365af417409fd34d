"""Two real cities, by contract alone: what they publish against figures others published or worked out by hand."""

from __future__ import annotations

from tests.runs import Run


def test_what_each_city_can_support_is_published(chicago: Run, mexico_city: Run) -> None:
    for run, at_least in ((chicago, 20), (mexico_city, 20)):
        [(indicators,)] = run.rows("select count(distinct indicator_id) from observations where value is not null")
        assert int(str(indicators)) >= at_least
