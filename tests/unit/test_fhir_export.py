"""An export of a FHIR server from contract to counts: compared with another walk over its records; the same records are nothing new."""

from __future__ import annotations

import random
import tracemalloc
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from sga_pipeline.conform.feed import conform_feed
from sga_pipeline.connectors.connector import Fetched, Known
from sga_pipeline.connectors.health.fhir import FhirConnector
from sga_pipeline.connectors.health.fhir_comparison import have_same_content
from sga_pipeline.connectors.health.fhir_records import count_records
from sga_pipeline.contracts.assessment import read_assessment
from sga_pipeline.contracts.formats import FhirFormat
from sga_pipeline.contracts.sources.services import FhirSource
from tests.city_folder import write_city
from tests.fake_fhir_server import PEOPLE, PRIVATE, VISITS, FakeFhirServer, lines
from tests.servers import Server, serving
from tests.unit.fhir_records import Cells, counts
from tests.unit.test_pull import Setting

TOKEN = "ey-s3cret0123456789"
FORM = FhirFormat(kind="fhir", written="ndjson", count=["Encounter"])
FEED = """\
id: visits
title: Visits to hospitals
family: health
shape: health_counts
owner: {{name: Health office, contact: records office}}
licence: internal
citation: Health office, records of visits.
source: {{connector: fhir, address: '{address}', resources: [Encounter, Patient], token_env: FHIR_TOKEN, retries: 0, poll_s: 0.01}}
format: {{kind: fhir, written: ndjson, count: [Encounter], oldest: 60}}
cadence: annual
allowed_lag_days: 90
replaces: all
add_up: {{never: "Records are counted by cell."}}
spatial_levels: [city]
coverage: {{first: 2022-01-01, last: 2023-12-31}}
where: [{{column: left_out, in: [""]}}]
columns:
  area_id: {{constant: XS}}
  period: {{from: period}}
  topic: {{constant: hospital_admissions}}
  sex: {{from: sex}}
  age_group: {{from: age_group}}
  count: {{from: count}}
ignore: rest
"""


def health(folder: Path, server: Server) -> Setting:
    """A city whose one feed is a fhir_server's export."""
    setting = Setting(folder)
    (setting.city.folder / "feeds" / "visits.yaml").write_text(
        FEED.format(address=server.address("r4")), encoding="utf-8"
    )
    setting.city = read_assessment([setting.city.folder]).cities[0]
    setting.plan = next(one for one in setting.city.feeds if one.id == "visits")
    setting.store = type(setting.store)(setting.home, setting.city.id, "visits")
    return setting


def walked() -> Cells:
    """The cells by another way than the reader's: straight from what the records were made of."""
    found: Counter[tuple[str, ...]] = Counter()
    for one in range(len(VISITS)):
        if one % 11 == 0:
            continue
        year, month, who = 2022 + one % 2, one % 12 + 1, one % 75
        sex, age = "_U", "_U"
        if who < len(PEOPLE):
            sex = ("F", "M", "_U")[who % 3]
            years = year - (1940 + who) - ((month, 7) < (3, 9))
            age = "Y_GE60" if years >= 60 else f"Y{years // 5 * 5}T{years // 5 * 5 + 4}"
        found[f"{year}-{month:02}", sex, age] += 1
    return dict(found)


def test_an_export_comes_out_as_counts_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FHIR_TOKEN", TOKEN)
    fhir_server = FakeFhirServer(0)
    with serving(responder=fhir_server) as server:
        fhir_server.host = server.address("").rstrip("/")
        feed = health(tmp_path, server)
        (pulled,) = feed.pull()
    assert pulled.status == "new" and pulled.delivery is not None, pulled.message
    how = FORM.model_copy(update={"oldest": 60})
    assert counts(pulled.delivery.path, how, "period", "sex", "age_group") == walked()
    (done,) = conform_feed(feed.plan, feed.store.arrivals(), feed.home)
    assert done.in_use
    rows = pl.concat([pl.read_parquet(one) for one in feed.home.conformed.rglob("*.parquet")]).to_dicts()
    assert {(one["period"], one["sex"], one["age_group"]): one["count"] for one in rows} == walked()
    assert sum(one["count"] for one in rows) == sum(one % 11 != 0 for one in range(400))
    for file in (one for one in feed.home.path.rglob("*") if one.is_file()):
        content = file.read_bytes()
        assert TOKEN.encode() not in content, file
        # The records themselves lie in raw/, and nowhere else.
        assert PRIVATE.encode() not in content or file == pulled.delivery.path, file


