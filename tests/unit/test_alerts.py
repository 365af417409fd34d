"""Alerts go to a webhook and a mail server that are really there, once for each finding, and never tell a secret."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import duckdb
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from sga_pipeline.alerts.findings import Alert, new_alert
from sga_pipeline.alerts.send import send
from sga_pipeline.errors import SgaError

ALERT = Alert("xx_small", "r1", ("g1",), "xx_small: 1 new findings, 1 of them critical", "The feed never came.")


class Mailbox:
    """Keeps what the mail server takes."""

    def __init__(self) -> None:
        self.mails: list[Envelope] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.mails.append(envelope)
        return "250 taken"


@pytest.fixture
def mailbox() -> Iterator[tuple[str, Mailbox]]:
    box = Mailbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield f"127.0.0.1:{port}", box
    finally:
        controller.stop()


@pytest.fixture
def webhook() -> Iterator[tuple[str, list[dict[str, object]], list[int]]]:
    taken: list[dict[str, object]] = []
    answers = [204]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            taken.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(answers[0])
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hook/secret-token", taken, answers
    finally:
        server.shutdown()


def test_both_ways(mailbox: tuple[str, Mailbox], webhook: tuple[str, list[dict[str, object]], list[int]]) -> None:
    environment = {
        "SGA_ALERT_WEBHOOK": webhook[0],
        "SGA_ALERT_SMTP": mailbox[0],
        "SGA_ALERT_TO": "office@city.example",
        "SGA_ALERT_FROM": "sga@city.example",
    }
    assert send(ALERT, environment) == ["webhook", "e-mail"]
    assert webhook[1] == [
        {"city_id": "xx_small", "release": "r1", "subject": ALERT.subject, "text": ALERT.text, "gap_ids": ["g1"]}
    ]
    [mail] = mailbox[1].mails
    assert mail.rcpt_tos == ["office@city.example"]
    assert b"The feed never came." in (mail.content if isinstance(mail.content, bytes) else str(mail.content).encode())
    assert send(ALERT, {}) == []


def test_a_place_that_does_not_take_it_is_named_without_its_address(
    webhook: tuple[str, list[dict[str, object]], list[int]],
) -> None:
    webhook[2][0] = 500
    with pytest.raises(SgaError, match="did not take") as error:
        send(ALERT, {"SGA_ALERT_WEBHOOK": webhook[0]})
    assert "secret-token" not in str(error.value)
    with pytest.raises(SgaError, match="cannot be reached") as error:
        send(ALERT, {"SGA_ALERT_WEBHOOK": "http://127.0.0.1:9/secret-token"})
    assert "secret-token" not in str(error.value)
    with pytest.raises(SgaError, match="could not be sent"):
        send(ALERT, {"SGA_ALERT_SMTP": "127.0.0.1:9", "SGA_ALERT_TO": "a@b.example", "SGA_ALERT_FROM": "c@d.example"})
    with pytest.raises(SgaError, match="no sender or no receiver"):
        send(ALERT, {"SGA_ALERT_SMTP": "127.0.0.1:9"})


def test_only_what_is_open_grave_and_new_is_sent(tmp_path: Path) -> None:
    release = tmp_path / "r1"
    release.mkdir()
    with duckdb.connect(str(release / "sga.duckdb")) as con:
        con.execute("""
            create table gaps as select * from (values
                ('a', 'critical', 'open'), ('b', 'high', 'open'), ('c', 'medium', 'open'), ('d', 'high', 'waived'), ('e', 'critical', 'closed')
            ) as v (gap_id, severity, status)
        """)
        for column in ("gap_code", "statement", "recommendation", "owner", "timeframe"):
            con.execute(f"alter table gaps add column {column} varchar default '{column} of it'")
    alert = new_alert(release, "xx_small", frozenset())
    assert alert is not None
    assert alert.gap_ids == ("a", "b")
    assert alert.subject == "xx_small: 2 new findings, 1 of them critical"
    later = new_alert(release, "xx_small", frozenset({"a"}))
    assert later is not None
    assert later.gap_ids == ("b",)
    assert new_alert(release, "xx_small", frozenset({"a", "b"})) is None
