"""A notice for each run that failed: to a webhook, by mail, or both; what to do stands in it.

``DEMARCHE_NOTICE_WEBHOOK_URL`` is sent JSON with a ``text`` (Slack, Mattermost and Teams show it).
``DEMARCHE_NOTICE_MAIL_TO`` gets mail, from ``DEMARCHE_NOTICE_MAIL_FROM``, through ``DEMARCHE_NOTICE_SMTP_URL``:
``smtp[s]://[user:password@]host[:port]``; ``smtp`` uses STARTTLS where the server offers it. The scheduler calls this,
so sending goes on beside it, within bounds.
"""

from __future__ import annotations

import json
import logging
import os
import re
import smtplib
import threading
import urllib.request
from email.message import EmailMessage
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from airflow.listeners import hookimpl

SECONDS = 15
log = logging.getLogger(__name__)


@hookimpl
def on_dag_run_failed(dag_run: Any, msg: str) -> None:
    """Airflow's scheduler calls this once, when a run has failed for good."""
    if os.environ.get("DEMARCHE_NOTICE_WEBHOOK_URL") or os.environ.get("DEMARCHE_NOTICE_MAIL_TO"):
        subject, text = notice(dag_run, msg)
        threading.Thread(target=send, args=(subject, text), name="notice", daemon=True).start()


def notice(dag_run: Any, msg: str) -> tuple[str, str]:
    """A line and a text: what failed, for which key, where to look, and what its DAG says to do."""
    from airflow.configuration import conf

    key = f" for {dag_run.partition_key}" if dag_run.partition_key else ""
    address = conf.get("api", "base_url", fallback="").rstrip("/")
    parts = [
        f"{dag_run.dag_id} failed{key} ({msg}).",
        f"{address}/dags/{quote(dag_run.dag_id)}/runs/{quote(dag_run.run_id)}",
        cure(getattr(getattr(dag_run, "dag", None), "doc_md", None) or ""),
    ]
    return f"Demarche: {dag_run.dag_id} failed{key}", "\n\n".join(filter(None, parts))


def cure(docs: str) -> str:
    """The paragraph *If it fails* of a DAG's docs, as one line."""
    found = re.search(r"\*\*If it fails\.\*\*.*?(?=\n\n|\Z)", docs, re.DOTALL)
    return " ".join(found[0].split()) if found else ""


def send(subject: str, text: str) -> None:
    """Send by every way that is set; a way that fails is logged, and stops no other."""
    ways = {
        "webhook": (os.environ.get("DEMARCHE_NOTICE_WEBHOOK_URL"), post),
        "mail": (os.environ.get("DEMARCHE_NOTICE_MAIL_TO"), mail),
    }
    for name, (target, way) in ways.items():
        if target:
            try:
                way(target, subject, text)
            except Exception as error:  # whatever a server does, the scheduler goes on
                log.error("The %s did not take the notice %r: %s", name, subject, type(error).__name__)


def post(url: str, subject: str, text: str) -> None:
    """Send JSON to an http(s) address."""
    if urlsplit(url).scheme not in ("http", "https"):
        raise ValueError("a webhook has an http(s) address")
    body = json.dumps({"text": text, "title": subject}).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=SECONDS):
        pass


def mail(recipient: str, subject: str, text: str) -> None:
    """Send a mail."""
    server = urlsplit(os.environ.get("DEMARCHE_NOTICE_SMTP_URL") or "smtp://localhost")
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = os.environ.get("DEMARCHE_NOTICE_MAIL_FROM") or recipient.split(",")[0].strip()
    message["To"] = recipient
    message.set_content(text)
    kind = smtplib.SMTP_SSL if server.scheme == "smtps" else smtplib.SMTP
    with kind(server.hostname or "localhost", server.port or 0, timeout=SECONDS) as client:
        if server.scheme == "smtp" and client.has_extn("starttls"):
            client.starttls()
        if server.username:
            client.login(unquote(server.username), unquote(server.password or ""))
        client.send_message(message)
