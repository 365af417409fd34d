"""`sga ui` where its port is in use, not allowed or impossible: an error with a next step before anything starts."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sga_pipeline.cli import main
from sga_pipeline.cli.free_port import check_port
from sga_pipeline.errors import SgaError
from tests.runs import sga


@contextmanager
def in_use(address: str, family: socket.AddressFamily = socket.AF_INET) -> Iterator[int]:
    with socket.create_server((address, 0), family=family) as listening:
        yield int(listening.getsockname()[1])


def free_port() -> int:
    with in_use("127.0.0.1") as port:
        return port


def test_a_port_in_use_ends_the_command_before_anything_starts(tmp_path: Path) -> None:
    with in_use("127.0.0.1") as port:
        done = sga("ui", "--home", tmp_path / "home", "--port", str(port))
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == (
        f"sga: another program listens on this port [{port}]. Perhaps `sga ui` runs already: look at "
        f"http://127.0.0.1:{port}. Or choose another port: --port {port + 1}.\n"
    )
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    ("taken", "asked"), [("0.0.0.0", "127.0.0.1"), ("127.0.0.1", "0.0.0.0"), ("127.0.0.1", "localhost")]
)
def test_a_port_in_use_on_another_address_is_in_use(taken: str, asked: str) -> None:
    with in_use(taken) as port, pytest.raises(SgaError, match=rf"another program listens on this port \[{port}\]"):
        check_port(asked, port)


def test_a_port_of_an_address_beside_ours_is_free() -> None:
    with in_use("127.0.0.2") as port:
        check_port("127.0.0.1", port)


def test_a_port_that_was_left_a_moment_ago_is_free() -> None:
    with in_use("127.0.0.1") as port:
        pass
    check_port("127.0.0.1", port)


@pytest.mark.parametrize("port", ["0", "70000", "-1", "80a", ""])
def test_an_impossible_port_is_an_error_of_the_command_line(
    port: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["ui", "--home", str(tmp_path / "home"), f"--port={port}"])
    assert ended.value.code == 2
    assert f"argument --port: [{port}] is not a port; give a number from 1 to 65535" in capsys.readouterr().err
    assert not (tmp_path / "home").exists()


def test_a_port_for_administrators_alone_says_so() -> None:
    if int(Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text()) <= 80:
        pytest.skip("here everybody may listen on port 80 (net.ipv4.ip_unprivileged_port_start)")
    # Everything is imported before the rights are given up, for another user may not read where it lies.
    asked = (
        "import encodings.idna, os; from sga_pipeline.cli.free_port import check_port\n"
        "os.getuid() or os.setuid(65534); check_port('127.0.0.1', 80)"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].endswith(
        "only an administrator may listen on this port [80]. Choose one from 1024 on: --port 3000."
    )


@pytest.mark.parametrize(
    ("host", "words"),
    [
        ("192.0.2.1", "this machine does not have this address [192.0.2.1]"),
        ("no..machine", "no machine of this name is known [no..machine]"),
    ],
)
def test_an_address_that_is_not_ours_says_so(host: str, words: str) -> None:
    with pytest.raises(SgaError) as error:
        check_port(host, free_port())
    assert words in str(error.value) and "Leave out --host" in str(error.value)
