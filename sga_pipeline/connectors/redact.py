"""What a server says of its own, as it may be shown: short, printable, and without the token it was sent."""

from __future__ import annotations

import os

from sga_pipeline.contracts.sources.source import WebSource


def redact(said: object, source: WebSource) -> str:
    text = f"{said}"
    token = os.environ.get(source.token_env or "", "").strip()
    if token:
        # Longest first: the token may be in what the header held.
        for secret in (source.written_token(token), source.written_token(token).rpartition(" ")[2], token):
            text = text.replace(secret, "(token)")
    return "".join(one if one.isprintable() else " " for one in text)[:200]
