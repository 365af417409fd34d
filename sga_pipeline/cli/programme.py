"""`sga programme`: makes the release across cities from the releases in force; `sga run` does so after each city."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from sga_pipeline.cli.common import Commands, command, home_of

if TYPE_CHECKING:
    from sga_pipeline.programme.renew import Renewed

# As for a city: published, and something about it has to be looked at.
PUBLISHED_WITHOUT_A_CITY = 3


def register(commands: Commands) -> None:
    command(commands, "programme", "build the release across cities from the releases in force", run)


def run(arguments: argparse.Namespace) -> int:
    from sga_pipeline.programme.renew import renew_programme

    home = home_of(arguments)
    home.prepare()
    return report(renew_programme(home))


def report(renewed: Renewed) -> int:
    """Print what was published, and which cities are not in it."""
    news = "published" if renewed.release.created else "nothing new since"
    taken = renewed.cities - len(renewed.left_out)
    print(
        f"programme: {news} release {renewed.release.release_id}: {taken} cities, "
        f"{renewed.release.row_counts['common_indicators']} indicators in common"
    )
    print(f"  {renewed.release.path / 'sga.duckdb'}")
    for city_id, reason in renewed.left_out.items():
        print(f"  left out: {city_id}: {reason}", file=sys.stderr)
    return PUBLISHED_WITHOUT_A_CITY if renewed.left_out else 0
