"""A real PostgreSQL server for the tests: made in a temporary folder, run as a user without rights, stopped and removed after."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

KEEPER = "keeper"
KEEPER_PASSWORD = "keeper's own"


def binaries() -> Path | None:
    """The newest of the servers Debian's packages brought."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda one: int(one.parts[-3]))
    return found[-1].parent if found else None


def needed_binaries() -> Path:
    """The same; a test that needs them is left out only where nobody promised that they are here."""
    if found := binaries():
        return found
    if os.environ.get("CI"):
        pytest.fail("PostgreSQL is missing: apt-get install postgresql")
    pytest.skip("no PostgreSQL server is installed (apt-get install postgresql)")


@dataclass
class Postgres:
    """A server that listens on localhost and on an address that counts as far away."""

    bin: Path
    folder: Path
    port: int
    user: str | None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def address(self, host: str = "localhost", database: str = "postgres") -> str:
        return f"postgresql://{host}:{self.port}/{database}"

    def keeper(self, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        """Whoever may do everything, to prepare and to disturb."""
        return psycopg.connect(
            host="localhost",
            port=self.port,
            dbname=database,
            user=KEEPER,
            password=KEEPER_PASSWORD,
            autocommit=True,
            sslmode="disable",
        )

    def sql(self, *statements: str) -> None:
        with self.keeper() as connection:
            for one in statements:
                connection.execute(one)  # type: ignore[call-overload]

    def psql(self, command: str) -> bytes:
        """What the server's own client says."""
        done = subprocess.run(
            [
                self.bin / "psql",
                "-X",
                "-q",
                "-h",
                "localhost",
                "-p",
                str(self.port),
                "-U",
                KEEPER,
                "-d",
                "postgres",
                "-c",
                command,
            ],
            env={**os.environ, "PGPASSWORD": KEEPER_PASSWORD, "PGSSLMODE": "disable"},
            capture_output=True,
            check=True,
        )
        return done.stdout

    def command(self, *arguments: str | Path) -> None:
        as_user = ["runuser", "-u", self.user, "--"] if self.user else []
        subprocess.run([*as_user, *map(str, arguments)], check=True, capture_output=True, cwd="/")

    def control(self, action: str, *more: str) -> None:
        self.command(self.bin / "pg_ctl", "-D", self.data, "-w", "-l", self.folder / "log", *more, action)


@contextmanager
def running(bin: Path) -> Iterator[Postgres]:
    # The server refuses to run as root, and its user cannot look into pytest's own folders.
    user = ("postgres" if _exists("postgres") else "nobody") if os.getuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="sga-postgres-", dir="/tmp"))
    try:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        server = Postgres(bin, folder, port, user)
        (folder / "password").write_text(KEEPER_PASSWORD)
        if user:
            for one in (folder, folder / "password"):
                shutil.chown(one, user)
        server.command(
            bin / "initdb",
            "-D",
            server.data,
            "-U",
            KEEPER,
            "--auth=scram-sha-256",
            f"--pwfile={folder / 'password'}",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "-N",
        )
        with (server.data / "postgresql.conf").open("a") as file:
            file.write(
                f"port = {port}\nlisten_addresses = '127.0.0.1,127.0.0.2'\nunix_socket_directories = '{folder}'\n"
                "fsync = off\nshared_buffers = 32MB\nmax_connections = 20\ntimezone = 'Asia/Tokyo'\ndatestyle = 'German'\n"
            )
        # Only whoever asks from this machine is let in, always with a password.
        with (server.data / "pg_hba.conf").open("a") as file:
            file.write("host all all 127.0.0.0/8 scram-sha-256\n")
        server.control("start")
        try:
            yield server
        finally:
            server.control("stop", "-m", "immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _exists(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True
