"""What Demarche says when something went wrong: in the task's own log, and as a notice to whoever is to know.

A task that fails says in its log what to do. A run that failed for good, or is late, makes a notice: which tasks, why,
where to look, what to do. The same trouble in the runs after it is told once; so is its end, and since when it was.

``DEMARCHE_NOTICE_WEBHOOK_URL`` is sent JSON with a ``text`` (Slack, Mattermost and Teams show it).
``DEMARCHE_NOTICE_MAIL_TO`` gets mail, from ``DEMARCHE_NOTICE_MAIL_FROM``, through ``DEMARCHE_NOTICE_SMTP_URL``:
``smtp[s]://[user:password@]host[:port]``; ``smtp`` uses STARTTLS where the server offers it. The scheduler calls this,
so sending goes on beside it, within bounds.
"""

from __future__ import annotations

import faulthandler
import logging
import os
import re
import signal
import textwrap
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import takewhile
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import tenacity
from airflow.listeners import hookimpl

if TYPE_CHECKING:
    from demarche.sending import Ways

_WAYS = ("WEBHOOK_URL", "MAIL_TO", "MAIL_FROM", "SMTP_URL")
GRACE_SECONDS = 60  # in which a task that Airflow has told to end for its timeout can do so
ATTEMPTS, PAUSE_SECONDS = 4, 2  # at asking Airflow's database, and between them, growing
MOST_TASKS = 10  # that a notice names
MOST_RUNS = 1000  # that are looked at for since when something is ill
DASH = " — "  # between what is wrong and what to do
UNFOLD = "::endgroup::"  # what comes at a task's end lies in a group of the log that the UI shows folded up
WAKES = {  # whom a DAG's success wakes
    "ingest_documents": "tag_documents",
    "tag_documents": "deduplicate_documents",
    "deduplicate_documents": "load_warehouse",
}
log = logging.getLogger(__name__)


# --- in the task's process ---------------------------------------------------------------------------------------
@hookimpl
def on_task_instance_running(previous_state: Any, task_instance: Any) -> None:
    """Airflow calls this in the task's process before the task's own code: native code that crashes, or doesn't come
    back in time, ends the process, and the log says where.

    The handler that Airflow leaves behind when it has read the DAG file is written in Python, and would return to the
    instruction that crashed, for ever; so would the task's timeout wait for native code to return.
    """
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGSEGV, signal.SIG_DFL)
        faulthandler.enable()
    if timeout := getattr(getattr(task_instance, "task", None), "execution_timeout", None):
        faulthandler.dump_traceback_later(timeout.total_seconds() + GRACE_SECONDS, exit=True)


@hookimpl
def on_task_instance_failed(previous_state: Any, task_instance: Any, error: Any) -> None:
    """Airflow calls this in the task's process after each attempt that failed (elsewhere, there is no exception)."""
    faulthandler.cancel_dump_traceback_later()
    if isinstance(error, BaseException):
        task_instance.xcom_push(key="error", value=reason(error))
        told = str(error)
        advice = cure(task_instance.task.dag.doc_md or "", [told]) or told.partition(DASH)[2]
        what_to_do = textwrap.fill(f"What to do: {advice}", 110)
        log.info(UNFOLD)
        log.error("%s\nRunbook: %s", what_to_do, _address("demarche/runbook"))


@hookimpl
def on_task_instance_success(previous_state: Any, task_instance: Any) -> None:
    """Airflow calls this in the task's process. An event for a DAG that is paused or gone is lost, so that is said."""
    faulthandler.cancel_dump_traceback_later()
    woken = WAKES.get(task_instance.dag_id)
    task = getattr(task_instance, "task", None)
    if not woken or not getattr(task, "outlets", None) or not hasattr(task_instance, "get_dag"):
        return
    try:
        found = "is paused" if task_instance.get_dag(woken).is_paused else ""
    except Exception:  # whatever the API answers for a DAG that it doesn't know
        found = "isn't there (deleted, or its file can't be read)"
    if found:
        log.info(UNFOLD)
        log.warning(
            "%s %s, so it doesn't take this partition now. Nothing is lost: once it is back, its next run takes all "
            "that is left; trigger it without a key to have that at once.",
            woken,
            found,
        )


@hookimpl
def on_task_instance_skipped(previous_state: Any, task_instance: Any) -> None:
    """Airflow calls this in the task's process; with `airflow dags test` that goes on with other tasks."""
    faulthandler.cancel_dump_traceback_later()


def reason(error: BaseException) -> str:
    """An error's kind and message on one line, bounded, without control characters."""
    line = " ".join(f"{type(error).__name__}: {error}".split())
    return "".join(character if character.isprintable() else "\ufffd" for character in line)[:500]


# --- in the scheduler --------------------------------------------------------------------------------------------
@hookimpl
def on_dag_run_failed(dag_run: Any, msg: str) -> None:
    """Airflow's scheduler calls this once, when a run has failed for good."""
    if is_wanted():
        docs = getattr(getattr(dag_run, "dag", None), "doc_md", None) or ""
        threading.Thread(target=_tell_of_failure, args=(_named(dag_run), msg, docs), name="notice", daemon=True).start()