def test_the_same_records_in_another_order_are_nothing_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FHIR_TOKEN", TOKEN)
    fhir_server = FakeFhirServer(0)
    with serving(responder=fhir_server) as server:
        fhir_server.host = server.address("").rstrip("/")
        feed = health(tmp_path, server)
        assert feed.statuses() == {None: "new"}
        held = feed.newest()
        # Files in another order; then records in another order, cut into other files.
        fhir_server.shuffled = random.Random(7)
        assert feed.statuses() == {None: "unchanged"}
        fhir_server.records = {
            kind: random.Random(8).sample(all_of, len(all_of)) for kind, all_of in fhir_server.records.items()
        }
        fhir_server.a_file = 64
        assert feed.statuses() == {None: "unchanged"} and feed.newest() == held
        fhir_server.records["Encounter"] = [*fhir_server.records["Encounter"][:-1], VISITS[0] | {"id": "e-new"}]
        assert feed.statuses() == {None: "new"}
    assert fhir_server.exports == 4


def test_files_in_another_order_are_the_same_bytes(tmp_path: Path) -> None:
    kept = []
    for number in range(4):
        fhir_server = FakeFhirServer(0)
        fhir_server.shuffled, fhir_server.exports = random.Random(number), number
        with serving(responder=fhir_server) as server:
            fhir_server.host = server.address("").rstrip("/")
            kept.append(fetched(server, tmp_path / f"{number}").path.read_bytes())
    assert len(set(kept)) == 1


def fetched(server: Server, into: Path) -> Fetched:
    into.mkdir()
    source = FhirSource.model_validate(
        {"connector": "fhir", "address": server.address("r4"), "resources": ["Encounter", "Patient"]}
    )
    found = FhirConnector(source, FORM, lambda _: None).fetch(None, into, Known())
    assert found is not None
    return found


def test_sameness_counts_every_line(tmp_path: Path) -> None:
    def export(name: str, *records: object) -> Path:
        fhir_server = FakeFhirServer(0)
        fhir_server.records = {"Encounter": list(records), "Patient": PEOPLE}  # type: ignore[arg-type]
        with serving(responder=fhir_server) as server:
            fhir_server.host = server.address("").rstrip("/")
            return fetched(server, tmp_path / name).path

    one, two, three = VISITS[:3]
    first = export("first", one, two)
    assert have_same_content(first, export("turned", two, one))
    assert not have_same_content(first, export("twice", one, two, two)) and not have_same_content(
        first, export("other", one, three)
    )
    # As many lines, of which those that differ are there twice.
    assert not have_same_content(export("pair", one, two, two), export("other pair", one, three, three))
    plain = tmp_path / "by-hand.ndjson"
    plain.write_bytes(lines(one, two, *PEOPLE))
    # What came by hand is no export, and what is not there is nothing.
    assert not have_same_content(plain, first) and not have_same_content(tmp_path / "gone", first)


def test_a_large_file_is_looked_through_in_little_memory(tmp_path: Path) -> None:
    file = tmp_path / "large"
    with file.open("wb") as stream:
        for number in range(60):
            stream.write(
                lines(
                    *({"resourceType": "Patient", "id": f"p{number}-{one}", "text": "x" * 500} for one in range(1000))
                )
            )
    assert file.stat().st_size > 30_000_000
    tracemalloc.start()
    try:
        assert count_records(file, "Patient") == 60_000
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


def test_the_connector_of_a_contract_is_this_one(tmp_path: Path) -> None:
    source = "source: {connector: fhir, address: 'https://fhir.example.org/r4', resources: [Encounter, Patient]}"
    forms = "format: {kind: fhir, written: ndjson, count: [Encounter]}"
    given = {"source: {connector: file, address: incidents.csv}": source, "format: {kind: csv}": forms}
    plan = read_assessment([write_city(tmp_path, given)]).cities[0].feeds[0]
    assert isinstance(plan.feed.source, FhirSource) and plan.feed.source.level == "system"
