"""After a whole run of a city with health records, nothing that identifies a person is found anywhere in its home but in raw/."""

from __future__ import annotations

import gzip
import json
import re
import sqlite3
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.city_folder import CITY, HEADER, INCIDENTS, OFFENCES, complete
from tests.runs import data_folder, sga
from tests.servers import answer, serving

BUNDLES = sorted((data_folder() / "api_samples" / "fhir").glob("R4*.json"))
pytestmark = [
    pytest.mark.skipif(not BUNDLES, reason="the sample bundles are not here"),
    # Two whole runs and a search through all they leave; a busy machine takes its time.
    pytest.mark.timeout(1800),
]

FEED = """\
id: {feed}
title: Patients treated
family: health
shape: health_counts
owner: {{name: Hospital of Small, contact: records office}}
licence: internal
citation: Hospital of Small, patient records.
source: {source}
format:
  kind: fhir
  written: {written}
  count: [Condition]
  systems: ["http://snomed.info/sct"]
  groups: {{airways: ["195662009", "444814009", "10509002"], others: ["1", "2", "3", "5", "7"]}}
  by: [sex, age_group, area]
  area: {{part: postal_code, characters: 2}}
cadence: annual
allowed_lag_days: 90
replaces: all
add_up: {{never: "Records are counted by cell."}}
spatial_levels: [city, district]
coverage: {{first: 2022-01-01, last: 2023-12-31}}
where: [{{column: left_out, in: [""]}}]
columns:
  # Postal codes that are no area of this city are set aside with their row: quarantine holds counts as well.
  area_id: {{from: area, steps: [{{recode: {{values: {{"02": XS}}, otherwise: reject}}}}]}}
  period: {{from: period}}
  topic: {{from: code, steps: [{{recode: {{values: {{airways: hospital_admissions, others: drug_morbidity}}}}}}]}}
  sex: {{from: sex}}
  age_group: {{from: age_group}}
  count: {{from: count}}
ignore: rest
reject_when: {{quarantined_share: 0.9, duplicate_share: 0.9}}
"""


@dataclass(frozen=True)
class Known:
    """What identifies the persons of the samples, as the files have it."""

    texts: frozenset[str]
    days: frozenset[str]


def known() -> Known:
    texts: set[str] = set()
    days: set[str] = set()
    for file in BUNDLES:
        for entry in json.loads(file.read_text(encoding="utf-8"))["entry"]:
            record = entry["resource"]
            texts |= set(re.findall(UUID, json.dumps(entry)))
            days |= set(re.findall(r"\d{4}-\d\d-\d\d", json.dumps(record)))
            if record["resourceType"] in {"Patient", "Practitioner"}:
                texts |= set(_of_person(record))
                days.add(str(record.get("birthDate", record["id"])))
    # Years and single letters tell nobody.
    return Known(frozenset(one for one in texts if len(one) > 3), frozenset(days))


def _of_person(record: dict[str, Any]) -> Iterator[str]:
    for name in record["name"]:
        yield from [name["family"], *name["given"], " ".join([*name["given"], name["family"]])]
    yield from (one["value"] for one in [*record["identifier"], *record.get("telecom", [])])
    for address in record["address"]:
        yield from [*address["line"], address["city"], address["postalCode"]]
    for extension in record.get("extension", []):
        yield from (extension[one] for one in ("valueString",) if one in extension)


