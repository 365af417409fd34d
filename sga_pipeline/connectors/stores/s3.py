"""Connector `s3`: one object of a store, or the newest by name; the library signs and understands, our own line sends."""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import urllib3

from sga_pipeline.connectors.addresses import file_name, is_private_line, shown
from sga_pipeline.connectors.body import Body
from sga_pipeline.connectors.connector import Fetched, FileMissing, Known, Silent, Unreachable, with_period
from sga_pipeline.connectors.newest import find_newest
from sga_pipeline.connectors.retry import NOT_NOW, BusyError, ask_again
from sga_pipeline.connectors.stores.s3_connection import Line
from sga_pipeline.connectors.watchdog import Watchdog
from sga_pipeline.contracts.formats import Format
from sga_pipeline.contracts.sources.files import S3Source
from sga_pipeline.errors import PullError, SgaError

# A listing longer than this is no folder of deliveries.
MAX_NAMES = 100_000
_LATER = "Try later, or check source.endpoint."
# What a store's error codes mean, and what to do.
_MEANINGS = {
    "NoSuchBucket": ("the store has no such bucket", "Correct source.address."),
    "AccessDenied": (
        "the store refuses access",
        "Check the key's rights; a store also says so of files that do not exist.",
    ),
    "403": ("the store refuses access", "Check the key's rights; a store also says so of files that do not exist."),
    "InvalidAccessKeyId": ("the store does not know the key", "Check the variable source.key_id_env names."),
    "SignatureDoesNotMatch": (
        "the store refuses the key's secret",
        "Check the variable source.secret_env names, and source.region.",
    ),
    "ExpiredToken": ("the key has run out", "Ask for a new one."),
    "PermanentRedirect": ("the bucket lies elsewhere", "Correct source.region or source.endpoint."),
    "AuthorizationHeaderMalformed": ("the bucket lies in another region", "Correct source.region."),
    "InvalidObjectState": ("the object lies in an archive", "Have it restored."),
}
# What is wrong whichever object is asked for: to go on asking is of no use, and may lock the key.
_NOT_LET_IN = {"InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "NoSuchBucket"}
_MISSING = {"NoSuchKey", "404", "NoSuchVersion"}


class S3Connector:
    """Asks for one object within the contract's limits. `sleep` is a parameter so that tests need not wait."""

    def __init__(self, source: S3Source, form: Format, sleep: Callable[[float], None] = time.sleep) -> None:
        self.source, self.form, self.sleep = source, form, sleep

    def fetch(self, period: str | None, into: Path, known: Known) -> Fetched | None:
        address = with_period(self.source.address, period)
        keys = self._keys()
        deadline = time.monotonic() + self.source.total_timeout_s
        with Watchdog(self.source.total_timeout_s) as watchdog:

            def once() -> Fetched | None:
                try:
                    return _Asking(self.source, self.form, self._line(keys, watchdog)).once(address, into, known)
                except PullError:
                    if watchdog.expired:
                        raise self._too_slow(address) from None
                    raise

            return ask_again(once, self.source.retries, deadline, self.sleep)

    def _line(self, keys: dict[str, str], watchdog: Watchdog) -> Line:
        from botocore.exceptions import BotoCoreError

        try:
            return Line(self.source, keys, watchdog)
        except (ValueError, BotoCoreError):
            # The library is stricter with names of hosts than addresses are: it knows no _ in them.
            where = self.source.endpoint or self.source.region
            raise PullError("no store can be asked there", "Correct source.endpoint or source.region.", where) from None

    def _keys(self) -> dict[str, str]:
        """The key's parts, from the environment alone."""
        source, found = self.source, dict[str, str]()
        named = {
            "aws_access_key_id": source.key_id_env,
            "aws_secret_access_key": source.secret_env,
            "aws_session_token": source.session_token_env,
        }
        for part, variable in named.items():
            if variable is not None:
                found[part] = os.environ.get(variable, "").strip()
                if not found[part]:
                    raise PullError(
                        "a variable the contract names is not set", f"Set the variable {variable}.", source.address
                    )
        if found and source.endpoint and not is_private_line(source.endpoint):
            next_step = "Use an https endpoint, or no key."
            raise PullError("the key would travel unencrypted", next_step, shown(source.endpoint))
        return found

    def _too_slow(self, address: str) -> PullError:
        return PullError(
            f"the whole pull took longer than {self.source.total_timeout_s:g} s",
            "Try later, or raise source.total_timeout_s.",
            address,
            transient=True,
        )


class _Asking:
    """One attempt."""

    def __init__(self, source: S3Source, form: Format, line: Line) -> None:
        self.source, self.form, self.line = source, form, line

    def once(self, address: str, into: Path, known: Known) -> Fetched | None:
        from botocore.exceptions import BotoCoreError, ClientError

        parts = urlsplit(address)
        bucket, key = parts.netloc, address.removeprefix(f"s3://{parts.netloc}/")
        try:
            if "*" in key:
                key = self._newest(bucket, key, address)
                if not self.source.etag_is_md5:
                    # An ETag that is no sum of bytes may be that of another object too, and the newest may be another one.
                    known = Known()
            return self._get(bucket, key, into, known)
        except ClientError as error:
            if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") == 304 and known.etag:
                return None
            raise self._explained(error, address) from None
        except SgaError:
            raise
        except (BotoCoreError, urllib3.exceptions.HTTPError, OSError) as error:
            # Its text may hold the whole address, with keys; the error names its kind alone.
            message, where = f"the connection failed ({type(error).__name__})", self.source.endpoint or address
            kind = Silent if self.line.watchdog.saw_connection else Unreachable
            raise kind(message, _LATER, shown(where), transient=True) from None
        except Exception as error:
            # What a hostile answer does to the library is not foreseen there.
            message = f"the store's answer cannot be understood ({type(error).__name__})"
            raise PullError(message, "Check source.endpoint.", address) from None

    def _get(self, bucket: str, key: str, into: Path, known: Known) -> Fetched:
        asked = {"IfNoneMatch": known.etag} if known.etag else {}
        answer = self.line.client.get_object(Bucket=bucket, Key=key, **asked)
        address, response = f"s3://{bucket}/{key}", self.line.last_answer()
        target = into / file_name(address)
        body = Body(response, address, self.form, self.source.max_bytes, self.source.max_bytes)
        body.save(target)
        etag = response.headers.get("ETag")
        self._refuse_damaged(answer, response.headers.get("Content-Encoding"), etag, target, address)
        return Fetched(target, target.name, address, body.media_type, etag, response.headers.get("Last-Modified"))

    def _refuse_damaged(
        self, answer: dict[str, Any], packed: str | None, etag: str | None, target: Path, address: str
    ) -> None:
        """An ETag of 32 hexadecimal digits is the MD5 sum of an object kept whole and not under a key of its own."""
        own_key = "SSECustomerAlgorithm" in answer or str(answer.get("ServerSideEncryption", "")).startswith("aws:kms")
        digest = re.fullmatch(r'"?([0-9a-f]{32})"?', etag or "")
        if not self.source.etag_is_md5 or own_key or packed or digest is None:
            return
        with target.open("rb") as stream:
            found = hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
        if found != digest[1]:
            raise PullError(
                "the object's bytes are not those its ETag names",
                "Try later; if the store's ETags are no MD5 sums, say source.etag_is_md5: false.",
                address,
                transient=True,
            )

    def _newest(self, bucket: str, pattern: str, address: str) -> str:
        folder, _, name = pattern.rpartition("/")
        folder = f"{folder}/" if folder else ""
        pages = self.line.client.get_paginator("list_objects_v2").paginate(
            Bucket=bucket, Prefix=folder + name.partition("*")[0], Delimiter="/"
        )
        names: list[str] = []
        for page in pages:
            names += [one["Key"].removeprefix(folder) for one in page.get("Contents", []) if "*" not in one["Key"]]
            if len(names) > MAX_NAMES:
                raise PullError(f"more than {MAX_NAMES} objects fit", "Narrow the pattern.", address)
        return folder + find_newest(names, name)

    def _explained(self, error: Any, address: str) -> PullError:
        code = str(error.response.get("Error", {}).get("Code", ""))
        status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
        if code in _MISSING:
            return FileMissing("the store has no such object", "It may have moved: correct source.address.", address)
        if status in NOT_NOW or code == "SlowDown":
            asked = str(error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("retry-after", ""))
            if asked.isdecimal():
                return BusyError(f"the store is busy and asks to wait {asked} s", _LATER, address, float(asked))
            return PullError(f"the store is busy or broken ({status})", _LATER, address, transient=True)
        if code in _MEANINGS:
            return (Unreachable if code in _NOT_LET_IN else PullError)(*_MEANINGS[code], address)
        plain = "".join(one for one in code if one.isalnum())[:40]
        return PullError(f"the store answered {status} {plain}".rstrip(), "Check the contract's source.", address)
