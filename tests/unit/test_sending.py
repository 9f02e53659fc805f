"""Notices against receivers of this process: what arrives, and that a broken way stops no other."""

from __future__ import annotations

import pytest

from demarche import sending
from demarche.sending import Ways
from receivers import receiving, receiving_mail


def test_a_notice_goes_both_ways():
    with receiving() as webhook, receiving_mail() as (server, mails):
        ways = Ways(webhook.url, "desk@example.org, night@example.org", smtp_url=server)
        assert sending.send("Demarche: x\nfailed", "Make room — now.", ways) == []
        assert webhook.wait_for(1) == [{"text": "Make room — now.", "title": "Demarche: x\nfailed"}]
    (mail,) = mails
    assert mail.rcpt_tos == ["desk@example.org", "night@example.org"]
    assert mail.mail_from == "desk@example.org"
    assert b"Subject: Demarche: x failed" in mail.content


def test_a_broken_way_stops_no_other_and_tells_no_secret():
    with receiving_mail() as (server, mails):
        ways = Ways("http://user:secret@127.0.0.1:9/hook", "desk@example.org", smtp_url=server)
        (failure,) = sending.send("Demarche: x failed", "Make room.", ways)
    assert len(mails) == 1
    assert "webhook" in failure
    assert "secret" not in failure


def test_a_webhook_is_no_file(tmp_path):
    assert sending.send("subject", "text", Ways((tmp_path / "hook").as_uri())) == ["the webhook (ValueError)"]


@pytest.mark.parametrize(("ways", "is_any"), [(Ways(), False), (Ways(smtp_url="smtp://x"), False), (Ways("h"), True)])
def test_a_server_alone_is_no_way(ways, is_any):
    assert bool(ways) is is_any
    assert is_any or sending.send("subject", "text", ways) == []
