"""Sends an alert to where the environment says: SGA_ALERT_WEBHOOK, and SGA_ALERT_SMTP with SGA_ALERT_TO and SGA_ALERT_FROM.

A password for the mail server is taken from SGA_ALERT_SMTP_USER and SGA_ALERT_SMTP_PASSWORD, and stands in no log.
"""

from __future__ import annotations

import os
import smtplib
import ssl
from collections.abc import Mapping
from email.message import EmailMessage

import requests

from sga_pipeline.alerts.findings import Alert
from sga_pipeline.errors import SgaError

SECONDS = 20


def send(alert: Alert, environment: Mapping[str, str] = os.environ) -> list[str]:
    """Send to every place that is set, and say which; raise where one of them does not take it."""
    sent = []
    if address := environment.get("SGA_ALERT_WEBHOOK"):
        _to_webhook(alert, address)
        sent.append("webhook")
    if server := environment.get("SGA_ALERT_SMTP"):
        _to_mail(alert, server, environment)
        sent.append("e-mail")
    return sent


def _to_webhook(alert: Alert, address: str) -> None:
    body = {
        "city_id": alert.city_id,
        "release": alert.release_id,
        "subject": alert.subject,
        "text": alert.text,
        "gap_ids": list(alert.gap_ids),
    }
    try:
        answer = requests.post(address, json=body, timeout=SECONDS, allow_redirects=False)
    except requests.RequestException as error:
        # The address may hold a secret; only the kind of error is shown.
        raise SgaError("the webhook cannot be reached", "Look at SGA_ALERT_WEBHOOK.", type(error).__name__) from None
    if answer.status_code >= 300:
        raise SgaError("the webhook did not take the alert", "Look at SGA_ALERT_WEBHOOK.", answer.status_code)


def _to_mail(alert: Alert, server: str, environment: Mapping[str, str]) -> None:
    host, _, port = server.partition(":")
    receivers, sender = environment.get("SGA_ALERT_TO"), environment.get("SGA_ALERT_FROM")
    if not receivers or not sender:
        raise SgaError("the mail has no sender or no receiver", "Set SGA_ALERT_FROM and SGA_ALERT_TO.", server)
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = alert.subject, sender, receivers
    mail.set_content(alert.text)
    try:
        with smtplib.SMTP(host, int(port or 25), timeout=SECONDS) as smtp:
            smtp.ehlo()
            encrypted = smtp.has_extn("starttls")
            if encrypted:
                smtp.starttls(context=ssl.create_default_context())
            if user := environment.get("SGA_ALERT_SMTP_USER"):
                if not encrypted:
                    raise SgaError("the mail server offers no encryption for a password", "Use one that does.", server)
                smtp.login(user, environment.get("SGA_ALERT_SMTP_PASSWORD", ""))
            smtp.send_message(mail)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise SgaError("the mail could not be sent", "Look at SGA_ALERT_SMTP.", type(error).__name__) from None
