"""dbt, started in the home itself: then its reading of the project is the same for every home, and need not be made anew."""

from __future__ import annotations

import os
import sys


def main() -> None:
    # The profile and the sources take paths from SGA_HOME, or else from where dbt stands; see the macro `source`.
    os.environ["SGA_ROOT"] = home = os.environ.pop("SGA_HOME")
    os.chdir(home)
    from dbt.cli.main import cli

    sys.exit(cli())


if __name__ == "__main__":
    main()
