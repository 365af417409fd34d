"""A small city whose police keep a database and whose residents lie in a store: the right rate, month after month."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import boto3
import duckdb
import pytest
from moto.server import ThreadedMotoServer

from tests.runs import sga
from tests.stores.conftest import READER, READER_PASSWORD
from tests.stores.postgres import Postgres

pytestmark = pytest.mark.slow

CITY = """\
id: xx_small
name: Small
country_iso3: XXA
time_zone: America/Bogota
languages: [en]
boundary_version: 2020
window: {{first_year: 2022, last_year: 2023}}
as_of: {as_of}
city_area: XS
areas:
  - {{area_id: XX, level: country, name: Xland}}
  - {{area_id: XS, level: city, name: Small, parent_id: XX}}
"""

INCIDENTS = """\
id: incidents
title: Police incidents
family: police
shape: crime_events
owner: {{name: Police statistics office, contact: statistics office}}
licence: CC-BY-4.0
citation: Police statistics office, incident records.
source:
  connector: database
  address: {address}
  table: city_police.records
  columns: [number, happened_at, offence]
  order_by: [number]
  periods: {{freq: M, first: 2023-01}}
  period_column: happened_at
  user_env: READER_USER
  password_env: READER_PASSWORD
format: {{kind: parquet}}
cadence: monthly
allowed_lag_days: 10
replaces: period
spatial_levels: [city]
extent: XS
columns:
  event_id: {{from: number}}
  occurred_on: {{from: happened_at, steps: [{{datetime: {{formats: ["%Y-%m-%d %H:%M:%S+00"], zone: UTC}}}}]}}
  iccs_code: {{from: offence, steps: [{{recode: {{values: {{MV: "050211"}}}}}}]}}
  local_code: {{from: offence}}
"""

RESIDENTS = """\
id: residents
title: Residents
family: official_statistics
shape: population
owner: {{name: Statistical office, contact: population office}}
licence: CC-BY-4.0
citation: Statistical office, residents.
source:
  connector: s3
  address: s3://open-data/residents/residents_*.csv
  endpoint: {endpoint}
  key_id_env: READER_USER
  secret_env: READER_PASSWORD
format: {{kind: csv}}
cadence: annual
allowed_lag_days: 90
replaces: all
spatial_levels: [city]
columns:
  area_id: {{constant: XS}}
  year: {{from: year}}
  persons: {{from: residents}}
  method: {{constant: estimate}}
"""


@dataclass
class Place:
    city: Path
    home: Path

    def assess(self, as_of: str) -> tuple[int, str]:
        (self.city / "city.yaml").write_text(CITY.format(as_of=as_of), encoding="utf-8")
        done = sga("run", "--home", self.home, self.city)
        said = done.stdout + done.stderr
        assert READER not in said and "48151623" not in said
        return done.returncode, said

    def rate(self) -> list[tuple[object, ...]]:
        with duckdb.connect(str(self.home / "published/xx_small/current/sga.duckdb"), read_only=True) as con:
            return con.execute(
                "select numerator, denominator, round(value, 6) from observations where indicator_id = 'crime.motor_vehicle_theft_rate' "
                "and area_id = 'XS' and period = '2023' and sex = '_T' and age = '_T' and value is not null"
            ).fetchall()

    def arrivals(self, feed: str) -> list[str | None]:
        lines = (self.home / "raw/xx_small" / feed / "arrivals.jsonl").read_text(encoding="utf-8").splitlines()
        return [json.loads(line)["period"] for line in lines]


@pytest.fixture
def place(postgres: Postgres, tmp_path: Path) -> Iterator[Place]:
    # Twenty thefts a month, each at 23:30 of the city's own last day or 00:30 of its first: in UTC they lie elsewhere.
    postgres.sql(
        f"create schema city_police; grant usage on schema city_police to {READER}",
        "create table city_police.records (number int primary key, happened_at timestamptz, offence text, officer text)",
        "insert into city_police.records select m * 100 + n, case when n % 2 = 0 "
        "then (make_date(2023, m, 1) + time '00:30') at time zone 'America/Bogota' "
        "else (make_date(2023, m, 1) + interval '1 month' - interval '30 minutes') at time zone 'America/Bogota' end, 'MV', 'x' "
        "from generate_series(1, 11) m, generate_series(1, 20) n",
        f"grant select (number, happened_at, offence) on city_police.records to {READER}",
    )
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    keeper = boto3.client(
        "s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="k", aws_secret_access_key="s"
    )
    keeper.create_bucket(Bucket="open-data")
    keeper.put_object(Bucket="open-data", Key="residents/residents_2021.csv", Body=b"year,residents\n2023,1\n")
    keeper.put_object(
        Bucket="open-data", Key="residents/residents_2023.csv", Body=b"year,residents\n2022,79000\n2023,80000\n"
    )
    city = tmp_path / "xx_small"
    (city / "feeds").mkdir(parents=True)
    (city / "feeds/incidents.yaml").write_text(INCIDENTS.format(address=postgres.address()), encoding="utf-8")
    (city / "feeds/residents.yaml").write_text(RESIDENTS.format(endpoint=endpoint), encoding="utf-8")
    yield Place(city, tmp_path / "home")
    server.stop()
    postgres.sql("drop schema city_police cascade", f"alter role {READER} login")


def test_a_city_of_a_database_and_a_store(place: Place, postgres: Postgres) -> None:
    months = [f"2023-{month:02d}" for month in range(1, 13)]
    status, said = place.assess("2023-12-20")
    assert status == 0, said
    assert place.arrivals("incidents") == months[:11] and place.arrivals("residents") == [None]
    assert place.rate() == []

    # December ends and is asked for, and a row of October, which may still change, is struck out: of the others nothing comes again.
    postgres.sql(
        "insert into city_police.records select 1200 + n, timestamptz '2023-12-10 12:00-05' + n * interval '1 day', 'MV' from generate_series(1, 20) n",
        "delete from city_police.records where number = 1001",
    )
    status, said = place.assess("2024-01-20")
    assert status == 0, said
    assert place.arrivals("incidents") == [*months[:11], "2023-10", "2023-12"]
    assert place.arrivals("residents") == [None]
    assert place.rate() == [(239, 80000, 298.75)]

    # The login is taken away: the last good deliveries serve, and a finding says so without the login.
    postgres.sql(f"alter role {READER} nologin")
    status, said = place.assess("2024-01-20")
    assert status == 3, said
    assert place.rate() == [(239, 80000, 298.75)]
    for file in place.home.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert READER.encode() not in content and READER_PASSWORD.encode() not in content, file
