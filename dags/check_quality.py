"""Look at the published warehouse with the eyes of someone who must rely on it.

**What it does.** Every morning, one mapped task per check over the published, read-only file. Results go to the
journal, from there into `meta.quality_results`. A check of severity *error* that finds rows fails its task; a *warning*
only shows in the log and the results. Then the daily report is written: *Browse → Daily report* shows the newest, the
run's tab *Daily report* that of its day.

**If it fails.** A red mapped task is named after its check, and its log shows the first rows found. The data are wrong,
or the check is: nothing needs to be done at night, and no load is held up by it.

**Running it again.** Now: a new run, or clear the one red task. Nothing but results is written.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, CronTriggerTimetable, TriggerRule, get_current_context, task

from demarche_policy import late_after, mapped, task_defaults

with DAG(
    "check_quality",
    description="Every check of data quality over the published warehouse, daily",
    doc_md=__doc__,
    schedule=CronTriggerTimetable("30 4 * * *", timezone="UTC"),
    catchup=False,
    max_active_runs=1,
    tags=["demarche", "upkeep"],
    deadline=late_after(hours=1),
    default_args=task_defaults(
        pool="checking",
        retries=1,
        retry_delay=timedelta(minutes=1),
        execution_timeout=timedelta(minutes=10),
    ),
):

    @task
    def list_checks() -> list[str]:
        """Every check's id."""
        from demarche import steps

        return steps.list_checks()

    @mapped(map_index_template="{{ check_id }}")
    def check(check_id: str) -> dict[str, int]:
        """Run one check and keep its result in the journal; answer how many rows it found."""
        from demarche import steps

        get_current_context()["check_id"] = check_id
        return steps.check(check_id).counts

    @task(pool="warehouse", trigger_rule=TriggerRule.ALL_DONE, max_active_tis_per_dag=1)
    def load_results() -> dict[str, int]:
        """Bring the results into `meta.quality_results`."""
        from demarche import steps

        return steps.load_results().counts

    @task(trigger_rule=TriggerRule.ALL_DONE)
    def write_daily_report() -> dict[str, int]:
        """One page: what came in, what was rejected, what was found, what the checks say; its path is in the log."""
        from demarche import steps

        return steps.write_daily_report().counts

    checked = check.expand(check_id=list_checks())
    checked >> [load_results(), write_daily_report()]
    checked >> EmptyOperator(task_id="all_passed")  # a failed check fails the run, though what follows goes on
