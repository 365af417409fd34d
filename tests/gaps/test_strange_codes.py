"""One area under a name the boundaries do not know: few of all records, and yet all that happened in that area."""

from __future__ import annotations

import pytest

from sga_pipeline.home import Home
from sga_pipeline.publish.pointer import current_release
from sga_pipeline.publish.query import run_query
from tests.city_folder import HEADER, write_city, write_districts
from tests.runs import sga

AREAS = 30


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, list[tuple[object, ...]]]:
    """What the run says, and the findings on area codes."""
    folder = tmp_path_factory.mktemp("strange")
    city = write_city(folder)
    write_districts(city, {f"d{at:02}": (-74.0 + at * 0.1, 4.0) for at in range(1, AREAS + 1)})
    # District 30 is written 90; a single record of district 1 is written 77.
    lines = [
        f"e{at},2023-{at % 12 + 1:02}-15,2024-01-05,rob,{90 if at % AREAS == 0 else at % AREAS},,G,Y\n"
        for at in range(600)
    ]
    lines += ["x1,2023-05-05,2024-01-05,rob,77,,G,Y\n", "x2,2023-02-30,2024-01-05,rob,1,,G,Y\n"]
    (city / "data" / "incidents.csv").write_text(HEADER + "".join(lines), encoding="utf-8")
    done = sga("run", "--home", folder / "home", city)
    assert done.returncode == 0, done.stderr
    release = current_release(Home(folder / "home"), "xx_small")
    assert release is not None
    _, findings = run_query(release, "select severity, metric, statement from gaps where rule_id = 'unknown_areas'")
    return done.stdout, [tuple(row) for row in findings]


def test_an_area_gone_astray_is_grave_though_few_records_are(
    told: tuple[str, list[tuple[object, ...]]],
) -> None:
    _, [(severity, metric, statement)] = told
    # 21 of 601 records: more than 95 in 100 are known, which alone would be no finding.
    assert (severity, metric) == ("high", "areas_astray")
    assert str(statement).startswith("21 of 601 in Police incidents carry area codes that no boundary knows: d90")


def test_the_run_says_so_and_what_was_set_aside(told: tuple[str, list[tuple[object, ...]]]) -> None:
    out, [(_, _, statement)] = told
    assert f"  look at: {statement}\n" in out
    assert "  rows set aside: 1; which: sga sql xx_small" in out
    assert "not all well" not in out
