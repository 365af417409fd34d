"""A database that is locked, slow, killed, changing, or asked by the wrong person: nothing half is kept, and no error shows the log-in."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from sga_pipeline.connectors.connector import Unreachable
from sga_pipeline.errors import PullError
from sga_pipeline.home import Home
from sga_pipeline.raw.pull import pull_feed
from sga_pipeline.raw.store import RawStore
from tests.stores.conftest import READER, READER_PASSWORD
from tests.stores.postgres import Postgres
from tests.stores.reading import fetch, rows, source


def refusal(act: Callable[[], object]) -> PullError:
    with pytest.raises(PullError) as caught:
        act()
    shown = "".join(traceback.format_exception(caught.value))
    assert READER not in shown and READER_PASSWORD not in shown and "48151623" not in shown
    return caught.value


@pytest.fixture(scope="module")
def slow(postgres: Postgres) -> Postgres:
    """Two thousand rows that take about ten seconds to read."""
    postgres.sql(
        "create table police.base (id int primary key, a int)",
        "insert into police.base select n, 1 from generate_series(1, 2000) n",
        "create view police.slow as select id, a, pg_sleep(0.005) is null as waited from police.base",
    )
    return postgres


@contextmanager
def reading(asked: Any, into: Path, postgres: Postgres) -> Iterator[SimpleNamespace]:
    """A read going on in another thread; what it gave is in `path` or `error` when it ends."""
    found = SimpleNamespace(path=None, error=None, pid=0)

    def read() -> None:
        try:
            found.path = fetch(asked, into)
        except BaseException as error:
            found.error = error

    thread = threading.Thread(target=read)
    thread.start()
    with postgres.keeper() as keeper:
        while not found.pid and thread.is_alive():
            row = keeper.execute(
                "select pid from pg_stat_activity where application_name = 'sga-pipeline' and query ilike 'fetch forward%'"
            ).fetchone()
            found.pid = row[0] if row else 0
            time.sleep(0.02)
    try:
        yield found
    finally:
        thread.join()


def test_one_snapshot_whatever_others_write_meanwhile(slow: Postgres, tmp_path: Path) -> None:
    with reading(source(slow, table="police.slow"), tmp_path, slow) as found:
        assert found.pid
        slow.sql(
            "update police.base set a = 1000 where id > 1000",
            "delete from police.base where id = 2000",
            "insert into police.base values (0, 7), (3000, 7)",
        )
        assert found.path is None
    read = rows(found.path)
    assert [row[0] for row in read] == list(range(1, 2001)) and {row[1] for row in read} == {1}
    slow.sql("delete from police.base", "insert into police.base select n, 1 from generate_series(1, 2000) n")


def test_killed_in_mid_read_nothing_is_kept_and_the_last_good_delivery_stays(slow: Postgres, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    feed = SimpleNamespace(source=source(slow, table="police.base"), format=None, allowed_lag_days=0, time_zone="UTC")
    plan: Any = SimpleNamespace(id="incidents", feed=feed, kept_under="xx_small")
    city: Any = SimpleNamespace(
        id="xx_small", files_of=lambda plan: (None, None), city=SimpleNamespace(time_zone="UTC")
    )
    now = datetime(2024, 1, 1, tzinfo=UTC)
    (first,) = pull_feed(plan, city, home, now=now, as_of=date(2024, 1, 1))
    assert first.status == "new" and first.delivery is not None

    feed.source = source(slow, table="police.slow")
    outcomes: list[Any] = []
    pulling = threading.Thread(
        target=lambda: outcomes.extend(pull_feed(plan, city, home, now=now, as_of=date(2024, 1, 1)))
    )
    pulling.start()
    pid = 0
    with slow.keeper() as keeper:
        while not pid and pulling.is_alive():
            row = keeper.execute(
                "select pid from pg_stat_activity where application_name = 'sga-pipeline' and query ilike 'fetch forward%'"
            ).fetchone()
            pid = row[0] if row else 0
            time.sleep(0.02)
    assert pid
    # The whole server falls with the one that reads, and comes back by itself.
    os.kill(int(str(pid)), 9)
    pulling.join()
    (second,) = outcomes
    assert second.status == "failed" and second.transient and "connection" in second.message
    assert second.delivery == first.delivery and second.delivery.is_intact()
    store = RawStore(home, "xx_small", "incidents")
    assert not list(store.scratch.iterdir())
    assert len([one for one in store.folder.iterdir() if one.is_dir()]) == 1
    _until_back(slow)
    feed.source = source(slow, table="police.base")
    (third,) = pull_feed(plan, city, home, now=now, as_of=date(2024, 1, 1))
    assert third.status == "unchanged"


def _until_back(postgres: Postgres) -> None:
    while True:
        try:
            postgres.sql("select 1")
            return
        except psycopg.OperationalError:
            time.sleep(0.2)


def test_a_locked_table_is_not_waited_for(postgres: Postgres, tmp_path: Path) -> None:
    with postgres.keeper() as keeper, keeper.transaction():
        keeper.execute("lock police.incidents in access exclusive mode")
        error = refusal(lambda: fetch(source(postgres, lock_timeout_s=0.3, statement_timeout_s=3.0), tmp_path))
    assert "locked" in str(error) and error.transient


def test_a_statement_that_takes_too_long_is_ended(slow: Postgres, tmp_path: Path) -> None:
    error = refusal(lambda: fetch(source(slow, table="police.slow", statement_timeout_s=0.3), tmp_path))
    assert "longer than allowed" in str(error) and error.transient


def test_the_whole_time_ends_a_read_however_busy(slow: Postgres, tmp_path: Path) -> None:
    error = refusal(lambda: fetch(source(slow, table="police.slow", total_timeout_s=0.7), tmp_path))
    assert "longer than 0.7 s" in str(error) and error.transient


def test_a_server_that_falls_silent_is_left(postgres: Postgres, tmp_path: Path) -> None:
    """The line stays open and nothing comes: between the two is someone who stops passing on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        passing = threading.Event()
        passing.set()

        def pass_on(one: socket.socket, other: socket.socket) -> None:
            while block := one.recv(4096):
                passing.wait()
                other.sendall(block)
                if b"DECLARE" in block:
                    passing.clear()

        def between() -> None:
            near, _ = listener.accept()
            far = socket.create_connection(("127.0.0.1", postgres.port))
            for pair in ((near, far), (far, near)):
                threading.Thread(target=pass_on, args=pair, daemon=True).start()

        threading.Thread(target=between, daemon=True).start()
        address = f"postgresql://127.0.0.1:{listener.getsockname()[1]}/postgres"
        error = refusal(lambda: fetch(source(postgres, address=address, total_timeout_s=2.0), tmp_path))
        passing.set()
    assert "longer than 2 s" in str(error)


