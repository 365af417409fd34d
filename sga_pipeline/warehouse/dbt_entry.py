"""dbt, started in a folder of the home: then its parsed project is the same for every home, and need not be made anew."""

from __future__ import annotations

import os
import sys

# The folder that dbt builds the warehouse in; without it, the home itself.
BUILD_FOLDER = "SGA_BUILD_FOLDER"


def main() -> None:
    """Run dbt with the arguments of this process."""
    # The profile and the sources take paths from SGA_HOME, or else from the folder dbt is started in; see the macro `source`.
    os.environ["SGA_ROOT"] = home = os.environ.pop("SGA_HOME")
    os.chdir(os.environ.pop(BUILD_FOLDER, home))
    from dbt.cli.main import cli

    sys.exit(cli())


if __name__ == "__main__":
    main()
