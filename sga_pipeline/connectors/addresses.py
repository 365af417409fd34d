"""Web addresses: how they may be shown, the file name in them, and which redirects may be followed."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

_PORTS = {"http": 80, "https": 443}


def shown(address: str) -> str:
    """Without log-in and query, where some publishers put keys."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "an address that cannot be read"
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def file_name(address: str) -> str:
    """The last part of the path, made safe for a folder."""
    name = unquote(urlsplit(address).path).rsplit("/", 1)[-1]
    safe = "".join(one if one.isalnum() or one in "._-" else "_" for one in name).lstrip(".")
    return safe[-100:] or "delivery"


def same_server(one: str, other: str) -> bool:
    """The same host on the same port, or on the usual ports of http and https."""
    a, b = urlsplit(one), urlsplit(other)
    return _host(a) == _host(b) and (_port(a) == _port(b) or (_is_usual(a) and _is_usual(b)))


def redirect_target(here: str, location: str, asked: str, allowed_hosts: list[str]) -> str | None:
    """Where a redirect leads, or None where the contract does not let it lead there."""
    if re.search(r"[\s\\\x00-\x1f]", location):
        return None
    try:
        there = urljoin(here, location)
        parts = urlsplit(there)
        port = _port(parts)
    except ValueError:
        return None
    if parts.scheme not in _PORTS or "@" in parts.netloc or (here.startswith("https:") and parts.scheme == "http"):
        return None
    names = {f"{_host(parts)}:{port}"} | ({_host(parts)} if _is_usual(parts) else set())
    allowed = {host.lower() for host in allowed_hosts}
    return there if same_server(there, asked) or names & allowed else None


def is_private_line(address: str) -> bool:
    """Whether nobody between can read what is sent: https, or this very machine."""
    parts = urlsplit(address)
    return parts.scheme == "https" or _host(parts) in {"localhost", "127.0.0.1", "::1"}


def _host(parts: SplitResult) -> str:
    return (parts.hostname or "").rstrip(".")


def _port(parts: SplitResult) -> int:
    return parts.port or _PORTS.get(parts.scheme, 0)


def _is_usual(parts: SplitResult) -> bool:
    return _port(parts) == _PORTS.get(parts.scheme)
