"""Tasks that begin at once: the processes from which they are forked have imported what they need.

The LocalExecutor forks a process for each task. Demarche's imports, the language model and the gazetteer would cost
each of them seconds; here they are had once, before, and are shared memory. Code that changes is taken up when the
scheduler starts again. ``ops/services.py`` names the executor as ``[core] executor``; a Celery worker does the same by
importing ``demarche.steps.warm``.
"""

from __future__ import annotations

from airflow.executors.local_executor import LocalExecutor


class WarmLocalExecutor(LocalExecutor):
    """Airflow's, warmed up before it forks its workers."""

    def start(self) -> None:
        """Airflow's scheduler calls this once, before its loop."""
        from demarche import steps

        steps.warm_up()
        super().start()
