"""The command `sga`: one module a command, heavy libraries imported only by the command that needs them."""

from __future__ import annotations

import argparse
import os
import sys
from importlib import import_module

from sga_pipeline import __version__
from sga_pipeline.errors import SgaError

COMMANDS = (
    "demo",
    "new",
    "mapping",
    "check",
    "run",
    "programme",
    "gaps",
    "tables",
    "sql",
    "releases",
    "rollback",
    "export",
    "ui",
)


def main(argv: list[str] | None = None) -> int:
    """Run one command and give its exit status."""
    parser = _parser()
    arguments, rest = parser.parse_known_args(argv)
    # argparse gives up on words that follow an option, as in: sga sql CITY --format json "SELECT ..."
    if rest and (not hasattr(arguments, "words") or any(one.startswith("-") for one in rest)):
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    if rest:
        arguments.words += rest
    os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("DBT_SEND_ANONYMOUS_USAGE_STATS", "false")
    os.environ.setdefault("DO_NOT_TRACK", "1")
    try:
        return int(arguments.run(arguments))
    except SgaError as error:
        for line in str(error).splitlines():
            print(f"sga: {line}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("sga: stopped; the last release is untouched, and the next run takes up from here", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader of our output has gone, as in `sga gaps X | head`; nothing is wrong.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sga",
        description="From a city's feeds to a published, auditable safety assessment.",
        epilog="Exit status: 0 published; 2 a contract is wrong, nothing was loaded; 3 published, but a feed was refused or "
        "unreachable, or no data have arrived yet; 1 anything else, nothing was published.",
    )
    parser.add_argument("--version", action="version", version=f"sga {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name in COMMANDS:
        import_module(f"sga_pipeline.cli.{name}").register(commands)
    return parser
