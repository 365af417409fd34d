"""Who is asked, and over what: beyond this machine a server proves its name before it hears a user or a password."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from sga_pipeline.errors import PullError
from tests.stores.certificates import Authority
from tests.stores.conftest import READER, READER_PASSWORD
from tests.stores.postgres import Postgres, needed_binaries, running
from tests.stores.reading import fetch, rows, source

FAR = "127.0.0.2"  # this machine, under an address that is not known to be


@pytest.fixture(scope="module")
def authorities(tmp_path_factory: pytest.TempPathFactory) -> tuple[Authority, Authority]:
    folder = tmp_path_factory.mktemp("authorities")
    return Authority(folder, "right"), Authority(folder, "wrong")


@pytest.fixture(scope="module")
def secure(authorities: tuple[Authority, Authority]) -> Iterator[Postgres]:
    """A server of its own that speaks TLS, and lets nobody in who does not."""
    with running(needed_binaries()) as server:
        server.sql(
            f"create role {READER} login password 'pass''word \\ 48151623'",
            "create table public.t (id int primary key)",
            "insert into public.t values (1), (2)",
            f"grant select on public.t to {READER}",
        )
        for name, content in zip(("server.crt", "server.key"), authorities[0].sign("localhost", FAR), strict=True):
            (server.data / name).write_bytes(content)
            (server.data / name).chmod(0o600)
            if server.user:
                shutil.chown(server.data / name, server.user)
        with (server.data / "postgresql.conf").open("a") as file:
            file.write("ssl = on\n")
        (server.data / "pg_hba.conf").write_text("hostssl all all 127.0.0.0/8 scram-sha-256\n")
        server.control("restart")
        yield server


def ask(server: Postgres, host: str, into: Path, ca: Path | None, monkeypatch: pytest.MonkeyPatch) -> Path:
    named: dict[str, str] = {}
    if ca:
        monkeypatch.setenv("DATABASE_CA", str(ca))
        named = {"ca_file_env": "DATABASE_CA"}
    return fetch(source(server, address=server.address(host), table="public.t", **named), into)


@pytest.mark.parametrize("host", ["localhost", FAR])
def test_the_right_authority_and_the_right_name(
    secure: Postgres,
    tmp_path: Path,
    authorities: tuple[Authority, Authority],
    monkeypatch: pytest.MonkeyPatch,
    host: str,
) -> None:
    assert rows(ask(secure, host, tmp_path, authorities[0].file, monkeypatch)) == [(1,), (2,)]


def test_a_wrong_authority_is_refused(
    secure: Postgres, tmp_path: Path, authorities: tuple[Authority, Authority], monkeypatch: pytest.MonkeyPatch
) -> None:
    for host, ca in (("localhost", authorities[1].file), (FAR, authorities[1].file), (FAR, None)):
        with pytest.raises(PullError, match="does not prove who it is") as caught:
            ask(secure, host, tmp_path, ca, monkeypatch)
        assert READER_PASSWORD not in str(caught.value) and READER not in str(caught.value)


def test_another_name_is_refused(
    secure: Postgres, tmp_path: Path, authorities: tuple[Authority, Authority], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The certificate is for localhost and 127.0.0.2, not for 127.0.0.1."""
    with pytest.raises(PullError, match="does not prove who it is"):
        ask(secure, "127.0.0.1", tmp_path, authorities[0].file, monkeypatch)


def test_on_this_machine_no_certificate_is_asked_for(
    secure: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert rows(ask(secure, "localhost", tmp_path, None, monkeypatch)) == [(1,), (2,)]


def test_a_missing_file_of_certificates(secure: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(PullError, match=r"no file of certificates.*DATABASE_CA"):
        ask(secure, FAR, tmp_path, tmp_path / "none.pem", monkeypatch)


@contextmanager
def without_tls() -> Iterator[tuple[int, list[bytes]]]:
    """Says no to TLS and listens to whatever comes after all the same."""
    received: list[bytes] = []

    def answer(listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection, suppress(OSError):
                    connection.settimeout(2)
                    while block := connection.recv(4096):
                        received.append(block)
                        connection.sendall(b"N" if len(block) == 8 else b"R\x00\x00\x00\x08\x00\x00\x00\x03")

    with socket.create_server((FAR, 0)) as listener:
        threading.Thread(target=answer, args=(listener,), daemon=True).start()
        yield listener.getsockname()[1], received
        listener.shutdown(socket.SHUT_RDWR)


def test_a_far_server_without_tls_hears_neither_user_nor_password(tmp_path: Path) -> None:
    with without_tls() as (port, received):
        asked = source(
            address=f"postgresql://{FAR}:{port}/records",
            table="a.b",
            user_env="READER_USER",
            password_env="READER_PASSWORD",
        )
        with pytest.raises(PullError, match="does not prove who it is"):
            fetch(asked, tmp_path)
    assert received, "nobody asked"
    everything = b"".join(received)
    assert READER.encode() not in everything and READER_PASSWORD.encode() not in everything
