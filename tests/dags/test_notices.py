"""Notices of failed runs, against receivers of this process: what arrives, and that a broken receiver harms nobody."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy.exc import OperationalError

from receivers import receiving, receiving_mail

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "plugins"))  # as Airflow does
import demarche_notices as notices

FOLLOWERS = ("tag_documents", "deduplicate_documents", "load_warehouse")
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
        "end_date": SINCE,
        "dag": SimpleNamespace(doc_md=DOCS),
    }
    return SimpleNamespace(**given | changes)


@pytest.fixture
def webhook(monkeypatch):
    with receiving() as received:
        monkeypatch.setenv("DEMARCHE_NOTICE_WEBHOOK_URL", received.url)
        yield received


@pytest.fixture
def post_office(monkeypatch):
    """The mails that arrived."""
    with receiving_mail() as (url, arrived):
        monkeypatch.setenv("DEMARCHE_NOTICE_SMTP_URL", url)
        monkeypatch.setenv("DEMARCHE_NOTICE_MAIL_TO", "desk@example.org")
        yield arrived


RUN = {
    "dag_id": "load_warehouse",
    "run_id": "asset_triggered__2026-11-24T14:43:17+00:00_x",
    "partition_key": None,
    "end_date": None,
}
SINCE = datetime(2026, 11, 24, 14, 43, tzinfo=UTC)


def test_a_notice_says_what_where_why_and_what_to_do():
    run = RUN | {"partition_key": "2018-11-06T14"}
    subject, text = notices.notice(run, "failed", ["load_warehouse, attempt 5: OSError: disk full"], DOCS)
    assert subject == "Demarche: load_warehouse failed for 2018-11-06T14"
    assert "/dags/load_warehouse/runs/asset_triggered__2026-11-24T14%3A43%3A17%2B00%3A00_x" in text
    assert "OSError: disk full" in text
    assert "What to do: Make room on the disk." in text
    assert "/demarche/runbook" in text
    assert "Running it again" not in text


def test_an_error_that_says_what_to_do_is_not_followed_by_something_else(caplog):
    error = "AirflowFailException: This run has no partition key — trigger it again with one"
    assert "Make room" not in notices.notice(RUN, "failed", [error], DOCS)[1]
    assert "Make room" in notices.notice(RUN, "failed", [error, "OSError: disk full"], DOCS)[1]
    instance = SimpleNamespace(task=SimpleNamespace(dag=SimpleNamespace(doc_md=DOCS)), xcom_push=lambda **_: None)
    notices.on_task_instance_failed("running", instance, ValueError(error))
    assert "What to do: trigger it again with one\n" in caplog.text


def test_a_notice_does_with_what_there_is():
    assert notices.notice(RUN, "failed", [], "")[1].startswith("load_warehouse failed.")


def test_a_task_that_fails_says_in_its_log_what_to_do(caplog):
    kept = {}
    task = SimpleNamespace(dag=SimpleNamespace(doc_md=DOCS))
    instance = SimpleNamespace(task=task, xcom_push=lambda key, value: kept.update({key: value}))
    notices.on_task_instance_failed("running", instance, OSError("disk \x1b[31mfull\n" + "x" * 1000))
    assert "What to do: Make room on the disk." in caplog.text
    assert kept["error"].startswith("OSError: disk \ufffd[31mfull x")
    assert len(kept["error"]) == 500


def test_elsewhere_than_in_the_task_nothing_is_said(caplog):
    notices.on_task_instance_failed("running", SimpleNamespace(), "killed by its worker's end")
    assert not caplog.text


@pytest.mark.parametrize(
    ("deed", "code", "said"),
    [
        ("ctypes.string_at(0)", -signal.SIGSEGV, "Segmentation fault"),
        ("ctypes.PyDLL(None).sleep(60)", 1, "Timeout"),  # a PyDLL keeps the interpreter's lock: no signal is handled
    ],
)
def test_native_code_that_crashes_or_hangs_ends_the_task_and_the_log_says_where(deed, code, said):
    """Whatever handler stood there: Airflow's would keep the process for ever between going on and ending."""
    script = f"""
import ctypes, datetime, signal, sys, types
sys.path.insert(0, {str(Path(notices.__file__).parent)!r})
import demarche_notices
demarche_notices.GRACE_SECONDS = 0
signal.signal(signal.SIGSEGV, lambda *_: None)
task = types.SimpleNamespace(execution_timeout=datetime.timedelta(seconds=0.5))
demarche_notices.on_task_instance_running(None, types.SimpleNamespace(task=task))
def pair(): {deed}
pair()
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=50, check=False)
    assert (done.returncode, said in done.stderr, "in pair" in done.stderr) == (code, True, True)


@pytest.mark.parametrize("end", ["on_task_instance_success", "on_task_instance_skipped", "on_task_instance_failed"])
def test_a_process_that_goes_on_after_its_task_is_left_alone(end, monkeypatch):
    """As with `airflow dags test`, or in a notebook."""
    armed = []
    monkeypatch.setattr(notices.faulthandler, "enable", lambda: None)
    monkeypatch.setattr(notices.faulthandler, "dump_traceback_later", lambda seconds, **_: armed.append(seconds))
    monkeypatch.setattr(notices.faulthandler, "cancel_dump_traceback_later", armed.clear)
    instance = SimpleNamespace(dag_id="slow", task=SimpleNamespace(execution_timeout=timedelta(seconds=5)))
    handler = signal.getsignal(signal.SIGSEGV)
    try:
        notices.on_task_instance_running("queued", instance)
    finally:
        signal.signal(signal.SIGSEGV, handler)
    assert armed == [5 + notices.GRACE_SECONDS]
    getattr(notices, end)("running", instance, *(["lost"] if end == "on_task_instance_failed" else []))
    assert not armed


class Instance(SimpleNamespace):
    def get_dag(self, dag_id):
        if isinstance(self.found, Exception):
            raise self.found
        return self.found


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (SimpleNamespace(is_paused=True), "tag_documents is paused"),
        (RuntimeError("404"), "tag_documents isn't there"),
        (SimpleNamespace(is_paused=False), ""),
    ],
)
def test_who_wakes_nobody_says_so(found, said, caplog):
    instance = Instance(dag_id="ingest_documents", task=SimpleNamespace(outlets=["documents"]), found=found)
    notices.on_task_instance_success("running", instance)
    assert said in caplog.text
    assert bool(said) == bool(caplog.text)


def test_whom_a_dag_wakes_is_known(dags):
    by_asset = {dag.schedule.asset_condition.name: dag_id for dag_id, dag in dags.items() if dag_id in FOLLOWERS}
    woken = {
        dag_id: by_asset[asset.name]
        for dag_id, dag in dags.items()
        for task in dag.tasks
        for asset in task.outlets
        if asset.name in by_asset
    }
    assert woken == notices.WAKES


def test_a_late_run_is_told_of_once_it_has_begun(webhook):
    shown = {"dag_id": "load_warehouse", "dag_run_id": "r 1", "start_date": "2026-11-24T14:43:17Z"}
    notices.on_late_run(context={"dag_run": shown | {"start_date": None, "state": "queued"}})
    notices.on_late_run(context={"dag_run": shown | {"state": "failed"}})
    assert not webhook.arrived, "one that waits behind others is not ill, one that failed has been told of"
    notices.on_late_run(context={"dag_run": shown | {"state": "running"}})
    arrived = webhook.wait_for(1)
    assert arrived[0]["title"] == "Demarche: load_warehouse is late"
    assert "/dags/load_warehouse/runs/r%201" in arrived[0]["text"]
    assert "/pools" in arrived[0]["text"]
    notices.on_late_run()  # whatever Airflow gives


def failed_task(map_index):
    name = "events_have_reports" if map_index == 0 else None
    given = {"dag_id": "check_quality", "run_id": "r 1", "task_id": "check", "try_number": 2, "map_index": map_index}
    return SimpleNamespace(**given, rendered_map_index=name)


def test_of_many_failed_tasks_some_are_named():
    errors = {("check", 0): "CheckError: 3 rows"}
    first, second, *others, last = notices.listed([failed_task(i) for i in range(notices.MOST_TASKS + 2)], errors)
    assert first.startswith("check [events_have_reports], attempt 2: CheckError: 3 rows\n")
    assert "its process ended without a word" in second
    assert second.endswith("/dags/check_quality/runs/r%201/tasks/check/mapped/1")
    assert len(others) == notices.MOST_TASKS - 2
    assert last == "and 2 more tasks"
    assert notices.listed([failed_task(-1)], {})[0].endswith("/tasks/check")


def test_every_dag_says_what_to_do(dags):
    assert all(len(notices.cure(dag.doc_md)) > 40 for dag in dags.values())


def test_a_failed_run_reaches_the_webhook(webhook, monkeypatch):
    monkeypatch.setattr(notices, "failures", lambda dag_id, run_id: [f"{dag_id}, attempt 5: OSError: disk full"])
    monkeypatch.setattr(notices, "last_trouble", lambda *_: None)
    notices.on_dag_run_failed(failed_run(), "task_failure")
    arrived = webhook.wait_for(1)
    assert arrived[0]["title"] == "Demarche: load_warehouse failed for 2018-11-06T14"
    assert "Make room" in arrived[0]["text"]
    assert "disk full" in arrived[0]["text"]


def test_a_notice_comes_even_if_the_database_does_not_answer(webhook, monkeypatch):
    monkeypatch.setattr(notices, "failures", lambda *_: 1 / 0)
    notices.on_dag_run_failed(failed_run(), "task_failure")
    arrived = webhook.wait_for(1)
    assert "task_failure" in arrived[0]["text"]


@pytest.mark.parametrize(
    ("before", "now", "is_told"),
    [
        ({"check [freshness]"}, {"check [freshness]"}, False),
        ({"check [freshness]"}, {"check [freshness]", "check [ledger]"}, True),
        ({"check [freshness]"}, {"check [ledger]"}, True),
    ],
)
def test_the_same_trouble_is_told_once(before, now, is_told, monkeypatch):
    told = []
    monkeypatch.setattr(notices, "failures", lambda *_: ["check"])
    monkeypatch.setattr(notices, "last_trouble", lambda *_: notices.Trouble(frozenset(before), frozenset(now), SINCE))
    monkeypatch.setattr(notices, "send", lambda subject, text: told.append(subject))
    notices._tell_of_failure(RUN, "task_failure", DOCS)
    assert bool(told) is is_told


def test_a_database_that_is_busy_is_asked_again(monkeypatch):
    before = notices.Trouble(frozenset({"check"}), frozenset({"check"}), SINCE)
    answers = [OperationalError("SELECT", {}, Exception("database is locked")), before]

    def last_trouble(*_):
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(notices, "PAUSE_SECONDS", 0)
    monkeypatch.setattr(notices, "failures", lambda *_: ["check"])
    monkeypatch.setattr(notices, "last_trouble", last_trouble)
    monkeypatch.setattr(notices, "send", lambda *_: pytest.fail("it was told again"))
    notices._tell_of_failure(RUN, "task_failure", DOCS)
    assert not answers


def test_the_end_of_trouble_is_told_with_since_when_it_was(webhook, monkeypatch):
    monkeypatch.setattr(
        notices, "last_trouble", lambda *_: notices.Trouble(frozenset({"check [freshness]"}), frozenset(), SINCE)
    )
    notices.on_dag_run_success(failed_run(dag_id="check_quality", partition_key=None), "success")
    arrived = webhook.wait_for(1)
    assert arrived[0]["title"] == "Demarche: check_quality is well again"
    assert "failed since 2026-11-24 14:43 UTC: check [freshness]." in arrived[0]["text"]


def test_a_success_after_a_success_is_no_news(monkeypatch):
    monkeypatch.setattr(notices, "last_trouble", lambda *_: None)
    monkeypatch.setattr(notices, "send", lambda *_: pytest.fail("it was sent"))
    notices._tell_of_recovery(RUN)


@pytest.mark.parametrize(
    ("task_id", "index", "error", "name"),
    [
        ("check", "freshness", None, "check [freshness]"),
        ("parse_documents", "2018-11-06T14 2018-11-06T15", None, "parse_documents"),
        ("tag_shards", "2018-11-06T14/0 2018-11-06T14/12", None, "tag_shards"),
        ("load_warehouse", None, "OSError: 5 MB lacking", "load_warehouse (OSError: MB lacking)"),
        ("check", "x", 'CheckError: x: 1 row, first {"id": "ea"} — Why.', "check [x] (CheckError: x:)"),
        ("check", "x", "CheckError: x: 2 rows, since 2024-03-04, first {}", "check [x] (CheckError: x:)"),
        ("load_warehouse", None, "Gate: held: 2018-11-06T14: x: 3 rows", "load_warehouse (Gate: held: x: rows)"),
    ],
)
def test_trouble_has_the_same_name_in_the_next_run(task_id, index, error, name):
    assert notices.trouble(task_id, index, error) == name


def test_where_notices_go_is_in_the_environment(post_office, monkeypatch, caplog):
    monkeypatch.setenv("DEMARCHE_NOTICE_WEBHOOK_URL", "http://user:secret@127.0.0.1:9/hook")
    notices.send("Demarche: x failed", "Make room.")
    assert [envelope.rcpt_tos for envelope in post_office] == [["desk@example.org"]]
    assert "not taken by the webhook" in caplog.text
    assert "secret" not in caplog.text


def test_without_settings_nothing_is_sent(monkeypatch):
    for name in ("DEMARCHE_NOTICE_WEBHOOK_URL", "DEMARCHE_NOTICE_MAIL_TO"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(notices, "send", lambda *_: pytest.fail("it was sent"))
    notices.on_dag_run_failed(failed_run(), "task_failure")
