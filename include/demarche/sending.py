"""Notices to people: as JSON to a webhook, as a mail to a server.

Slack, Mattermost and Teams show the ``text`` of a JSON object that is posted to their incoming webhooks.
"""

from __future__ import annotations

import json
import re
import smtplib
import urllib.request
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import localtime, make_msgid
from urllib.parse import unquote, urlsplit

SECONDS = 15  # that a receiver may take


@dataclass(frozen=True)
class Ways:
    """Where notices go: an http(s) address, and mail addresses (by commas) through ``smtp[s]://[user:password@]host[:port]``.

    ``smtp`` uses STARTTLS where the server offers it. An empty address is a way that isn't taken.
    """

    webhook_url: str = ""
    mail_to: str = ""
    mail_from: str = ""  # the first recipient, unless given
    smtp_url: str = ""  # this machine's own server, unless given

    def __bool__(self) -> bool:
        return bool(self.webhook_url or self.mail_to)


def faults(ways: Ways) -> dict[str, str]:
    """Why nothing could be sent so, by the name of what is wrong. No address is quoted: it may hold a password."""
    found = {}
    if ways.webhook_url and not re.match(r"https?://[^/]", ways.webhook_url):
        found["webhook_url"] = "must begin with http:// or https:// and a host"
    if ways.smtp_url and not re.match(r"smtps?://[^/]", ways.smtp_url):
        found["smtp_url"] = "must look like smtp[s]://[user:password@]host[:port]"
    if any("@" not in address for address in ways.mail_to.split(",") if ways.mail_to):
        found["mail_to"] = "must be mail addresses, separated by commas"
    if not ways.mail_to and (ways.smtp_url or ways.mail_from):
        found["mail_to"] = "is missing, so no mail would be sent"
    return found


def send(subject: str, text: str, ways: Ways) -> list[str]:
    """Send by every way there is; answer which did not take it. No address is quoted: it may hold a password."""
    failures = []
    for name, target, way in (("webhook", ways.webhook_url, _post), ("mail", ways.mail_to, _mail)):
        if target:
            try:
                way(subject, text, ways)
            except Exception as error:  # whatever a server does, the other way is tried
                failures.append(f"the {name} ({type(error).__name__})")
    return failures


def _post(subject: str, text: str, ways: Ways) -> None:
    if urlsplit(ways.webhook_url).scheme not in ("http", "https"):
        raise ValueError("a webhook has an http(s) address")
    body = json.dumps({"text": text, "title": subject}).encode()
    request = urllib.request.Request(ways.webhook_url, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=SECONDS):
        pass


def _mail(subject: str, text: str, ways: Ways) -> None:
    server = urlsplit(ways.smtp_url or "smtp://localhost")
    message = EmailMessage()
    message["Subject"] = " ".join(subject.split())
    message["From"] = ways.mail_from or ways.mail_to.split(",")[0].strip()
    message["To"] = ways.mail_to
    message["Date"] = localtime()
    message["Message-ID"] = make_msgid()
    message.set_content(text)
    kind = smtplib.SMTP_SSL if server.scheme == "smtps" else smtplib.SMTP
    with kind(server.hostname or "localhost", server.port or 0, timeout=SECONDS) as client:
        if server.scheme == "smtp" and client.has_extn("starttls"):
            client.starttls()
        if server.username:
            client.login(unquote(server.username), unquote(server.password or ""))
        client.send_message(message)
