"""Dagster's own SQLite event log with its files kept open. Dagster opens and closes a file for every event, which costs half a run (ADR 16)."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dagster._core.storage.event_log import SqliteEventLogStorage
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool

# The index and the runs being looked at: a server that shows a year of runs must not keep a year of files open.
MAX_OPEN_FILES = 8
INDEX = "index"
# Where Dagster's own storage keeps its event logs, so that either can read what the other wrote.
FOLDER = Path("history", "runs")
_BUSY_TIMEOUT_SECONDS = 30


class KeptOpenEventLog(SqliteEventLogStorage):
    """What `dagster.yaml` of a home names as its event log. Files and tables are those of Dagster's own storage."""

    def __init__(self, base_dir: str, inst_data: Any = None) -> None:
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        # Index and run are opened one inside the other nowhere, so one lock serves both.
        self._engines_lock = threading.Lock()
        self._tables_seen: set[str] = set()
        super().__init__(str(Path(base_dir) / FOLDER), inst_data)

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Any) -> KeptOpenEventLog:
        """Make the storage from the settings in `dagster.yaml`."""
        return cls(inst_data=inst_data, **config_value)

    def run_connection(self, run_id: str | None = None) -> Any:
        """Connect to the file of one run, as a context manager."""
        return self._kept_connection(str(run_id))

    def index_connection(self) -> Any:
        """Connect to the file that holds the events of assets of all runs, as a context manager."""
        return self._kept_connection(INDEX)

    def has_table(self, table_name: str) -> bool:
        """Whether the index has this table. Dagster looks once for every event of an asset or a check; a table that was there stays."""
        if table_name not in self._tables_seen and super().has_table(table_name):
            self._tables_seen.add(table_name)
        return table_name in self._tables_seen

    def dispose(self) -> None:
        """Close every file."""
        while self._engines:
            self._engines.popitem()[1].dispose()

    @contextmanager
    def _kept_connection(self, shard: str) -> Iterator[Connection]:
        with self._engines_lock, self._engine(shard).begin() as connection:
            yield connection

    def _engine(self, shard: str) -> Engine:
        if shard not in self._engines:
            # Dagster makes or upgrades the tables of a file when it first opens it.
            with super().index_connection() if shard == INDEX else super().run_connection(shard):
                pass
            # The lock lets one caller in at a time, so one kept connection for each file is enough.
            engine = create_engine(
                self.conn_string_for_shard(shard),
                poolclass=QueuePool,
                pool_size=1,
                connect_args={"timeout": _BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
            )
            event.listen(engine, "connect", _sync_less_often)
            self._engines[shard] = engine
        self._engines.move_to_end(shard)
        while len(self._engines) > MAX_OPEN_FILES:
            self._engines.popitem(last=False)[1].dispose()
        return self._engines[shard]


def _sync_less_often(connection: Any, _record: Any) -> None:
    # With a write-ahead log a power cut may lose the last events, never the file: SQLite's own advice for such stores.
    connection.execute("pragma synchronous = normal")
