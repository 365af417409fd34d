"""`sga run`: pulls, conforms, builds, checks and publishes; only what changed is done again."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from sga_pipeline.cli.common import Commands, command
from sga_pipeline.cli.progress import Progress
from sga_pipeline.lean_imports import imported_for_good

if TYPE_CHECKING:
    from sga_pipeline.contracts.assessment import Assessment
    from sga_pipeline.errors import SgaError
    from sga_pipeline.home import Home
    from sga_pipeline.publish.run_report import RunReport

# The exit status where a release was published although a feed was refused or could not be reached.
PUBLISHED_WITH_FEEDS_IN_TROUBLE = 3
# Exit statuses of several cities: the last of these that one of them has is the command's.
BY_SEVERITY = (0, 3, 2, 1)


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
    """Run cities one after the other, print what was published of each, and give the worst exit status."""
    from sga_pipeline.errors import SgaError
    from sga_pipeline.home import Home

    cities, status = _read_cities([folder.resolve() for folder in city_dirs])
    home = Home(Path(home_folder))
    for known in cities:
        if len(cities) > 1:
            # Whose stages follow.
            print(known.cities[0].id, file=sys.stderr)
        try:
            found = _assess_city(known, home, as_of=as_of, offline=offline, refresh=refresh)
        except SgaError as error:
            # One city's failure is no reason to leave out another.
            if len(city_dirs) == 1:
                raise
            found = _report_error(error, known.cities[0].id)
        status = max(status, found, key=BY_SEVERITY.index)
    if as_of is None:
        _print_not_compared_yet(home, [known.cities[0].id for known in cities])
    return status


def _read_cities(folders: list[Path]) -> tuple[list[Assessment], int]:
    """The cities whose contracts are right, each alone and in the order named, and the exit status for the others."""
    from sga_pipeline.contracts.assessment import find_shared_twice, read_assessment
    from sga_pipeline.contracts.shared_feeds import is_shared_folder
    from sga_pipeline.errors import ContractError
    from sga_pipeline.raw.first_data import check_feeds

    # A list of all folders names that of shared feeds as well; alone it is an error that says it is no city.
    names = [one for one in dict.fromkeys(folders) if not is_shared_folder(one)] or folders[:1]
    found: dict[Path, Assessment] = {}
    try:
        together = read_assessment(names)
        found = {plan.folder: replace(together, cities=(plan,)) for plan in together.cities}
    except ContractError:
        if len(names) == 1:
            raise
    cities, status = [], 0
    for folder in names:
        try:
            city = found.get(folder) or read_assessment([folder])
            check_feeds(city.cities[0])
            cities.append(city)
        except ContractError as error:
            if len(names) == 1:
                raise
            status = _report_error(error, folder.name)
    plans = [city.cities[0] for city in cities]
    if len({plan.id for plan in plans}) < len(cities) or find_shared_twice(plans):
        # Two folders of one city, or two shared feeds of one id: which is meant, nobody can know.
        read_assessment(names)
    return cities, status


def _report_error(error: SgaError, city_id: str) -> int:
    for line in str(error).splitlines():
        print(f"sga: {city_id}: {line}", file=sys.stderr)
    return error.exit_code


def _assess_city(known: Assessment, home: Home, *, as_of: date | None, offline: bool, refresh: bool) -> int:
    from sga_pipeline.publish.pointer import current_release
    from sga_pipeline.publish.run_report import run_report
    from sga_pipeline.publish.vintage import day_of, vintage_home
    from sga_pipeline.raw.first_data import check_first_data

    plan = known.cities[0]
    check_first_data(plan, home, offline=offline)
    as_of = as_of or day_of(home)
    if as_of is not None:
        home = vintage_home(home, as_of)
    with home.lock(plan.id), Progress() as progress:
        # Dagster and dbt take seconds to import; what is wrong in a contract should be reported at once.
        with imported_for_good():
            from sga_pipeline.orchestration.run_in_process import run_in_process
            from sga_pipeline.orchestration.scope import Scope

        before = current_release(home, plan.id)
        scope = Scope(home, (plan.folder,), as_of, offline, refresh, known)
        run_in_process(scope, plan.id, progress.show)
    report = run_report(home, plan.id, before)
    _print(report)
    _print_programme(home)
    return PUBLISHED_WITH_FEEDS_IN_TROUBLE if report.feeds_in_trouble else 0


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


def _print_programme(home: Home) -> None:
    """Where the home has other cities: the release that crosses them, and the cities that are not in it."""
    from sga_pipeline.home import PROGRAMME
    from sga_pipeline.publish.manifest import read_manifest
    from sga_pipeline.publish.pointer import current_release

    release = current_release(home, PROGRAMME)
    manifest = read_manifest(release) if release else {}
    cities, left_out = manifest.get("programme", []), manifest.get("left_out", {})
    if release and len(cities) > 1:
        print(f"  programme release {release.name}: {len(cities) - len(left_out)} cities")
        for city_id, reason in left_out.items():
            print(f"  left out of it: {city_id}: {reason}")


def _print_not_compared_yet(home: Home, city_ids: list[str]) -> None:
    """Of several cities run for the first time, the first was published when there was none to compare it with."""
    from sga_pipeline.home import PROGRAMME
    from sga_pipeline.publish.manifest import read_manifest
    from sga_pipeline.publish.pointer import current_release

    programme = current_release(home, PROGRAMME)
    if not programme or len(read_manifest(programme).get("programme", [])) < 2:
        return
    releases = {name: current_release(home, name) for name in city_ids}
    alone = [
        name for name, release in releases.items() if release and not read_manifest(release).get("programme_release")
    ]
    if alone:
        print(f"{', '.join(alone)}: compared with other cities from the next run on")


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"[{text}] is not a date such as 2024-12-31") from None
    if day > date.today():
        raise argparse.ArgumentTypeError(f"[{text}] is in the future; give today or an earlier day")
    return day
