"""Two cities whose police publish on a portal: from the portal's answers to the published figure, month by month, and in spite of a fault."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import duckdb
import pytest

from tests.city_folder import write_city
from tests.fake_portals import Ckan, FakePortal, Socrata, rows
from tests.runs import sga
from tests.servers import Answer, answer, serving

ROWS = rows(900)
TOKEN = "s3cret-token"
SOURCE, FORM = "source: {connector: file, address: incidents.csv}", "format: {kind: csv}"
COLUMNS = {
    "{from: id}": "{from: case}",
    "  reported_on: {from: reported}\n": "",
    "{from: district, steps": "{from: place, steps",
    '  latitude: {from: lat, steps: [{number: {decimal: ","}}]}\n': "",
    "  weapon: {from: weapon, steps: [{recode: {values: {G: firearm, K: knife}}}]}\n": "",
    '  cleared: {from: cleared, steps: [{boolean: {"yes": [Y], "no": [N]}}]}\n': "ignore: rest\nreject_when: {fewer_rows_than: 0}\n",
}
DAY = '{from: date, steps: [{date: ["%Y-%m-%d", "%d/%m/%Y"]}]}'
PLAIN_DAY = '{from: day, steps: [{date: ["%Y-%m-%d"]}]}'
PORTALS: dict[str, tuple[type[FakePortal], str, str, str]] = {
    "ckan": (
        Ckan,
        "connector: ckan, address: '{site}', resource: res-1, page_rows: 7, period_column: month, period_text: '{{year}}{{month}}', "
        "periods: {{freq: M, first: 2022-01, last: 2023-12}}, token_env: PORTAL_TOKEN, retries: 2",
        "kind: json, records: result.records, columns: result.fields.*.id",
        PLAIN_DAY,
    ),
    "socrata": (
        Socrata,
        "connector: socrata, address: '{site}', dataset: abcd-1234, page_rows: 100, token_env: PORTAL_TOKEN, retries: 2",
        "kind: json, columns: [harm]",
        PLAIN_DAY,
    ),
}


def city(folder: Path, protocol: str, site: str) -> Path:
    _, source, form, day = PORTALS[protocol]
    text = source.format(site=site)
    return write_city(folder, COLUMNS | {SOURCE: f"source: {{{text}}}", FORM: f"format: {{{form}}}", DAY: day})


def homicides(home: Path) -> dict[str, int]:
    database = home / "published" / "xx_small" / "current" / "sga.duckdb"
    with duckdb.connect(str(database), read_only=True) as con:
        return dict(
            con.execute(
                "select period, numerator::int from observations where indicator_id = 'crime.homicide_offences_rate' and freq = 'A' "
                "and area_level = 'city' and sex = '_T' and age = '_T' and numerator is not null"
            ).fetchall()
        )


@pytest.mark.parametrize("protocol", ["ckan", "socrata"])
def test_from_the_portal_to_the_figure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, protocol: str) -> None:
    monkeypatch.setenv("PORTAL_TOKEN", TOKEN)
    expected = Counter(row["day"][:4] for row in ROWS if row["offence"] == "hom")
    kind = PORTALS[protocol][0]

    def stumbling(number: int, _: str, due: Answer) -> Answer:
        return answer(b"", "500 Broken") if number == 5 else due

    portal = kind(ROWS, stumbling)
    home = tmp_path / "home"
    with serving(responder=portal) as server:
        folder = city(tmp_path, protocol, server.address(""))
        done = sga("run", "--home", home, folder)
        assert done.returncode == 0, done.stderr
        assert homicides(home) == expected and len(expected) == 2
        kept = sorted(home.glob("raw/xx_small/incidents/*/delivery.json"))
        assert all(request.count(TOKEN) == 1 for request in server.requests)
        # A portal that complains leaves the last good delivery in use.
        portal.spoil = lambda number, _, due: answer(b'{"error": "maintenance"}', media_type="application/json")
        done = sga("run", "--home", home, folder)
        assert done.returncode == 3 and homicides(home) == expected
    # Every other month is without a crime: those answers are one and the same.
    manifests = [json.loads(file.read_text()) for file in kept]
    assert {one["connector"] for one in manifests} == {protocol}
    assert len(manifests) == (13 if protocol == "ckan" else 1)
    for file in (one for one in home.rglob("*") if one.is_file()):
        assert TOKEN.encode() not in file.read_bytes(), file
    assert TOKEN not in done.stdout + done.stderr
