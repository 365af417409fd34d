"""The page on handovers lists the run records there are, with their columns in their order."""

from __future__ import annotations

import re

from sga_pipeline.run_records.tables import TABLES
from tests.docs.words import PROJECT

PAGE = (PROJECT / "docs" / "handovers.md").read_text(encoding="utf-8")
# Published as it is: its columns are those of the release's table.
AS_PUBLISHED = {"gap_history"}


def test_every_run_record_is_listed_with_its_columns() -> None:
    part = PAGE.split("## Run records", 1)[1].split("\n## ", 1)[0]
    listed = dict(re.findall(r"^\| (\w+) \| (.*) \|$", part, re.M))
    listed.pop("table")
    assert set(listed) == set(TABLES)
    for table, text in listed.items():
        # What a column holds is said in brackets, or after the last column.
        columns = re.sub(r" \([^)]*\)", "", text).split(": ")[0].split(", ")
        assert table in AS_PUBLISHED or columns == list(TABLES[table]), table
