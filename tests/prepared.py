"""Whole runs without their imports: a process that has imported everything forks for each run of the command, and for its dbt.

Importing Dagster, dbt and Great Expectations is nearly half of what a small city costs. A program that is prepared has imported them
and done nothing else, and has one thread of Python; each run is a fork of it that goes through the same entry point as the command,
with its own environment, folder and output. `sga` in tests/runs.py says what is run this way, and what is not.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import json
import locale
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import IO, Any, NoReturn
from unittest.mock import patch

SGA = Path(sys.executable).with_name("sga")
FORKS = sys.platform == "linux"
SGA_PROGRAM, DBT_PROGRAM = "sga", "dbt"
# How a run of `sga` finds the prepared dbt.
DBT_SOCKET = "SGA_TESTS_PREPARED_DBT"
DBT_MODULE = "sga_pipeline.warehouse.dbt_entry"
DBT = (sys.executable, "-m", DBT_MODULE)
# Modules that are imported while a run goes on, beside those that the entry points import.
SGA_MODULES = (
    "sga_pipeline.cli.demo",
    "sga_pipeline.cli.run",
    "sga_pipeline.orchestration.dagster_internals.event_storage",
    "sga_pipeline.orchestration.run_in_process",
    "sga_pipeline.publish.run_report",
    "sga_pipeline.raw.first_data",
    "alembic.command",
    "dagster._core.execution.execute_in_process",
    "dagster._core.instance.factory",
    "dagster._core.storage.legacy_storage",
    "dagster._core.storage.local_compute_log_manager",
    "dagster._core.workspace.load",
    "dbt.graph.cli",
    "networkx",
    "pandera.backends.polars.base",
    "pandera.strategies.base_strategies",
    "sqlalchemy.dialects.sqlite",
    "upath",
)
DBT_MODULES = (
    "dbt.cli.main",
    "dbt.task.build",
    "dbt.adapters.duckdb.environments.local",
    "babel.dates",
    "dbt_common.clients.agate_helper",
    "pyarrow.dataset",
    "sga_pipeline.expectations.data_docs",
    "sga_pipeline.expectations.run_suites",
    DBT_MODULE,
)
OF_A_TEST = ("SGA_", "DAGSTER_", "DBT_")


class Program:
    """A program that is prepared, as seen by who asks it to run."""

    def __init__(self, name: str, folder: Path, env: Mapping[str, str]) -> None:
        self.socket = folder / name
        self.errors = folder / f"{name}.log"
        ours, theirs = socket.socketpair()
        with theirs, self.errors.open("w") as log:
            # Our end is open as long as this process lives; when it closes, the program ends.
            self._alive = ours
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.prepared", name, str(self.socket), str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                env=dict(env),
                cwd=Path(__file__).resolve().parents[1],
            )

    def wait_until_ready(self) -> None:
        if self._alive.recv(1) != b"r":
            raise RuntimeError(f"the program could not be prepared:\n{self.errors.read_text()}")

    def end(self) -> None:
        self._alive.close()
        self._process.wait(timeout=60)


class Forked:
    """A fork that runs, with what `subprocess.Popen` offers of it."""

    def __init__(
        self, program: Path, arguments: Sequence[str], *, env: Mapping[str, str], cwd: str, stdout: int, stderr: int
    ) -> None:
        self.args = list(arguments)
        self.returncode: int | None = None
        self.stdout: IO[bytes] | None = None
        self._connection = socket.socket(socket.AF_UNIX)
        self._connection.connect(str(program))
        asked = json.dumps({"arguments": self.args, "env": dict(env), "cwd": cwd}).encode()
        socket.send_fds(self._connection, [len(asked).to_bytes(4, "big")], [stdout, stderr])
        self._connection.sendall(asked)
        self._answers = self._connection.makefile("r", encoding="ascii")
        self.pid = int(self._answers.readline())

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            self._connection.settimeout(timeout)
            self.returncode = int(self._answers.readline() or -signal.SIGKILL)
            self._answers.close()
            self._connection.close()
        return self.returncode

    def poll(self) -> int | None:
        if self.returncode is None:
            with contextlib.suppress(BlockingIOError):
                if self._connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) is not None:
                    self.wait()
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.returncode is None:
            os.kill(self.pid, number)


_prepared: dict[str, Program] = {}
_preparing = threading.Lock()


def prepared_programs() -> dict[str, Program]:
    """Both programs, prepared when they are first asked for and ended with this process."""
    with _preparing:
        if not _prepared:
            folder = Path(tempfile.mkdtemp(prefix="sga-prepared-"))
            # What is read as a library is imported must not be of the test that happens to be first.
            env = {name: value for name, value in os.environ.items() if not name.startswith(OF_A_TEST)}
            _prepared.update({name: Program(name, folder, env) for name in (DBT_PROGRAM, SGA_PROGRAM)})
            atexit.register(_end)
            for program in _prepared.values():
                program.wait_until_ready()
    return _prepared


def _end() -> None:
    for program in _prepared.values():
        program.end()


def run_forked(name: str, arguments: Sequence[str], env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command in a fork, and give what `subprocess.run` would give."""
    programs = prepared_programs()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        fork = Forked(
            programs[name].socket,
            arguments,
            env={**env, DBT_SOCKET: str(programs[DBT_PROGRAM].socket)},
            cwd=os.getcwd(),
            stdout=out.fileno(),
            stderr=err.fileno(),
        )
        try:
            status = fork.wait()
        except BaseException:
            # Out of time: what was asked for must not go on beside the next test.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(fork.pid, signal.SIGKILL)
            raise
        said = []
        for file in (out, err):
            file.seek(0)
            said.append(file.read().decode().replace("\r\n", "\n"))
        return subprocess.CompletedProcess(fork.args, status, *said)