def hospital_city(folder: Path, address: str) -> Path:
    """A city with a police feed, the samples as lines in a file, and one of them as a bundle over HTTP."""
    city = folder / "xx_small"
    (city / "feeds").mkdir(parents=True)
    (city / "data").mkdir()
    (city / "city.yaml").write_text(CITY, encoding="utf-8")
    (city / "feeds" / "incidents.yaml").write_text(complete(INCIDENTS), encoding="utf-8")
    (city / "feeds" / "offences.csv").write_text(OFFENCES, encoding="utf-8")
    rows = [f"e{n},2023-{n % 12 + 1:02d}-03,2024-01-05,hom,2,,G,Y\n" for n in range(60)]
    (city / "data" / "incidents.csv").write_text(HEADER + "".join(rows), encoding="utf-8")
    records = [one["resource"] for file in BUNDLES for one in json.loads(file.read_text(encoding="utf-8"))["entry"]]
    lines = "".join(json.dumps(one) + "\n" for one in records).replace("urn:uuid:", "Patient/")
    (city / "data" / "records.ndjson").write_text(lines, encoding="utf-8")
    feeds = {
        "patients": ("{connector: file, address: records.ndjson}", "ndjson"),
        "clinic": (f"{{connector: http, address: '{address}', retries: 0}}", "bundle"),
    }
    for name, (source, written) in feeds.items():
        text = FEED.format(feed=name, source=source, written=written)
        (city / "feeds" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return city


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("privacy")
    with serving(answer(BUNDLES[0].read_bytes(), media_type="application/fhir+json")) as server:
        city = hospital_city(folder, server.address("bundle"))
        done = sga("run", "--home", folder / "home", city)
        assert done.returncode == 0, done.stderr
        # A damaged delivery as well: its refusal is written down and published as a gap.
        (city / "data" / "records.ndjson").write_text(
            (city / "data" / "records.ndjson").read_text()[:-900], encoding="utf-8"
        )
        again = sga("run", "--home", folder / "home", city)
    assert again.returncode in {0, 3}, again.stderr
    (folder / "home" / "said.txt").write_text(done.stdout + done.stderr + again.stdout + again.stderr, encoding="utf-8")
    return folder / "home"


def readings(file: Path) -> Iterator[str]:
    """A file's bytes as they are, and what is in it where it packs its contents."""
    content = file.read_bytes()
    yield content.decode("latin-1")
    if content[:2] == b"\x1f\x8b":
        yield gzip.decompress(content).decode("utf-8", "replace")
    if content[:4] == b"PAR1":
        with duckdb.connect() as con:
            yield repr(con.execute("select * from read_parquet(?)", [str(file)]).fetchall())
    if content[:15] == b"SQLite format 3":
        with sqlite3.connect(file) as con:
            yield "\n".join(con.iterdump())
    if file.suffix == ".duckdb":
        with duckdb.connect(str(file), read_only=True) as con:
            tables = con.execute("select table_schema, table_name from information_schema.tables").fetchall()
            for schema, table in tables:
                yield repr(con.execute(f'select * from "{schema}"."{table}"').fetchall())
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as archive:
            yield from (archive.read(one).decode("utf-8", "replace") for one in archive.infolist())


def outside_raw(home: Path) -> list[Path]:
    return [
        one
        for one in sorted(home.rglob("*"))
        if one.is_file() and not one.is_symlink() and one.relative_to(home).parts[0] != "raw"
    ]


UUID, DAY = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", r"(?<![0-9])\d{4}-\d\d-\d\d"


def found(words: frozenset[str], text: str) -> set[str]:
    """Which of the words stand in a text, as whole words: a name within another word, or within a fraction of a second, is none."""
    hits = words & (set(re.findall(UUID, text)) | set(re.findall(DAY, text)))
    plain = [one for one in words if not re.fullmatch(f"{UUID}|{DAY}", one) and one in text]
    # Five digits may also be the end of a number and the start of a date that stand side by side in a database's pages.
    after = {one: "[0-9A-Za-z-]" if one.isdigit() else "[0-9A-Za-z]" for one in plain}
    return hits | {one for one in plain if re.search(rf"(?<![0-9A-Za-z.]){re.escape(one)}(?!{after[one]})", text)}


def test_nothing_that_identifies_a_person_leaves_raw(home: Path) -> None:
    secrets = known()
    assert len(secrets.texts) > 450 and len(secrets.days) > 50
    files, found_in = outside_raw(home), {}
    for file in files:
        for text in readings(file):
            if hit := found(secrets.texts, text):
                found_in[str(file.relative_to(home))] = sorted(hit)[:5]
    assert found_in == {}
    kinds = {file.relative_to(home).parts[0] for file in files}
    assert {"conformed", "quarantine", "dagster", "published", "warehouse", "said.txt"} <= kinds
    assert len(files) > 50


def test_no_day_of_a_record_leaves_raw(home: Path) -> None:
    """Days that some calendar or contract has as well (firsts and lasts of months, days of the police feed) tell nothing of a patient."""
    secrets = known()
    police = {f"2023-{month:02d}-03" for month in range(1, 13)} | {"2024-01-05", "2024-03-01"}
    days = frozenset(one for one in secrets.days - police if not re.search(r"-(01|28|29|30|31)$", one))
    assert len(days) > 40
    found_in = {
        str(file.relative_to(home)): sorted(hit)[:5]
        for file in outside_raw(home)
        for text in readings(file)
        if (hit := found(days, text))
    }
    assert found_in == {}


def test_what_is_looked_for_would_be_found(home: Path) -> None:
    """The search finds everything where it may stand: in raw/."""
    secrets, seen = known(), set[str]()
    for file in (home / "raw").rglob("*"):
        if file.is_file():
            for text in readings(file):
                seen |= found(secrets.texts | secrets.days, text)
    assert len(seen) > 0.95 * len(secrets.texts | secrets.days)


def test_the_counts_themselves_came_through(home: Path) -> None:
    with duckdb.connect() as con:
        files = str(home / "conformed" / "health_counts" / "**" / "*.parquet")
        rows = con.execute(
            "select feed_id, area_id, period, topic, sex, age_group, count from read_parquet(?, hive_partitioning=true) where city_id = 'xx_small' order by all",
            [files],
        ).fetchall()
        assert rows and {row[1] for row in rows} == {"XS"} and all(re.fullmatch(r"\d{4}-\d\d", row[2]) for row in rows)
        spoilt = str(home / "quarantine" / "xx_small" / "patients" / "*.parquet")
        raw = [json.loads(one) for (one,) in con.execute("select raw from read_parquet(?)", [spoilt]).fetchall()]
    # Rows of other areas and of codes in no group stand aside as counts.
    assert {row["area"] for row in raw} == {"01", "02"} and all(row["count"] and not row["left_out"] for row in raw)


def test_raw_is_its_owners_alone(home: Path) -> None:
    for one in (home / "raw").rglob("*"):
        mode = stat.S_IMODE(one.stat().st_mode)
        assert mode & 0o077 == 0, one
        if one.is_file() and one.name not in {"delivery.json", "arrivals.jsonl", "last_pull.json"}:
            assert mode == 0o400, one
        if one.is_dir() and len(one.name) == 64:
            assert mode == 0o700, one
    assert stat.S_IMODE((home / "raw").stat().st_mode) == 0o700