def test_larger_than_allowed(postgres: Postgres, tmp_path: Path) -> None:
    error = refusal(lambda: fetch(source(postgres, max_bytes=50_000), tmp_path))
    assert "larger than the 50000 bytes" in str(error) and not error.transient


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"password_env": "WRONG"}, "refuses the log-in"),
        ({"user_env": "WRONG"}, "refuses the log-in"),
        ({"password_env": None}, "refuses the log-in"),
        ({"password_env": "NOT_THERE"}, "variable NOT_THERE"),
        ({"address": "postgresql://localhost:{port}/no_such"}, "refuses"),
        ({"address": "postgresql://localhost:1/postgres"}, "cannot be reached"),
        ({"address": "postgresql://no-such-host.invalid/postgres"}, "cannot be reached"),
        ({"table": "police.incidence"}, "Was it renamed.*incidents"),
        ({"table": "secret.incidents"}, "no such table"),
    ],
)
def test_what_is_wrong_is_said_without_the_log_in(
    postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any], said: str
) -> None:
    monkeypatch.setenv("WRONG", "something else 48151623")
    # What whoever runs this has stored for other purposes is not used.
    monkeypatch.setenv("PGPASSWORD", READER_PASSWORD)
    monkeypatch.setenv("PGHOSTADDR", "127.0.0.9")
    (tmp_path / ".pgpass").write_text(f"*:*:*:*:{READER_PASSWORD}\n")
    (tmp_path / ".pgpass").chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / ".pgpass"))
    if "address" in change:
        change = {"address": change["address"].replace("{port}", str(postgres.port))}
    error = refusal(lambda: fetch(source(postgres, **change), tmp_path))
    assert re.search(said, str(error)), str(error)
    # To be asked no further: nobody is there, or nobody is let in.
    assert isinstance(error, Unreachable) == ("cannot be reached" in str(error) or "log-in" in str(error))


