"""What every DAG keeps to, once: how failures are tried again, when a run is late, what a person may give a run.

DAG files read this from the plugins' folder, which Airflow puts on the path of whatever reads or runs them.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import (
    Asset,
    DeadlineAlert,
    DeadlineReference,
    ExceptionRetryPolicy,
    Param,
    RetryAction,
    RetryRule,
    StartOfHourMapper,
    SyncCallback,
    task,
)
from airflow.sdk.exceptions import AirflowFailException

from demarche_credentials import take_credentials

WIDTH = 16  # tasks at most; each pays seconds of imports, so many partitions are dealt out, not mapped one by one
SHARE = 64  # shards that one run reads at most: a new hour, which comes first, waits for no more than these


def task_defaults(**own: Any) -> dict[str, Any]:
    """Every task's arguments. What was asked or set wrongly, or lies there damaged (a ``ValueError``: Demarche's own
    for keys, settings, lake and warehouse are), is as wrong at the next attempt, so it fails at once."""
    final = RetryRule(ValueError, RetryAction.FAIL, reason="trying again would not help")
    always = {"owner": "demarche", "pre_execute": take_credentials, "weight_rule": "absolute"}
    return {**always, "retry_policy": ExceptionRetryPolicy([final]), **own}


def mapped(**arguments: Any) -> Any:
    """As ``@task``, for what is expanded: with the docstring as its docs, which Airflow gives to single tasks only."""
    return lambda function: task(doc_md=function.__doc__, **arguments)(function)


def late_after(**time: float) -> DeadlineAlert:
    """A run that has not ended then makes a notice; the executor sends it, no triggerer is needed."""
    callback = SyncCallback("demarche_notices.on_late_run")
    return DeadlineAlert(DeadlineReference.DAGRUN_QUEUED_AT, timedelta(**time), callback, name="late")


def _asset(name: str, holds: str) -> Asset:
    extra = {"holds": holds, "key of its events": "an hour of arrival (UTC)", "extra of its events": "counts"}
    return Asset(name=name, uri=f"x-demarche://{name}", group="demarche", extra=extra)


# By these a station wakes the next.
DOCUMENTS = _asset("documents", "the lake's derived/documents and rejects: articles that were read")
TAGGED_DOCUMENTS = _asset("tagged_documents", "the lake's derived/mentions and reports: who, where, and what is told")
PAIRED_DOCUMENTS = _asset("paired_documents", "the lake's derived/signatures and pairs: which texts are the same")
WAREHOUSE = _asset("warehouse", "the published warehouse: stories and events")

# What a follower may be triggered with; another form is refused when it is asked for.
EVERY_HOUR = StartOfHourMapper(input_format="%Y-%m-%dT%H")


def hour(description: str) -> Param:
    """A field of the form for triggering: an hour or nothing. (``airflow dags trigger`` knows no partition keys.)"""
    form = r"^20\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3])$"
    title = "Hour (UTC), as in 2018-11-06T14"  # is shown by the API's answer to another form, too
    return Param(None, type=["null", "string"], pattern=form, title=title, description=description)


def key_of(dag_run: Any, params: Any, wrong: type[Exception] = AirflowFailException) -> str:
    """The hour that a run is for. A run without one, or with one in which nothing can have arrived, fails at once."""
    if key := asked_for(dag_run, params, wrong):
        return key
    raise wrong(
        "This run has no partition key — "
        f"""trigger {dag_run.dag_id} again with the hour's start in UTC: fill in the form's hour, or pass """
        """-c '{"partition_key": "2018-11-06T14"}'"""
    )


def is_wanted(dag_run: Any) -> bool:
    """Whether a person wants this run (triggered, backfilled or cleared it), not the clock or a station before."""
    return dag_run.run_type not in ("scheduled", "asset_triggered") or bool(dag_run.clear_number)


def asked_for(dag_run: Any, params: Any, wrong: type[Exception] = AirflowFailException) -> str | None:
    """The hour that a run was given, as its partition key or in its form; None if none was."""
    from demarche import steps

    given = {str(key) for key in (dag_run.partition_key, params.get("partition_key")) if key}
    if len(given) > 1:
        raise wrong(f"This run was given two hours, {' and '.join(sorted(given))} — trigger it again with one of them")
    try:
        return steps.arrival_key(given.pop()) if given else None
    except ValueError as error:
        raise wrong(str(error)) from None
