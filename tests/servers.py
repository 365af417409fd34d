"""A local HTTP server that answers as scripted, byte for byte, and so can misbehave in every way a real one does."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Answer = bytes | Callable[[socket.socket], None]
# What is asked: the target (path and query, as sent) and the body; to what is answered.
Responder = Callable[[str, bytes], Answer]


@dataclass
class Server:
    """Gives its answers one after the other, the last one for ever, or what its responder gives. `requests` holds what was asked, with headers."""

    answers: list[Answer]
    responder: Responder | None = None
    port: int = 0
    requests: list[str] = field(default_factory=list)

    def address(self, path: str = "data.csv", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}/{path}"

    def answer(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            asked = b""
            while b"\r\n\r\n" not in asked:
                if not (block := connection.recv(4096)):
                    return
                asked += block
            head, _, body = asked.partition(b"\r\n\r\n")
            length = next(
                (int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
            )
            while len(body) < length and (block := connection.recv(4096)):
                body += block
            self.requests.append((head + b"\r\n\r\n" + body).decode("latin-1"))
            if self.responder:
                given = self.responder(head.split(b" ")[1].decode("latin-1"), body)
            else:
                given = self.answers[min(len(self.requests), len(self.answers)) - 1]
            if callable(given):
                given(connection)
            else:
                connection.sendall(given)


@contextmanager
def serving(*answers: Answer, responder: Responder | None = None) -> Iterator[Server]:
    server = Server(list(answers), responder)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server.port = listener.getsockname()[1]
        threading.Thread(target=_accept, args=(listener, server), daemon=True).start()
        try:
            yield server
        finally:
            # Closing alone would leave the thread waiting in accept().
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)


def _accept(listener: socket.socket, server: Server) -> None:
    with suppress(OSError):
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=server.answer, args=(connection,), daemon=True).start()


def answer(
    body: bytes = b"",
    status: str = "200 OK",
    length: int | None = -1,
    media_type: str | None = "text/csv",
    **headers: str,
) -> bytes:
    """A whole answer; `length` is that of the body unless given otherwise, or left out where None."""
    lines = [f"HTTP/1.1 {status}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {text}" for name, text in headers.items()]
    if media_type:
        lines.append(f"Content-Type: {media_type}")
    if length is not None:
        lines.append(f"Content-Length: {len(body) if length == -1 else length}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def chunked(body: bytes, size: int = 100) -> bytes:
    """The same body in chunks, to its proper end."""
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    coded = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    return answer(length=None, Transfer_Encoding="chunked") + coded + b"0\r\n\r\n"


def redirect(location: str, status: str = "302 Found") -> bytes:
    return answer(status=status, media_type=None, Location=location)


def dripping(content: bytes, pause: float = 0.05) -> Callable[[socket.socket], None]:
    """Send one byte at a time, always soon enough for a read timeout."""

    def drip(connection: socket.socket) -> None:
        for position in range(len(content)):
            connection.sendall(content[position : position + 1])
            time.sleep(pause)

    return drip