def test_a_right_to_read_is_needed_and_enough(postgres: Postgres, tmp_path: Path) -> None:
    postgres.sql("create table police.closed (id int primary key)", f"revoke all on police.closed from {READER}")
    error = refusal(lambda: fetch(source(postgres, table="police.closed"), tmp_path / "1"))
    assert "may not read" in str(error)
    with postgres.keeper() as keeper:
        rights = keeper.execute(
            "select has_table_privilege(%s, 'police.incidents', 'insert, update, delete, truncate')", [READER]
        ).fetchone()
    assert rights == (False,)
    assert len(rows(fetch(source(postgres), tmp_path / "2"))) == 5000


def test_even_whoever_may_write_cannot(postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A view that writes when it is read, asked by the keeper of everything."""
    from tests.stores.postgres import KEEPER, KEEPER_PASSWORD

    monkeypatch.setenv("READER_USER", KEEPER)
    monkeypatch.setenv("READER_PASSWORD", KEEPER_PASSWORD)
    postgres.sql(
        "create table police.marks (n int)",
        "create function police.mark() returns int language sql volatile as $$ insert into police.marks values (1) returning n $$",
        "create view police.marking as select id, police.mark() as n from police.incidents",
    )
    error = refusal(lambda: fetch(source(postgres, table="police.marking"), tmp_path))
    assert "writes, which is not done" in str(error)
    with postgres.keeper() as keeper:
        assert keeper.execute("select count(*) from police.marks").fetchone() == (0,)
        keeper.execute("select id, n from police.marking limit 2").fetchall()
        assert keeper.execute("select count(*) from police.marks").fetchone() == (2,)


MEASURE = """
import json, sys
from pathlib import Path
from tests.memory import peak_kb
from tests.stores.reading import fetch
from sga_pipeline.contracts.sources.database import DatabaseSource
from sga_pipeline.conform.open_delivery import open_delivery
given = json.loads(sys.argv[1])
before = peak_kb()
fetch(DatabaseSource.model_validate(given), Path(sys.argv[2]))
print(peak_kb() - before)
"""


@pytest.mark.slow
def test_memory_does_not_grow_with_the_table(postgres: Postgres, tmp_path: Path) -> None:
    postgres.sql(
        "create table police.many (id int primary key, at timestamptz, words text, n numeric)",
        "insert into police.many select n, now(), md5(n::text) || md5((n+1)::text), n / 7.0 from generate_series(1, 1000000) n",
        "create view police.fewer as select * from police.many where id <= 100000",
    )

    def grown(table: str) -> int:
        asked = source(postgres, table=f"police.{table}").model_dump(mode="json", by_alias=True)
        done = subprocess.run(
            [sys.executable, "-c", MEASURE, json.dumps(asked), str(tmp_path / table)],
            capture_output=True,
            text=True,
            check=True,
        )
        return int(done.stdout)

    few, many = grown("fewer"), grown("many")
    # Ten times the rows; half again the memory is what the allocators' mood may add.
    assert many < 1.5 * few, (few, many)
