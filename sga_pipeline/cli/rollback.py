"""`sga rollback`: puts an older release in force again."""

from __future__ import annotations

import argparse

from sga_pipeline.cli.common import Commands, command, home_of


def register(commands: Commands) -> None:
    parser = command(commands, "rollback", "put an older release in force again", run)
    parser.add_argument("city", metavar="CITY")
    parser.add_argument("release", metavar="RELEASE", help="as listed by: sga releases CITY")


def run(arguments: argparse.Namespace) -> int:
    from sga_pipeline.home import PROGRAMME
    from sga_pipeline.programme.renew import renew_programme
    from sga_pipeline.publish.query import roll_back

    home = home_of(arguments)
    release = roll_back(home, arguments.city, arguments.release)
    if arguments.city != PROGRAMME:
        # What crosses cities is made from the releases in force.
        renew_programme(home)
    print(
        f"{arguments.city}: release {release.name} is in force. The next `sga run` publishes anew from the data that are here."
    )
    return 0