@hookimpl
def on_dag_run_success(dag_run: Any, msg: str) -> None:
    """Airflow's scheduler calls this once, when a run has succeeded."""
    if is_wanted():
        threading.Thread(target=_tell_of_recovery, args=(_named(dag_run),), name="notice", daemon=True).start()


def _named(dag_run: Any) -> dict[str, Any]:
    return {name: getattr(dag_run, name) for name in ("dag_id", "run_id", "partition_key", "end_date")}


def _patiently(ask: Callable[[], Any]) -> Any:
    """An answer of Airflow's database, asked again while that is busy: else the same would be told twice."""
    from sqlalchemy.exc import OperationalError

    return tenacity.Retrying(
        stop=tenacity.stop_after_attempt(ATTEMPTS),
        wait=tenacity.wait_incrementing(PAUSE_SECONDS, PAUSE_SECONDS),
        retry=tenacity.retry_if_exception_type(OperationalError),
        reraise=True,
    )(ask)


def _tell_of_failure(run: Mapping[str, Any], msg: str, docs: str) -> None:
    try:
        tasks = _patiently(lambda: failures(run["dag_id"], run["run_id"]))
        before = _patiently(lambda: last_trouble(run["dag_id"], run["run_id"], run["end_date"]))
    except Exception as error:  # a notice that names no task is better than none
        log.error("The failed tasks of %s could not be read: %s", run["dag_id"], type(error).__name__)
        tasks, before = [msg], None
    if before and before.tasks == before.tasks_now:
        log.info("%s fails as it did before, which was told: no notice", run["dag_id"])
    else:
        send(*notice(run, "failed", tasks, docs))


def _tell_of_recovery(run: Mapping[str, Any]) -> None:
    try:
        before = _patiently(lambda: last_trouble(run["dag_id"], run["run_id"], run["end_date"]))
    except Exception as error:
        log.error("The runs of %s could not be read: %s", run["dag_id"], type(error).__name__)
        return
    if before:
        details = [f"Its runs had failed since {before.since:%Y-%m-%d %H:%M} UTC: {', '.join(sorted(before.tasks))}."]
        send(*notice(run, "is well again", details, ""))


@dataclass(frozen=True)
class Trouble:
    """The failed runs of a DAG just before a run: their last one's failed tasks, this one's, and when it began."""

    tasks: frozenset[str]
    tasks_now: frozenset[str]
    since: datetime


def last_trouble(dag_id: str, run_id: str, end_date: datetime | None) -> Trouble | None:
    """What was wrong with the run that ended before this one did; None if it was well, or there was none."""
    from airflow.models.dagrun import DagRun
    from airflow.models.taskinstance import TaskInstance
    from airflow.models.xcom import XComModel
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session() as session:
        ended = session.execute(
            select(DagRun.run_id, DagRun.state, DagRun.end_date)
            .where(DagRun.dag_id == dag_id, DagRun.run_id != run_id, DagRun.state.in_(("success", "failed")))
            .where(DagRun.end_date <= (end_date or datetime.now(UTC)))
            .order_by(DagRun.end_date.desc())
            .limit(MOST_RUNS)
        ).all()
        ill = list(takewhile(lambda row: row.state == "failed", ended))
        if not ill:
            return None
        failed = session.scalars(
            select(TaskInstance).where(
                TaskInstance.dag_id == dag_id,
                TaskInstance.run_id.in_((run_id, ill[0].run_id)),
                TaskInstance.state == "failed",
            )
        ).all()
        rows = session.scalars(
            select(XComModel).where(
                XComModel.dag_id == dag_id, XComModel.run_id.in_((run_id, ill[0].run_id)), XComModel.key == "error"
            )
        ).all()
        errors = {(row.run_id, row.task_id, row.map_index): XComModel.deserialize_value(row) for row in rows}
        told, now = (
            frozenset(
                trouble(one.task_id, one.rendered_map_index, errors.get((wanted, one.task_id, one.map_index)))
                for one in failed
                if one.run_id == wanted
            )
            for wanted in (ill[0].run_id, run_id)
        )
        return Trouble(told, now, ill[-1].end_date)


def trouble(task_id: str, index: str | None, error: str | None = None) -> str:
    """What a task's failure is called from one run to the next, with how its error begins: hours and numbers are others
    each time, and so are the rows that a check found, and since when it does."""
    name = re.sub(r"\d{4}-\d{2}-\d{2}T\d{2}(/\w+)?", "", index or "").strip()
    said = re.split(r" rows?, (?:since|first) ", error or "")[0]
    why = " ".join(re.sub(r"\d\S*", "", said).split())[:100]
    return " ".join(filter(None, (task_id, name and f"[{name}]", why and f"({why})")))


