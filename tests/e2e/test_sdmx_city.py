"""A small city whose statistics come from an SDMX service: asked for year by year, into the release, value and status right."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import duckdb

from tests.city_folder import HEADER, write_city
from tests.runs import sga
from tests.sdmx_messages import FEED, STRUCTURE, message
from tests.servers import Answer, answer, serving

XML = "application/vnd.sdmx.structurespecificdata+xml;version=2.1"
SERIES = (
    '<Series INDICATOR="{}" REF_AREA="C01" SEX="_T"><Obs TIME_PERIOD="{}" OBS_VALUE="{}" OBS_STATUS="{}"/></Series>'
)
OBSERVED = {
    "2022": [("LIT", "91.5", "A"), ("HH", "3.10", "A")],
    # A suppressed figure is written as zero, as some offices do.
    "2023": [("LIT", "0", "Q"), ("HH", "3.05", "P")],
}
ROWS = "".join(f"e{n},2023-{n % 12 + 1:02d}-{n % 28 + 1:02d},2024-01-05,hom,{n % 7},,G,Y\n" for n in range(60))


def test_value_and_status_come_out_right(tmp_path: Path) -> None:
    asked: list[str] = []

    def respond(target: str, _body: bytes) -> Answer:
        asked.append(target)
        if "/dataflow/" in target:
            return answer(STRUCTURE, media_type="application/xml")
        (period,) = parse_qs(urlsplit(target).query)["startPeriod"]
        series = "".join(SERIES.format(code, period, value, status) for code, value, status in OBSERVED[period])
        body = message(series).replace(b"<m:ID>I1", b"<m:ID>I%d" % len(asked))
        return answer(body, media_type=XML)

    city, home = write_city(tmp_path), tmp_path / "home"
    (city / "data" / "incidents.csv").write_text(HEADER + ROWS, encoding="utf-8")
    with serving(responder=respond) as server:
        source = (
            f"{{connector: sdmx, address: '{server.address('rest')}', version: '2.1', flow: 'XX,CRIME,1.0', key: '..C01', "
            "ask_for: xml, structure: true, retries: 0, periods: {freq: A, first: '2022', last: '2023'}}"
        )
        (city / "feeds" / "statistics.yaml").write_text(FEED.format(source=source, replaces="period"), encoding="utf-8")
        first = sga("run", "--home", home, city)
        assert first.returncode == 0, first.stderr
        before = content(home)
        again = sga("run", "--home", home, city)
        assert again.returncode == 0, again.stderr
    assert len(asked) == 8 and content(home) == before
    arrivals = (home / "raw" / "xx_small" / "statistics" / "arrivals.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["period"] for line in arrivals] == ["2022", "2023"]
    with duckdb.connect(str(home / "published" / "xx_small" / "current" / "sga.duckdb"), read_only=True) as con:
        found = con.execute(
            "select indicator_id, period, value, obs_status from observations where area_id = 'XS' and sex = '_T' "
            "and indicator_id in ('demo.literacy_rate', 'demo.household_size_mean') order by all"
        ).fetchall()
    assert found == [
        ("demo.household_size_mean", "2022", 3.1, "A"),
        ("demo.household_size_mean", "2023", 3.05, "P"),
        ("demo.literacy_rate", "2022", 91.5, "A"),
        ("demo.literacy_rate", "2023", None, "Q"),
    ]


def content(home: Path) -> str:
    file = home / "published" / "xx_small" / "current" / "manifest.json"
    return str(json.loads(file.read_text(encoding="utf-8"))["content_sha256"])
