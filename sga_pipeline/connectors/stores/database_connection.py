"""The line to a database: who asks, over TLS unless on this machine, reading only, within limits of time."""

from __future__ import annotations

import os
import socket
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import certifi
import sqlalchemy as sa

from sga_pipeline.connectors.watchdog import Watchdog
from sga_pipeline.contracts.sources.database import DatabaseSource
from sga_pipeline.errors import PullError

_LOCAL = {"", "localhost", "127.0.0.1", "::1"}


@contextmanager
def line_to(source: DatabaseSource, file: Path | None, watchdog: Watchdog) -> Iterator[sa.Connection]:
    """A connection in one transaction that cannot write and sees one state of the data."""
    engine = _file_engine(source, file) if file else _server_engine(source)
    try:
        with engine.connect() as connection:
            if file is not None:
                connection.exec_driver_sql("begin")
            else:
                _watch(connection, watchdog)
                # One snapshot for everything asked, and nothing that is asked can write.
                connection = connection.execution_options(
                    isolation_level="REPEATABLE READ", postgresql_readonly=True, stream_results=True
                )
                for name, value in _settings(source).items():
                    setting = sa.func.set_config(sa.literal(name), sa.literal(value), sa.true())
                    connection.execute(sa.select(setting))
            yield connection
    finally:
        engine.dispose()


def _server_engine(source: DatabaseSource) -> sa.Engine:
    parts = urlsplit(source.address)
    host = unquote(parts.hostname or "")
    url = sa.URL.create(
        "postgresql+psycopg",
        _secret(source.user_env, source),
        _secret(source.password_env, source),
        host,
        parts.port,
        unquote(parts.path[1:]),
    )
    given: dict[str, Any] = {
        "connect_timeout": source.connect_timeout_s,
        "application_name": "sga-pipeline",
        "client_encoding": "UTF8",
        # Passwords and programs of whoever runs this have no say in how a contract's database is asked.
        "passfile": os.devnull,
        "hostaddr": "",
        "gssencmode": "disable",
        "keepalives_idle": 30,
        **_tls(source, host),
    }
    if source.password_env is None:
        given["password"] = ""
    return sa.create_engine(url, connect_args=given, poolclass=sa.NullPool, hide_parameters=True)


def _tls(source: DatabaseSource, host: str) -> dict[str, str]:
    """Beyond this machine the server proves who it is before it hears a password."""
    authorities = _secret(source.ca_file_env, source)
    if authorities and not Path(authorities).is_file():
        raise PullError(
            "there is no file of certificates", f"Correct the variable {source.ca_file_env}.", source.address
        )
    if authorities is None and (host in _LOCAL or host.startswith("/")):
        return {"sslmode": "prefer"}
    return {"sslmode": "verify-full", "sslrootcert": authorities or certifi.where()}


def _secret(variable: str | None, source: DatabaseSource) -> str | None:
    if variable is None:
        return None
    value = os.environ.get(variable, "")
    if not value:
        raise PullError("a variable the contract names is not set", f"Set the variable {variable}.", source.address)
    return value


def _settings(source: DatabaseSource) -> dict[str, str]:
    return {
        "statement_timeout": f"{source.statement_timeout_s * 1000:.0f}",
        "lock_timeout": f"{source.lock_timeout_s * 1000:.0f}",
        # Text made of moments and numbers is the same whatever the server's own settings are.
        "timezone": "UTC",
        "datestyle": "ISO, YMD",
        "intervalstyle": "iso_8601",
        "extra_float_digits": "1",
        "bytea_output": "hex",
    }


def _watch(connection: sa.Connection, watchdog: Watchdog) -> None:
    raw: Any = connection.connection.driver_connection
    # A second handle on the same line: shutting it ends a wait that nothing else would end.
    watched = socket.socket(fileno=os.dup(raw.pgconn.socket))
    connection.info["watched"] = watched
    watchdog.watch(watched)


def _file_engine(source: DatabaseSource, file: Path) -> sa.Engine:
    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=source.lock_timeout_s)
        ends = time.monotonic() + min(source.statement_timeout_s, source.total_timeout_s)
        connection.set_progress_handler(lambda: time.monotonic() > ends, 10_000)
        return connection

    return sa.create_engine("sqlite://", creator=connect, poolclass=sa.NullPool, hide_parameters=True)
