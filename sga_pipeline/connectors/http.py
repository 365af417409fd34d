"""Connector `http`: one file behind an address, within limits of time and size, and only if it is whole."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import requests

from sga_pipeline.connectors.base import Fetched, Known
from sga_pipeline.contracts.feed import HttpSource
from sga_pipeline.errors import PullError
from sga_pipeline.home import home_error

BLOCK = 1 << 16
MAX_REDIRECTS = 5
RETRY_STATUS = {429, 500, 502, 503, 504}
# What servers send in place of data: log-in pages, error pages, error objects.
IMPOSTOR_TYPES = ("text/html", "application/xhtml", "application/pdf")
IMPOSTOR_HEADS = (b"<!doctype html", b"<html", b"%pdf-")


class HttpConnector:
    """Asks within the contract's limits. `sleep` is a parameter so that tests need not wait."""

    def __init__(self, source: HttpSource, sleep: Callable[[float], None] = time.sleep) -> None:
        self.source, self.sleep = source, sleep
        self.deadline = 0.0

    def fetch(self, address: str, into: Path, known: Known) -> Fetched | None:
        self.deadline = time.monotonic() + self.source.total_timeout_s
        for attempt in range(self.source.retries + 1):
            try:
                return self._once(address, into, known)
            except PullError as error:
                wait = getattr(error, "wait", None) or min(30.0, 0.5 * 2**attempt) * random.uniform(0.7, 1.3)
                if not error.transient or attempt == self.source.retries or time.monotonic() + wait > self.deadline:
                    raise
                self.sleep(wait)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _once(self, address: str, into: Path, known: Known) -> Fetched | None:
        try:
            with requests.Session() as session:
                # Proxies and stored passwords of whoever runs this have no say in where a contract is fetched from.
                session.trust_env = False
                response = self._follow(session, address, known)
                with response:
                    return self._take(response, address, into)
        except requests.exceptions.Timeout:
            raise self._error("the server took too long", "Try later, or raise the timeouts.", address, transient=True) from None
        except requests.exceptions.SSLError:
            raise self._error("the server's certificate is not valid", "Have the publisher renew it.", address) from None
        except (requests.exceptions.RequestException, OSError) as error:
            if isinstance(error, OSError) and not isinstance(error, requests.exceptions.RequestException):
                raise home_error(error, into) from None
            kind = type(error).__name__
            raise self._error(f"the connection failed ({kind})", "Try later, or check the address.", address, transient=True) from None

    def _follow(self, session: requests.Session, address: str, known: Known) -> requests.Response:
        """Redirects by hand: only to hosts the contract names, never from https to http."""
        hosts = {urlsplit(address).netloc, *self.source.redirect_hosts}
        here = address
        for _ in range(MAX_REDIRECTS + 1):
            response = session.get(
                here, headers=self._headers(here, address, known), stream=True, allow_redirects=False,
                timeout=(self.source.connect_timeout_s, min(self.source.read_timeout_s, self._left(address))),
            )  # fmt: skip
            if response.status_code not in {301, 302, 303, 307, 308}:
                return response
            response.close()
            there = urljoin(here, response.headers.get("Location", ""))
            if urlsplit(there).netloc not in hosts or (here.startswith("https:") and not there.startswith("https:")):
                raise self._error(
                    f"the server redirects to another host [{urlsplit(there).netloc}]",
                    "If that is right, add the host to source.redirect_hosts; it may be a log-in page.", address,
                )  # fmt: skip
            here = there
        raise self._error("the server redirects without end", "Check the address.", address)

    def _headers(self, here: str, address: str, known: Known) -> dict[str, str]:
        headers = {"Accept-Encoding": "identity", "User-Agent": "sga-pipeline"}
        if known.etag:
            headers["If-None-Match"] = known.etag
        if known.last_modified:
            headers["If-Modified-Since"] = known.last_modified
        if self.source.token_env and urlsplit(here).netloc == urlsplit(address).netloc:
            token = os.environ.get(self.source.token_env)
            if not token:
                raise self._error("the token is not set", f"Set the variable {self.source.token_env}.", address)
            headers["Authorization"] = f"Bearer {token}"
        return headers

    def _take(self, response: requests.Response, address: str, into: Path) -> Fetched | None:
        status = response.status_code
        if status == 304:
            return None
        if status != 200:
            error = self._error(f"the server answered {status}", _advice(status), address, transient=status in RETRY_STATUS)
            if status in {429, 503}:
                error.wait = _retry_after(response.headers.get("Retry-After"))  # type: ignore[attr-defined]
            raise error
        media = response.headers.get("Content-Type", "").split(";")[0].strip().lower() or None
        if media and media.startswith(IMPOSTOR_TYPES):
            raise self._error(f"the server sent {media}, not data", "Open the address by hand; it may ask for a log-in.", address)
        if response.headers.get("Content-Encoding", "identity").lower() not in {"", "identity"}:
            raise self._error("the server compressed the answer unasked", "Ask the publisher for the plain file.", address)
        name = _file_name(address)
        target = into / name
        self._write(response, target, address)
        return Fetched(target, name, _without_query(address), media, response.headers.get("ETag"), response.headers.get("Last-Modified"))

    def _write(self, response: requests.Response, target: Path, address: str) -> None:
        declared = response.headers.get("Content-Length")
        if declared and declared.isdigit() and int(declared) > self.source.max_bytes:
            raise self._error("the file is larger than the contract allows", "Raise source.max_bytes if it is right.", address)
        if declared is None and "chunked" not in response.headers.get("Transfer-Encoding", "").lower():
            # Such an answer ends when the connection does, and nobody can tell whether that was too early.
            raise self._error("the server does not say how long its answer is", "Ask for a server that does.", address, transient=True)
        seen, head = 0, b""
        with target.open("wb") as stream:
            for block in response.iter_content(BLOCK):
                self._left(address)
                seen += len(block)
                if seen > self.source.max_bytes:
                    raise self._error("the file is larger than the contract allows", "Raise source.max_bytes if right.", address)
                if len(head) < 256:
                    head += block[:256]
                stream.write(block)
        if declared and declared.isdigit() and seen != int(declared):
            raise self._error(f"the answer was cut short at {seen} of {declared} bytes", "Try later.", address, transient=True)
        if seen == 0:
            raise self._error("the answer is empty", "Check the address.", address)
        if head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(IMPOSTOR_HEADS):
            raise self._error("the server sent a web page or PDF, not data", "Open the address by hand.", address)

    def _left(self, address: str) -> float:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise self._error("the whole pull took too long", "Try later, or raise source.total_timeout_s.", address, transient=True)
        return left

    def _error(self, message: str, next_step: str, address: str, *, transient: bool = False) -> PullError:
        """Addresses are shown without their query, where some publishers put keys."""
        return PullError(message, next_step, _without_query(address), transient=transient)


def _without_query(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _file_name(address: str) -> str:
    name = unquote(urlsplit(address).path).rsplit("/", 1)[-1]
    safe = "".join(one if one.isalnum() or one in "._-" else "_" for one in name).lstrip(".")
    return safe[:120] or "delivery"


def _retry_after(text: str | None) -> float | None:
    if not text:
        return None
    if text.isdigit():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None


def _advice(status: int) -> str:
    if status in {401, 403}:
        return "Check source.token_env and the rights of its token."
    if status in {404, 410}:
        return "The file has moved: find its new address and correct the contract."
    return "Try later."
