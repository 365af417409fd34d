"""Whether a server could listen on an address: asked before anything is started, for Dagster's own answer comes late or not at all."""

from __future__ import annotations

import argparse
import contextlib
import errno
import socket

from sga_pipeline.errors import SgaError

HIGHEST = 65535
# Below it, only an administrator may listen.
FIRST_FOR_EVERYBODY = 1024


def port_number(text: str) -> int:
    """A port as a person writes it. 0 stands for any port, which nobody could then open."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= HIGHEST:
        raise argparse.ArgumentTypeError(f"[{text}] is not a port; give a number from 1 to {HIGHEST}, such as 3001")
    return int(text)


def check_port(host: str, port: int) -> None:
    """Raise where nobody could listen there. A port that is in use on any of the host's addresses is in use."""
    try:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        raise SgaError(
            "no machine of this name is known", "Leave out --host, or give 127.0.0.1, or 0.0.0.0 for all.", host
        ) from None
    for family, kind, protocol, _, address in addresses:
        with contextlib.closing(socket.socket(family, kind, protocol)) as tried:
            # What the server will do as well: a port that was left a moment ago is free.
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                tried.bind(address)
                tried.listen()
            except OSError as error:
                raise _refusal(error, host, port) from None


def _refusal(error: OSError, host: str, port: int) -> SgaError:
    if error.errno == errno.EADDRINUSE:
        step = f"Perhaps `sga ui` runs already: look at http://{host}:{port}. Or choose another port: --port {_other(port)}."
        return SgaError("another program listens on this port", step, port)
    if error.errno == errno.EACCES:
        step = f"Choose one from {FIRST_FOR_EVERYBODY} on: --port {_other(port)}."
        return SgaError("only an administrator may listen on this port", step, port)
    if error.errno == errno.EADDRNOTAVAIL:
        return SgaError(
            "this machine does not have this address", "Leave out --host, or give 127.0.0.1, or 0.0.0.0 for all.", host
        )
    return SgaError(
        f"nobody can listen on this port of {host} ({error.strerror})", f"Choose another: --port {_other(port)}.", port
    )


def _other(port: int) -> int:
    return port + 1 if FIRST_FOR_EVERYBODY <= port < HIGHEST else 3000
