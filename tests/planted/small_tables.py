"""Cities of one or two small feeds for planted cases: their folders, the files of each period, and what a release says of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from sga_pipeline.home import Home
from sga_pipeline.publish.pointer import current_release
from sga_pipeline.publish.query import run_query
from tests.city_folder import CITY, HEADER, INCIDENTS, OFFENCES, complete, residents, write_districts
from tests.runs import Run

YEARS = (2020, 2021, 2022, 2023)
EVENTS = INCIDENTS.replace("first: 2022-01-01", "first: 2020-01-01")
COUNTS = """\
id: table
title: Victims of homicide
family: police
shape: crime_counts
owner: {name: Police statistics office, contact: statistics office}
licence: CC-BY-4.0
citation: Police statistics office.
source: {connector: file, address: table.csv}
format: {kind: csv}
cadence: annual
allowed_lag_days: 400
spatial_levels: [city]
coverage: {first: 2020-01-01, last: 2023-12-31}
columns:
  period: {from: period}
  iccs_code: {from: offence}
  local_code: {from: offence}
  unit_counted: {constant: victims}
  count: {from: n}
"""
COUNTS_HEADER = "period,offence,n\n"
PEOPLE = residents("city", "columns:\n  year: {from: year}\n  persons: {from: persons}\n")
OFFENCES_RATE, COUNTED_RATE = "crime.homicide_offences_rate", "crime.homicide_counted_rate"
# Feeds, and files by name.
Planted = tuple[list[str], dict[str, str]]
# Status, count, value per 100,000 and reason, by period.
Figures = dict[str, tuple[object, ...]]
# Up to this share of what a figure is about may be lost without a mark (thresholds.csv, G17, possible_loss).
UNMARKED_LOSS = 0.02


def periodic(feed: str, freq: str = "A", first: str = "2020", last: str = "2023") -> str:
    """The feed with a file for each period."""
    start = feed.index("address: ") + len("address: ")
    name = feed[start : feed.index("}", start)]
    return feed.replace(
        f"address: {name}}}",
        f"address: '{{period}}_{name}', periods: {{freq: {freq}, first: '{first}', last: '{last}'}}}}",
    )


def lenient(feed: str) -> str:
    """The feed, refused for no number of rows set aside."""
    return feed.replace("columns:\n", "reject_when: {quarantined_share: 1}\ncolumns:\n", 1)


def changed(feed: str, changes: Mapping[str, str]) -> str:
    for old, new in changes.items():
        assert old in feed, f"[{old}] is not in the feed"
        feed = feed.replace(old, new)
    return feed


def city(
    folder: Path,
    city_id: str,
    planted: Iterable[Callable[[], Planted]],
    *,
    first_year: int = 2020,
    districts: bool = False,
) -> Path:
    """A city of what each of some cases brings; a million residents in every year, unless one of them says otherwise."""
    made = folder / city_id
    (made / "feeds").mkdir(parents=True)
    (made / "data").mkdir()
    contract = CITY.replace("id: xx_small", f"id: {city_id}").replace("first_year: 2022", f"first_year: {first_year}")
    (made / "city.yaml").write_text(contract, encoding="utf-8")
    (made / "feeds" / "offences.csv").write_text(OFFENCES, encoding="utf-8")
    people = "".join(f"{year},1000000\n" for year in range(first_year, 2024))
    for feeds, files in (([PEOPLE], {"residents.csv": f"year,persons\n{people}"}), *(one() for one in planted)):
        for feed in feeds:
            name = feed.split("\n", 1)[0].removeprefix("id: ")
            (made / "feeds" / f"{name}.yaml").write_text(complete(feed), encoding="utf-8")
        for name, text in files.items():
            (made / "data" / name).write_text(text, encoding="utf-8")
    if districts:
        write_districts(made)
    return made


def event(number: object, day: str, offence: str = "HOM", *, district: object = 1, latitude: str = "") -> str:
    return f'{number},{day},,{offence},{district},"{latitude}",,\n'


def events(rows: Iterable[str]) -> str:
    return HEADER + "".join(rows)


def counts(rows: Iterable[tuple[object, object]], offence: str = "0101") -> str:
    """Rows of a period and what was counted in it."""
    return COUNTS_HEADER + "".join(f"{period},{offence},{n}\n" for period, n in rows)


def rows_of(run: Run, city_id: str, sql: str) -> list[tuple[object, ...]]:
    release = current_release(Home(run.home), city_id)
    assert release is not None
    return [tuple(one) for one in run_query(release, sql)[1]]


def figures(run: Run, city_id: str, indicator_id: str, where: str = "freq = 'A' and area_id = 'XS'") -> Figures:
    """What is published of everybody, by period."""
    found = rows_of(
        run,
        city_id,
        "select period, obs_status, numerator, round(value, 6), reason_code from observations "
        f"where indicator_id = '{indicator_id}' and sex = '_T' and age = '_T' and other_dim is null and {where}",
    )
    by_period = {str(period): tuple(rest) for period, *rest in found}
    assert len(by_period) == len(found)
    return by_period


def assert_no_wrong_normal_value(
    run: Run, city_id: str, indicator_id: str, truth: Mapping[str, float], *, at_least: int, lost: float = 0
) -> None:
    """Of years, quarters and months of the city, each value with status A is the truth, but for the share `lost` of it; so many are looked at."""
    found = figures(run, city_id, indicator_id, "area_id = 'XS'")
    normal = {period: float(str(one[1])) for period, one in found.items() if one[0] == "A"}
    wrong = {one: n for one, n in normal.items() if not truth[one] * (1 - lost) <= n <= truth[one]}
    assert wrong == {}
    assert len(normal) >= at_least


def finding(run: Run, city_id: str, rule_id: str, feed_id: str) -> str:
    """What the one finding of a rule on a feed says."""
    [(statement,)] = rows_of(
        run, city_id, f"select statement from gaps where rule_id = '{rule_id}' and feed_id = '{feed_id}'"
    )
    return str(statement)
