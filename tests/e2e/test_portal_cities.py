"""Two cities whose police publish on a portal: from the portal's answers to the published figure, month by month, and in spite of a fault."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from tests.city_folder import write_city
from tests.fake_portals import Ckan, FakePortal, Socrata, rows
from tests.runs import sga
from tests.servers import Answer, Server, answer, serving

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


@dataclass
class Published:
    """A city whose police publish on a portal, and the server that is the portal."""

    protocol: str
    portal: FakePortal
    server: Server
    folder: Path

    @property
    def city_id(self) -> str:
        return f"xx_{self.protocol}"

    def homicides(self, home: Path) -> dict[str, int]:
        database = home / "published" / self.city_id / "current" / "sga.duckdb"
        with duckdb.connect(str(database), read_only=True) as con:
            return dict(
                con.execute(
                    "select period, numerator::int from observations where indicator_id = 'crime.homicide_offences_rate' and freq = 'A' "
                    "and area_level = 'city' and sex = '_T' and age = '_T' and numerator is not null"
                ).fetchall()
            )


@contextmanager
def published(folder: Path, protocol: str) -> Iterator[Published]:
    """The portal stumbles once: its fifth answer is an error."""
    kind, source, form, day = PORTALS[protocol]

    def stumbling(number: int, _: str, due: Answer) -> Answer:
        return answer(b"", "500 Broken") if number == 5 else due

    portal = kind(ROWS, stumbling)
    with serving(responder=portal) as server:
        text = source.format(site=server.address(""))
        replacements = COLUMNS | {SOURCE: f"source: {{{text}}}", FORM: f"format: {{{form}}}", DAY: day}
        yield Published(protocol, portal, server, write_city(folder, replacements, f"xx_{protocol}"))


def test_from_the_portals_to_the_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_TOKEN", TOKEN)
    expected = Counter(row["day"][:4] for row in ROWS if row["offence"] == "hom")
    assert len(expected) == 2
    home = tmp_path / "home"
    with published(tmp_path, "ckan") as ckan, published(tmp_path, "socrata") as socrata:
        cities = (ckan, socrata)
        done = sga("run", "--home", home, ckan.folder, socrata.folder)
        assert done.returncode == 0, done.stderr
        kept = {}
        for city in cities:
            assert city.homicides(home) == expected
            kept[city.protocol] = sorted(home.glob(f"raw/{city.city_id}/incidents/*/delivery.json"))
            assert all(request.count(TOKEN) == 1 for request in city.server.requests)
            # A portal that complains leaves the last good delivery in use.
            city.portal.spoil = lambda number, _, due: answer(
                b'{"error": "maintenance"}', media_type="application/json"
            )
        done = sga("run", "--home", home, ckan.folder, socrata.folder)
        assert done.returncode == 3
        for city in cities:
            assert city.homicides(home) == expected
            [(_, report)] = [part for part in reports(done.stdout) if part[0] == city.city_id]
            assert "not all well" in report
    # Every other month is without a crime: those answers are one and the same.
    for protocol, number in (("ckan", 13), ("socrata", 1)):
        manifests = [json.loads(file.read_text()) for file in kept[protocol]]
        assert {one["connector"] for one in manifests} == {protocol}
        assert len(manifests) == number
    for file in (one for one in home.rglob("*") if one.is_file()):
        assert TOKEN.encode() not in file.read_bytes(), file
    assert TOKEN not in done.stdout + done.stderr


def reports(said: str) -> list[tuple[str, str]]:
    """What the run says of each city, under the city's id."""
    parts = re.split(r"^(xx_\w+): ", said, flags=re.MULTILINE)
    return list(zip(parts[1::2], parts[2::2], strict=True))
