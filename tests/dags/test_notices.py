"""Notices of failed runs, against receivers of this process: what arrives, and that a broken receiver harms nobody."""

from __future__ import annotations

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest
from aiosmtpd.controller import Controller

from ops.services import free_port

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "plugins"))  # as Airflow does
import demarche_notices as notices

DOCS = """What it is.

**If it fails.** Make
room on the disk.

**Running it again.** By key.
"""


def failed_run(**changes):
    given = {
        "dag_id": "load_warehouse",
        "run_id": "asset_triggered__2026-11-24T14:43:17+00:00_x",
        "partition_key": "2018-11-06T14",
        "dag": SimpleNamespace(doc_md=DOCS),
    }
    return SimpleNamespace(**given | changes)


@pytest.fixture
def webhook(monkeypatch):
    """A list of what arrived, and an event that is set when something has."""
    arrived: list[dict] = []
    came = threading.Event()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self):
            arrived.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()
            came.set()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("DEMARCHE_NOTICE_WEBHOOK_URL", f"http://127.0.0.1:{server.server_port}/hook")
    yield arrived, came
    server.shutdown()
    server.server_close()


@pytest.fixture
def post_office(monkeypatch):
    """A list of the mails that arrived."""
    arrived = []

    class Handler:
        async def handle_DATA(self, server, session, envelope):
            arrived.append(envelope)
            return "250 OK"

    port = free_port()
    controller = Controller(Handler(), hostname="127.0.0.1", port=port)
    controller.start()
    monkeypatch.setenv("DEMARCHE_NOTICE_SMTP_URL", f"smtp://127.0.0.1:{port}")
    monkeypatch.setenv("DEMARCHE_NOTICE_MAIL_TO", "desk@example.org")
    yield arrived
    controller.stop()


def test_a_notice_says_what_where_and_what_to_do():
    subject, text = notices.notice(failed_run(), "task_failure")
    assert subject == "Demarche: load_warehouse failed for 2018-11-06T14"
    assert "/dags/load_warehouse/runs/asset_triggered__2026-11-24T14%3A43%3A17%2B00%3A00_x" in text
    assert "**If it fails.** Make room on the disk." in text
    assert "Running it again" not in text


@pytest.mark.parametrize("changes", [{"dag": None}, {"partition_key": None}, {"dag": SimpleNamespace(doc_md=None)}])
def test_a_notice_does_with_what_there_is(changes):
    assert notices.notice(failed_run(**changes), "task_failure")[1].startswith("load_warehouse failed")


def test_every_dag_says_what_to_do(dags):
    assert all(len(notices.cure(dag.doc_md)) > 40 for dag in dags.values())


def test_a_failed_run_reaches_the_webhook(webhook):
    arrived, came = webhook
    notices.on_dag_run_failed(failed_run(), "task_failure")
    assert came.wait(10)
    assert arrived[0]["title"] == "Demarche: load_warehouse failed for 2018-11-06T14"
    assert "Make room" in arrived[0]["text"]


def test_a_notice_goes_by_mail(post_office):
    notices.send("Demarche: x failed", "Make room.")
    (envelope,) = post_office
    assert envelope.rcpt_tos == ["desk@example.org"]
    assert b"Subject: Demarche: x failed" in envelope.content
    assert b"Make room." in envelope.content


def test_a_broken_way_stops_no_other(post_office, monkeypatch, caplog):
    monkeypatch.setenv("DEMARCHE_NOTICE_WEBHOOK_URL", "http://user:secret@127.0.0.1:9/hook")
    notices.send("Demarche: x failed", "Make room.")
    assert len(post_office) == 1
    assert "webhook did not take the notice" in caplog.text
    assert "secret" not in caplog.text


def test_a_webhook_is_no_file(monkeypatch, tmp_path):
    with pytest.raises(ValueError, match="http"):
        notices.post((tmp_path / "hook").as_uri(), "subject", "text")


def test_without_settings_nothing_is_sent(monkeypatch):
    for name in ("DEMARCHE_NOTICE_WEBHOOK_URL", "DEMARCHE_NOTICE_MAIL_TO"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(notices, "send", lambda *_: pytest.fail("it was sent"))
    notices.on_dag_run_failed(failed_run(), "task_failure")
