"""`sga run`: pulls, conforms, builds, checks and publishes; only what changed is done again."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from sga_pipeline.cli.common import Commands, Progress, command
from sga_pipeline.errors import SgaError

# A feed that was refused has come: that it never came would send the reader the wrong way.
TROUBLES = """
    select statement from gaps as said
    where status <> 'closed' and (rule_id in ('unreachable', 'refused') or (rule_id = 'no_delivery' and not exists (
        from gaps as other where other.feed_id = said.feed_id and other.rule_id = 'refused' and other.status <> 'closed')))
    order by feed_id, rule_id
"""
# One spelling the boundaries do not know leaves an area empty, or the whole city without residents.
STRANGE_CODES = """
    select statement from gaps
    where status = 'open' and (rule_id in ('unknown_areas', 'other_boundary') or (rule_id = 'unmapped' and dimension = 'area_id'))
    order by feed_id, rule_id
"""
SET_ASIDE = "select feed_id, period, rows_quarantined, rules from deliveries where rows_quarantined > 0"


def register(commands: Commands) -> None:
    parser = command(commands, "run", "pull, conform, build, check and publish; only what changed is done again", run)
    parser.add_argument("city_dirs", metavar="CITY_DIR", nargs="+", type=Path)
    parser.add_argument(
        "--as-of",
        metavar="DATE",
        type=_day,
        help="rebuild what was known on that day (2024-12-31), beside today's release: in HOME/as_of/DATE",
    )
    parser.add_argument(
        "--refresh", action="store_true", help="ask for every period again, also for those that are here and final"
    )
    parser.add_argument("--offline", action="store_true", help="pull nothing; use the deliveries that are here")


def run(arguments: argparse.Namespace) -> int:
    return assess(
        arguments.home, arguments.city_dirs, as_of=arguments.as_of, offline=arguments.offline, refresh=arguments.refresh
    )


def assess(
    home_folder: str, city_dirs: list[Path], *, as_of: date | None = None, offline: bool = False, refresh: bool = False
) -> int:
    """Run cities in a home, say what came of it, and give the exit status."""
    from sga_pipeline.contracts.assessment import read_assessment
    from sga_pipeline.home import Home
    from sga_pipeline.publish.vintage import day_of, vintage_home

    folders = [folder.resolve() for folder in city_dirs]
    read_assessment(folders)
    home = Home(Path(home_folder))
    as_of = as_of or day_of(home)
    if as_of is not None:
        home = vintage_home(home, as_of)
    with home.lock(), Progress() as progress:
        # Dagster and dbt take seconds to import; a wrong contract should be told at once.
        from sga_pipeline.orchestration.run_in_process import drive
        from sga_pipeline.orchestration.scope import Scope

        scope = Scope(home, tuple(folders), as_of, offline, refresh)
        before = {city.id: _standing(home, city.id) for city in scope.assessment.cities}
        drive(scope, progress.tell)
    troubled = False
    for city_id, release in before.items():
        troubled |= _report(home, city_id, release)
    return 3 if troubled else 0


def _standing(home: object, city_id: str) -> Path | None:
    from sga_pipeline.home import Home
    from sga_pipeline.publish.pointer import current_release

    assert isinstance(home, Home)
    return current_release(home, city_id)


def _report(home: object, city_id: str, before: Path | None) -> bool:
    """Say in a few lines what is published; True where a feed was refused or could not be reached."""
    from sga_pipeline.publish.query import run_query

    now = _standing(home, city_id)
    if now is None:
        raise SgaError("nothing was published", "See the log of the run with: sga ui", city_id)
    _, [(values, missing)] = run_query(now, "select count(value), count(*) - count(value) from observations")
    _, severities = run_query(now, "select severity, count(*) from gaps where status = 'open' group by severity")
    counted = {str(name): int(number) for name, number in severities}
    gaps = (
        ", ".join(f"{counted[name]} {name}" for name in ("critical", "high", "medium", "low") if name in counted)
        or "none"
    )
    _, troubles = run_query(now, TROUBLES)
    _, strange_codes = run_query(now, STRANGE_CODES)
    _, [(aside,)] = run_query(now, "select sum(rows_quarantined) from deliveries where in_use")
    news = "nothing new since" if before == now else "published"
    print(f"{city_id}: {news} release {now.name}: {values:,} values, {missing:,} missing or suppressed; gaps: {gaps}")
    print(f"  {now / 'sga.duckdb'}")
    for (statement,) in troubles:
        print(f"  not all well: {statement}")
    for (statement,) in strange_codes:
        print(f"  look at: {statement}")
    if aside:
        print(f'  rows set aside: {int(str(aside)):,}; which: sga sql {city_id} "{SET_ASIDE}"')
    return bool(troubles)


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"[{text}] is not a date such as 2024-12-31") from None
    if day > date.today():
        raise argparse.ArgumentTypeError(f"nobody knows yet what will be known on [{text}]")
    return day