@contextlib.contextmanager
def dbt_forked() -> Iterator[None]:
    """For runs within this process: the dbt that they start is a fork of the prepared one."""
    from dagster_dbt.core import dbt_cli_invocation

    starting = _Starting(prepared_programs()[DBT_PROGRAM].socket) if FORKS else subprocess
    with patch.object(dbt_cli_invocation, "subprocess", starting):
        yield


# What follows runs in the program that is prepared.


def _prepare_sga() -> None:
    from sga_pipeline.conform.pandera_alone import load_pandera

    load_pandera()
    for name in SGA_MODULES:
        import_module(name)


def _prepare_dbt() -> None:
    for name in DBT_MODULES:
        import_module(name)
    from sga_pipeline.expectations.gx_call import load_library

    load_library()


def _run_sga() -> int:
    """What the script `sga` does. The dbt that it starts is a fork as well."""
    from dagster_dbt.core import dbt_cli_invocation

    from sga_pipeline.cli import main

    program = Path(os.environ.pop(DBT_SOCKET))
    dbt_cli_invocation.subprocess = _Starting(program)
    return main()


class _Starting:
    """Stands for the module `subprocess` where dagster-dbt starts dbt."""

    def __init__(self, program: Path) -> None:
        self._program = program

    def Popen(self, args: Sequence[str], *, env: Mapping[str, str], cwd: Path, **_: Any) -> Forked:
        assert tuple(args[: len(DBT)]) == DBT, args
        read, write = os.pipe()
        try:
            fork = Forked(self._program, args, env=env, cwd=str(cwd), stdout=write, stderr=write)
        finally:
            os.close(write)
        fork.stdout = os.fdopen(read, "rb")
        return fork

    def __getattr__(self, name: str) -> Any:
        return getattr(subprocess, name)


def _run_dbt() -> int:
    from sga_pipeline.warehouse.dbt_entry import main

    main()
    return 0


def _serve(name: str, path: str, alive: socket.socket) -> None:
    """Fork for everyone who asks, until whoever prepared this program is gone."""
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(path)
    listening.listen()
    # Nothing that is here now is looked at again, so that forks share its memory.
    gc.collect()
    gc.freeze()
    _one_thread()
    alive.sendall(b"r")
    while True:
        ready, _, _ = select.select([listening, alive], [], [])
        _collect_ended()
        if alive in ready:
            return
        connection, _ = listening.accept()
        if _fork() == 0:
            alive.close()
            listening.close()
            _look_after(name, connection)
        connection.close()


def _collect_ended() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _one_thread() -> None:
    """A fork has the thread that forked and no other: what has started threads of its own cannot be used there."""
    names = [Path(f"/proc/self/task/{task}/comm").read_text().strip() for task in os.listdir("/proc/self/task")]
    pool = [one for one in names if one.startswith("polars-") and one[7:].isdigit()]
    assert threading.active_count() == 1 and not pool, names


def _fork() -> int:
    with warnings.catch_warnings():
        # Allocators and OpenBLAS have threads from their import on, and mend themselves in a fork.
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def _look_after(name: str, connection: socket.socket) -> NoReturn:
    """Fork once more for the run itself, and tell who asked what became of it."""
    size, fds, _, _ = socket.recv_fds(connection, 4, 2)
    with connection.makefile("rb") as file:
        asked = json.loads(file.read(int.from_bytes(size, "big")))
    pid = _fork()
    if pid == 0:
        connection.close()
        _become(name, asked, fds)
    for fd in fds:
        os.close(fd)
    connection.sendall(f"{pid}\n".encode())
    _, status = os.waitpid(pid, 0)
    with contextlib.suppress(OSError):
        connection.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def _become(name: str, asked: dict[str, Any], fds: Sequence[int]) -> NoReturn:
    """Be the process that was asked for: its folder, environment, output and arguments, and then its entry point."""
    os.setpgid(0, 0)
    for fd, standard in zip(fds, (1, 2), strict=True):
        os.dup2(fd, standard)
        os.close(fd)
    os.chdir(asked["cwd"])
    os.environ.clear()
    os.environ.update(asked["env"])
    time.tzset()
    with contextlib.suppress(locale.Error):
        locale.setlocale(locale.LC_CTYPE, "")
    if name == DBT_PROGRAM:
        sys.path[0], sys.argv = asked["cwd"], [sys.modules[DBT_MODULE].__file__ or "", *asked["arguments"][len(DBT) :]]
        _leave(_run_dbt)
    sys.path[0], sys.argv = str(SGA.parent), list(asked["arguments"])
    _leave(_run_sga)


def _leave(entry: Callable[[], int]) -> NoReturn:
    """Run the entry point and end as Python ends: what waits for the end runs, and the code is given."""
    status: object = 1
    try:
        status = entry()
    except SystemExit as end:
        status = end.code
    except BaseException:
        traceback.print_exc()
    if isinstance(status, str):
        print(status, file=sys.stderr)
        status = 1
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for file in (sys.stdout, sys.stderr):
        file.flush()
    # Libraries in C++ would join threads that a fork does not have.
    os._exit(int(status or 0))  # type: ignore[call-overload]


if __name__ == "__main__":
    _name, _path, _fd = sys.argv[1:]
    with socket.socket(fileno=int(_fd)) as _alive:
        (_prepare_sga if _name == SGA_PROGRAM else _prepare_dbt)()
        _serve(_name, _path, _alive)
    # Whoever asked may have ended without a word.
    shutil.rmtree(Path(_path).parent, ignore_errors=True)