def failures(dag_id: str, run_id: str) -> list[str]:
    """The failed tasks of a run, each with its attempts, the error that it told, and where its log is."""
    from airflow.models.taskinstance import TaskInstance
    from airflow.models.xcom import XComModel
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session() as session:
        found = session.scalars(
            select(TaskInstance)
            .where(TaskInstance.dag_id == dag_id, TaskInstance.run_id == run_id, TaskInstance.state == "failed")
            .order_by(TaskInstance.end_date)
        ).all()
        told = session.scalars(
            select(XComModel).where(XComModel.dag_id == dag_id, XComModel.run_id == run_id, XComModel.key == "error")
        ).all()
        errors = {(row.task_id, row.map_index): XComModel.deserialize_value(row) for row in told}
        return listed(found, errors)


def listed(tasks: Sequence[Any], errors: Mapping[tuple[str, int], str]) -> list[str]:
    """A paragraph for each of the first tasks, and one for the rest; errors are by task and number among the mapped."""
    told = [_failure(task, errors.get((task.task_id, task.map_index))) for task in tasks[:MOST_TASKS]]
    return told + ([f"and {len(tasks) - MOST_TASKS} more tasks"] if len(tasks) > MOST_TASKS else [])


def _failure(task: Any, error: str | None) -> str:
    mapped = f"/mapped/{task.map_index}" if task.map_index >= 0 else ""
    name = f"{task.task_id} [{task.rendered_map_index or task.map_index}]" if mapped else task.task_id
    page = f"dags/{quote(task.dag_id)}/runs/{quote(task.run_id)}/tasks/{quote(task.task_id)}{mapped}"
    why = error or "its process ended without a word (killed, out of memory, or its machine went away)"
    return f"{name}, attempt {task.try_number}: {why}\n{_address(page)}"


# --- by the deadline of a DAG ------------------------------------------------------------------------------------
def on_late_run(context: Mapping[str, Any] | None = None, **_: Any) -> None:
    """Airflow calls this through its executor when a run has missed its DAG's deadline.

    One that waits behind another run of its DAG is passed over: it isn't ill, and after a backfill there are many. So
    is one that failed: that has been told, but Airflow keeps its deadline.
    """
    given = dict((context or {}).get("dag_run") or {})  # as the REST API shows a run
    if not given.get("start_date") or given.get("state") != "running":
        return
    run = {"dag_id": given["dag_id"], "run_id": given["dag_run_id"], "partition_key": given.get("partition_key")}
    hint = (
        "It is still running, or its tasks are waiting. Tasks that stay *scheduled* wait for a slot: look whether a "
        f"pool has none ({_address('pools')}); tasks that stay *queued* wait for a worker."
    )
    subject, text = notice(run, "is late", [hint], "")
    log.warning("%s\n%s", subject, text)
    if is_wanted():
        send(subject, text)


# --- notices -----------------------------------------------------------------------------------------------------
def is_wanted() -> bool:
    """Whether anybody is to be told."""
    return bool(os.environ.get("DEMARCHE_NOTICE_WEBHOOK_URL") or os.environ.get("DEMARCHE_NOTICE_MAIL_TO"))


def notice(run: Mapping[str, Any], what: str, details: list[str], docs: str) -> tuple[str, str]:
    """A line and a text: what happened, for which key, where to look, what in detail, and what its DAG says to do."""
    key = f" for {run['partition_key']}" if run["partition_key"] else ""
    advice = cure(docs, details)
    parts = [
        f"{run['dag_id']} {what}{key}.",
        _address(f"dags/{quote(run['dag_id'])}/runs/{quote(run['run_id'])}"),
        *details,
        f"What to do: {advice}" if advice else "",
        f"Runbook: {_address('demarche/runbook')}",
    ]
    return f"Demarche: {run['dag_id']} {what}{key}", "\n\n".join(filter(None, parts))


def _address(page: str) -> str:
    from airflow.configuration import conf

    return f"{conf.get('api', 'base_url', fallback='').rstrip('/')}/{page}"


def cure(docs: str, errors: Sequence[str] = ()) -> str:
    """What to do: nothing that isn't said already, where each error tells it after a dash, as ours do of what was asked
    or set wrongly; else the paragraph *If it fails* of a DAG's docs, as one line."""
    if errors and all(DASH in error for error in errors):
        return ""
    found = re.search(r"\*\*If it fails\.\*\*(.*?)(?=\n\n|\Z)", docs, re.DOTALL)
    return " ".join(found[1].split()) if found else ""


def send(subject: str, text: str) -> None:
    """Send by every way that is set; a way that fails is logged, and stops no other: the scheduler goes on."""
    from demarche.sending import send as send_by

    for failure in send_by(subject, text, ways()):
        log.error("The notice %r was not taken by %s", subject, failure)


def ways() -> Ways:
    """Where notices go, by this process's environment."""
    from demarche.sending import Ways

    return Ways(**{name.lower(): os.environ.get(f"DEMARCHE_NOTICE_{name}", "") for name in _WAYS})
