"""The line to an S3 store: the library writes and signs what is asked, and we send it within limits of time and size."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from typing import Any

import requests

from sga_pipeline.connectors.watchdog import Watchdog, WatchedAdapter
from sga_pipeline.contracts.sources.files import S3Source
from sga_pipeline.errors import PullError

# Listings and complaints are read whole; one longer than this is neither.
_MAX_MESSAGE = 10_000_000
_BLOCK = 1 << 16
_UNSET = {"profile": None, "config_file": os.devnull, "credentials_file": os.devnull}


class Line:
    """One client of one store, whose questions go through a watched connection."""

    def __init__(self, source: S3Source, keys: dict[str, str], watchdog: Watchdog) -> None:
        import boto3
        import botocore.session
        from botocore import UNSIGNED
        from botocore.config import Config

        self.source, self.watchdog = source, watchdog
        self._answer: requests.Response | None = None
        settings: dict[str, Any] = {
            "proxies": {},
            "ignore_configured_endpoint_urls": True,
            "retries": {"total_max_attempts": 1},
            "s3": {"addressing_style": "path"} if source.endpoint else {},
        }
        if not keys:
            settings["signature_version"] = UNSIGNED
        # Profiles, keys and settings of whoever runs this have no say in how a contract's store is asked.
        none = {name: (None, None, value, None) for name, value in _UNSET.items()}
        session = boto3.session.Session(botocore_session=botocore.session.Session(session_vars=none))
        self.client: Any = session.client(
            "s3", endpoint_url=source.endpoint, region_name=source.region, config=Config(**settings), **keys
        )
        # The library's documented way to answer a request oneself.
        self.client.meta.events.register("before-send.s3", self._send)

    def last_answer(self) -> requests.Response:
        if self._answer is None:
            raise AssertionError("nothing was asked")
        return self._answer

    def _send(self, request: Any, event_name: str = "", **_: Any) -> Any:
        from botocore.awsrequest import AWSResponse

        if event_name.endswith(".HeadBucket"):
            # We never ask that: the library does, without end, to find a region the store does not name.
            raise PullError(
                "the bucket lies elsewhere", "Correct source.region or source.endpoint.", self.source.address
            )
        prepared = requests.Request(request.method, request.url, headers=_text(request.headers)).prepare()
        # Signed as it is: no part of it may be written otherwise.
        prepared.url = request.url
        prepared.headers["Accept-Encoding"] = "identity"
        adapter = WatchedAdapter(self.watchdog)
        response = adapter.send(
            prepared, stream=True, timeout=(self.source.connect_timeout_s, self.source.read_timeout_s), proxies={}
        )
        self._answer = response
        is_object = response.status_code == 200 and "list-type=" not in request.url
        raw = response.raw if is_object else _Message(_whole(response))
        return AWSResponse(request.url, response.status_code, response.headers, raw)


class _Message(io.BytesIO):
    """A short answer, as the library reads one."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()


def _whole(response: requests.Response) -> bytes:
    read = b""
    for block in response.raw.stream(_BLOCK, decode_content=False):
        read += block
        if len(read) > _MAX_MESSAGE:
            raise PullError("the store's answer has no end", "Check source.endpoint.")
    return read


def _text(headers: Any) -> dict[str, str]:
    return {
        name: value.decode("latin-1") if isinstance(value, bytes) else str(value) for name, value in headers.items()
    }
