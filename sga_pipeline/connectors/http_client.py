"""How anything behind a web address is asked for: within limits of time and size, again where that may help, and kept only if it is whole."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from types import TracebackType

import requests
import urllib3

from sga_pipeline.connectors.addresses import is_private_line, redirect_target, same_server, shown
from sga_pipeline.connectors.body import Body
from sga_pipeline.connectors.connector import AnsweredLater, Fetched, FileMissing, Known, Silent, Unreachable
from sga_pipeline.connectors.redact import redact
from sga_pipeline.connectors.retry import NOT_NOW, BusyError, ask_again
from sga_pipeline.connectors.watchdog import Watchdog, WatchedAdapter
from sga_pipeline.contracts.formats import Format
from sga_pipeline.contracts.sources.source import WebSource
from sga_pipeline.errors import PullError

MAX_REDIRECTS = 5
REDIRECTS = {301, 302, 303, 307, 308}
# As much of an answer without a file as may say why there is none.
_REASON_BYTES = 4096


@dataclass(frozen=True)
class Ask:
    """One question to a server. A body makes it a POST."""

    address: str
    accept: str | None = None
    body: bytes | None = None
    # Finds the server's own words in the first bytes of a refusal.
    complaint: Callable[[bytes], str | None] | None = None
    # What the server is asked to do rather than what it would do otherwise, such as to answer later.
    prefer: str | None = None
    # Whether the token goes along where it may; an address that is itself a key has no use for it.
    with_token: bool = True
    # Whether nothing is an answer too.
    may_be_empty: bool = False
    # Asks the server to throw away what is at the address, and takes any answer for one.
    is_removal: bool = False
    # What errors call the address, where the address itself may be a key.
    called: str | None = None

    @property
    def shown(self) -> str:
        return self.called or shown(self.address)

    @property
    def method(self) -> str:
        if self.is_removal:
            return "DELETE"
        return "GET" if self.body is None else "POST"


class HttpClient:
    """The HTTP client of one pull: all requests to the source share its time, its token and its limit of bytes. `sleep` is a parameter so that tests need not wait."""

    def __init__(self, source: WebSource, form: Format, sleep: Callable[[float], None] = time.sleep) -> None:
        self.source, self.form, self.sleep = source, form, sleep
        self.token = self._token()
        self.deadline = time.monotonic() + source.total_timeout_s
        self.bytes_left = source.max_bytes
        self.watchdog = Watchdog(source.total_timeout_s)

    def __enter__(self) -> HttpClient:
        self.watchdog.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.watchdog.__exit__(kind, error, trace)

    def get(self, ask: Ask, target: Path, known: Known = Known()) -> Fetched | None:  # noqa: B008
        """Ask, again where that may help. None: nothing has changed."""
        fetched = ask_again(
            lambda: _Asking(self, ask).once(target, known), self.source.retries, self.deadline, self.sleep
        )
        if fetched is not None:
            self.bytes_left -= target.stat().st_size
        return fetched

    def _token(self) -> str | None:
        if self.source.token_env is None:
            return None
        token = os.environ.get(self.source.token_env, "").strip()
        if not token:
            raise PullError(
                "the token is not set", f"Set the variable {self.source.token_env}.", shown(self.source.address)
            )
        if not is_private_line(self.source.address):
            next_step = "Use an https address, or no token_env."
            raise PullError("the token would travel unencrypted", next_step, shown(self.source.address))
        written = self.source.written_token(token)
        if not written.isprintable() or not written.isascii():
            # Said here: the library's own complaint is the one it has for a wrong address.
            next_step = f"Set the variable {self.source.token_env} anew, to the token alone."
            raise PullError("the token holds a character no token has", next_step, shown(self.source.address))
        return token


class _Asking:
    """One attempt."""

    def __init__(self, client: HttpClient, ask: Ask) -> None:
        self.source, self.form, self.token = client.source, client.form, client.token
        self.watchdog, self.deadline, self.limit = client.watchdog, client.deadline, client.bytes_left
        self.ask, self.address = ask, ask.address

    def once(self, target: Path, known: Known) -> Fetched | None:
        try:
            with _Session() as session:
                # Proxies and stored passwords of whoever runs this have no say in where a contract is fetched from.
                session.trust_env = False
                for scheme in ("http://", "https://"):
                    session.mount(scheme, WatchedAdapter(self.watchdog))
                with self._follow(session, known) as response:
                    return self._take(response, target, known)
        except PullError:
            # The watchdog's cut looks like a short answer; it is the time that ran out.
            self._left()
            raise
        except requests.exceptions.SSLError:
            self._left()
            raise self._error("the server's certificate is not valid", "Have the publisher renew it.") from None
        except (requests.exceptions.Timeout, urllib3.exceptions.TimeoutError):
            self._left()
            raise self._silence("the server took too long", "Try later, or raise the timeouts.") from None
        except (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, ValueError):
            raise self._error("this is not a web address", "Correct the address in the feed.") from None
        except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            # Its text may hold the whole address, with keys; the error names its kind alone.
            self._left()
            message = f"the connection failed ({type(error).__name__})"
            raise self._silence(message, "Try later, or check the address.") from None

    def _follow(self, session: requests.Session, known: Known) -> requests.Response:
        """Redirects by hand: only to servers the contract names, never from https to http."""
        here = self.address
        for _ in range(MAX_REDIRECTS + 1):
            left = self._left()
            response = session.request(
                self.ask.method,
                here,
                data=self.ask.body,
                headers=self._headers(here, known),
                stream=True,
                allow_redirects=False,
                auth=_no_stored_login,
                timeout=(min(self.source.connect_timeout_s, left), min(self.source.read_timeout_s, left)),
            )
            if response.status_code not in REDIRECTS or self.ask.is_removal:
                return response
            response.close()
            location = response.headers.get("Location", "")
            there = redirect_target(here, location, self.address, self.source.redirect_hosts)
            if there is None:
                raise self._error(
                    f"the server redirects to another place, {_origin(location)}",
                    "If that is right, add its host to source.redirect_hosts; it may be a log-in page.",
                )
            here = there
        raise self._error("the server redirects without end", "Check the address.")

    def _headers(self, here: str, known: Known) -> dict[str, str]:
        headers = {"Accept-Encoding": "identity", "User-Agent": "sga-pipeline"}
        if self.ask.accept:
            headers["Accept"] = self.ask.accept
        if self.ask.body is not None:
            headers["Content-Type"] = "application/json"
        if self.ask.prefer:
            headers["Prefer"] = self.ask.prefer
        if known.etag:
            headers["If-None-Match"] = known.etag
        if known.last_modified:
            headers["If-Modified-Since"] = known.last_modified
        if self.token and self.ask.with_token and same_server(here, self.source.address) and is_private_line(here):
            headers[self.source.token_header] = self.source.written_token(self.token)
        return headers

    def _take(self, response: requests.Response, target: Path, known: Known) -> Fetched | None:
        status, headers = response.status_code, response.headers
        if self.ask.is_removal:
            return None
        if status == 304 and (known.etag or known.last_modified):
            return None
        if status in {404, 410}:
            next_step = "It may have moved: find its new address and correct the feed."
            missing = FileMissing(f"the server has no such file ({status})", next_step, self.ask.shown)
            missing.said = response.raw.read(_REASON_BYTES, decode_content=False) or b""
            raise missing
        if status == 202:
            message, next_step = "the server will have the answer later (202)", "Check the address."
            raise AnsweredLater(
                message,
                next_step,
                self.ask.shown,
                headers.get("Content-Location"),
                _seconds(headers.get("Retry-After")),
            )
        if status != 200:
            raise self._unusable(status, headers.get("Retry-After"), self._said(response))
        body = Body(response, self.ask.shown, self.form, self.limit, self.source.max_bytes)
        body.save(target, may_be_empty=self.ask.may_be_empty)
        return Fetched(
            target, target.name, self.ask.shown, body.media_type, headers.get("ETag"), headers.get("Last-Modified")
        )

    def _said(self, response: requests.Response) -> str | None:
        """What the server says in refusing, short and without the token, should it repeat what it was sent."""
        if self.ask.complaint is None or not 400 <= response.status_code < 500:
            return None
        said = self.ask.complaint(response.raw.read(4096, decode_content=False))
        return said and redact(said, self.source)

    def _unusable(self, status: int, retry_after: str | None, said: str | None) -> PullError:
        wait = _seconds(retry_after) if status in {429, 503} else None
        if wait is not None:
            message = f"the server is busy ({status}) and asks to wait {wait:.0f} s"
            return BusyError(message, "Try later.", self.ask.shown, wait)
        if status in {401, 403}:
            # One file may be closed to us; a log-in that is refused is refused for all, and trying on locks the account.
            kind = Unreachable if status == 401 else PullError
            message = f"the server refuses access ({status})"
            return kind(message, "Check source.token_env and its rights.", self.ask.shown)
        if status == 413:
            return self._error(
                "the answer would be too large for the server (413)", "Ask for less at once, by periods."
            )
        if status in {204, 205}:
            return self._error(f"the server sent no content ({status})", "Check the address.")
        transient = status in NOT_NOW
        if said:
            return self._error(
                f"the server answered {status}: {said}", "Correct what source asks for.", transient=transient
            )
        return self._error(f"the server answered {status}", "Try later, or check the address.", transient=transient)

    def _left(self) -> float:
        left = self.deadline - time.monotonic()
        if left <= 0 or self.watchdog.expired:
            raise Silent(
                f"the whole pull took longer than {self.source.total_timeout_s:g} s",
                "Try later, or raise source.total_timeout_s.",
                self.ask.shown,
                transient=True,
            ) from None
        return left

    def _silence(self, message: str, next_step: str) -> PullError:
        kind = Silent if self.watchdog.saw_connection else Unreachable
        return kind(message, next_step, self.ask.shown, transient=True)

    def _error(self, message: str, next_step: str, *, transient: bool = False) -> PullError:
        return PullError(message, next_step, self.ask.shown, transient=transient)


class _Session(requests.Session):
    """Leaves redirects alone: even when it is set not to follow, the library reads their bodies whole."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        return None


def _no_stored_login(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _origin(location: str) -> str:
    """A redirect's target, as far as it is safe to show."""
    plain = "".join(one for one in location if one.isprintable())
    return shown(plain).partition("://")[2][:100] or "nowhere"


def _seconds(retry_after: str | None) -> float | None:
    if not retry_after:
        return None
    if retry_after.strip().isdecimal():
        return float(retry_after)
    try:
        return max(0.0, (parsedate_to_datetime(retry_after) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
