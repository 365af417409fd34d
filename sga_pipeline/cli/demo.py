"""`sga demo`: writes the made-up city into the home and assesses it."""

from __future__ import annotations

import argparse
from pathlib import Path

from sga_pipeline.cli.common import Commands, command, home_of


def register(commands: Commands) -> None:
    parser = command(commands, "demo", "write a made-up city into the home and assess it", run)
    parser.add_argument(
        "--seed", type=int, default=20260101, help="another seed makes another city (default: %(default)s)"
    )
    parser.add_argument("--scale", type=float, default=1.0, help="share of the full volume of incidents (default: 1)")


def run(arguments: argparse.Namespace) -> int:
    from sga_pipeline.cli.run import assess
    from sga_pipeline.demo import write_demo_city

    home = home_of(arguments)
    home.prepare()
    city = write_demo_city(home.path / "cities", seed=arguments.seed, scale=arguments.scale)
    status = assess(str(home.path), [Path(city)])
    print(
        f'\nAsk it something:\n  sga sql --home {arguments.home} "select period, round(value, 1) as homicides_per_100k from observations '
        "where indicator_id = 'crime.homicide_rate' and area_level = 'city' and freq = 'A' and sex = '_T' and age = '_T' and other_dim is null order by period\""
    )
    print(f"See the gaps:\n  sga gaps --home {arguments.home} {city.name}")
    print(f"Watch it in Dagster:\n  sga ui --home {arguments.home}")
    return status
