"""Ends connections when the whole time is up. A read timeout alone never ends an answer that drips in byte by byte."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from socket import SHUT_RDWR, socket
from types import TracebackType
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection


class Watchdog:
    """Shuts every connection it watches once the seconds have passed."""

    def __init__(self, seconds: float) -> None:
        self.expired = False
        self._sockets: list[socket] = []
        self._guard = threading.Lock()
        self._timer = threading.Timer(seconds, self._expire)
        self._timer.daemon = True

    def __enter__(self) -> Watchdog:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()

    @property
    def saw_connection(self) -> bool:
        return bool(self._sockets)

    def watch(self, connected: socket) -> None:
        with self._guard:
            self._sockets.append(connected)
            if self.expired:
                _shut(connected)

    def _expire(self) -> None:
        with self._guard:
            self.expired = True
            for one in self._sockets:
                _shut(one)


def _shut(connected: socket) -> None:
    with suppress(OSError):
        # The base class's own shutdown: that of a TLS socket would pull its state from under the reading thread.
        socket.shutdown(connected, SHUT_RDWR)


class WatchedAdapter(HTTPAdapter):
    """Shows each connection it opens to a watchdog."""

    def __init__(self, watchdog: Watchdog) -> None:
        self._watchdog = watchdog
        super().__init__(max_retries=0)

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        pool.ConnectionCls = _watched(type(pool).ConnectionCls, self._watchdog)
        return pool


def _watched(make: Callable[..., Any], watchdog: Watchdog) -> Callable[..., HTTPConnection]:
    def made(*args: Any, **kwargs: Any) -> HTTPConnection:
        connection: HTTPConnection = make(*args, **kwargs)
        connect = connection.connect

        def connect_and_watch() -> None:
            connect()
            watchdog.watch(connection.sock)

        connection.connect = connect_and_watch  # type: ignore[method-assign]
        return connection

    return made
