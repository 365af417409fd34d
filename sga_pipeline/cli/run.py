"""`sga run`: pulls, conforms, builds, checks and publishes; only what changed is done again."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from sga_pipeline.cli.common import Commands, Progress, command

if TYPE_CHECKING:
    from sga_pipeline.publish.run_report import RunReport

# The exit status where a release was published although a feed was refused or could not be reached.
PUBLISHED_WITH_FEEDS_IN_TROUBLE = 3


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
    """Run cities in a home, print what was published, and give the exit status."""
    from sga_pipeline.contracts.assessment import read_assessment
    from sga_pipeline.home import Home
    from sga_pipeline.publish.pointer import current_release
    from sga_pipeline.publish.run_report import run_report
    from sga_pipeline.publish.vintage import day_of, vintage_home
    from sga_pipeline.raw.first_data import check_first_data

    folders = [folder.resolve() for folder in city_dirs]
    assessment = read_assessment(folders)
    home = Home(Path(home_folder))
    check_first_data(assessment, home, offline=offline)
    as_of = as_of or day_of(home)
    if as_of is not None:
        home = vintage_home(home, as_of)
    with home.lock(), Progress() as progress:
        # Dagster and dbt take seconds to import; what is wrong in a contract should be reported at once.
        from sga_pipeline.orchestration.run_in_process import run_in_process
        from sga_pipeline.orchestration.scope import Scope

        scope = Scope(home, tuple(folders), as_of, offline, refresh)
        before = {city.id: current_release(home, city.id) for city in scope.assessment.cities}
        run_in_process(scope, progress.show)
    reports = [run_report(home, city_id, release) for city_id, release in before.items()]
    for report in reports:
        _print(report)
    return PUBLISHED_WITH_FEEDS_IN_TROUBLE if any(report.feeds_in_trouble for report in reports) else 0


def _print(report: RunReport) -> None:
    from sga_pipeline.publish.run_report import QUARANTINED_ROWS

    news = "published" if report.is_new else "nothing new since"
    gaps = ", ".join(f"{number} {severity}" for severity, number in report.gaps.items()) or "none"
    print(
        f"{report.city_id}: {news} release {report.release.name}: {report.values:,} values, "
        f"{report.missing:,} missing or suppressed; gaps: {gaps}"
    )
    print(f"  {report.release / 'sga.duckdb'}")
    for statement in report.feeds_in_trouble:
        print(f"  not all well: {statement}")
    for statement in report.unknown_areas:
        print(f"  look at: {statement}")
    if report.quarantined_rows:
        print(f'  rows quarantined: {report.quarantined_rows:,}; which: sga sql {report.city_id} "{QUARANTINED_ROWS}"')


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"[{text}] is not a date such as 2024-12-31") from None
    if day > date.today():
        raise argparse.ArgumentTypeError(f"[{text}] is in the future; give today or an earlier day")
    return day
