"""`sga check`: finds what is wrong in cities, feeds and mappings before any data moves."""

from __future__ import annotations

import argparse
from pathlib import Path

from sga_pipeline.cli.common import Commands, command


def register(commands: Commands) -> None:
    parser = command(commands, "check", "check cities, feeds and mappings without loading data", run)
    parser.add_argument("city_dirs", metavar="CITY_DIR", nargs="+", type=Path)


def run(arguments: argparse.Namespace) -> int:
    from sga_pipeline.contracts.assessment import read_assessment

    assessment = read_assessment(arguments.city_dirs)
    for city in assessment.cities:
        print(f"{city.id}: {city.city.name}, {len(city.feeds)} feeds, all right")
        for plan in city.feeds:
            print(f"  {plan.id:24} {plan.feed.family:20} -> {plan.shape.id:16} {len(plan.feed.columns)} columns")
    return 0
