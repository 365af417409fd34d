"""dbt, started in a folder of the home: then its parsed project is the same for every home and city, and need not be made anew."""

from __future__ import annotations

import gc
import os
import sys

from sga_pipeline.lean_imports import imported_for_good

# The folder that dbt works in: a warehouse is built there as `warehouse.duckdb`. The city is the one whose files are read.
BUILD_FOLDER, CITY = "SGA_BUILD_FOLDER", "SGA_CITY"


def main() -> None:
    """Run dbt with the arguments of this process."""
    # For whoever starts dbt by hand, profile and sources take paths from SGA_HOME and SGA_CITY. They stand in the parsed project
    # as they were when it was parsed: here they have other names, and the macro `source` puts them in as a model is run.
    os.environ["SGA_ROOT"] = os.environ.pop("SGA_HOME")
    os.environ["SGA_ROOT_CITY"] = os.environ.pop(CITY)
    os.chdir(os.environ.pop(BUILD_FOLDER))
    with imported_for_good():
        from dbt.cli.main import cli

        from sga_pipeline.warehouse.dbt_events import drop_unread_events
    drop_unread_events()
    # The manifest is large, and stays; only what a node leaves behind is garbage.
    gc.set_threshold(20_000)
    sys.exit(cli())


if __name__ == "__main__":
    main()
