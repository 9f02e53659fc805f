"""Airflow's components as processes of this machine: their environment, their start, their clean end.

Each component gets a session of its own, so that stopping it reaches its workers. A running task has a process group of
its own and survives a killed scheduler; such leftovers are found by the ``AIRFLOW_HOME`` in their environment.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
COMPONENTS = ("api-server", "scheduler", "dag-processor", "triggerer")
# Nothing new is begun, then running tasks report to the API, then nobody needs a database any more.
STOP_ORDER = (("scheduler",), ("worker", "dag-processor", "triggerer"), ("api-server",), ("redis", "postgres"))

# What makes an Airflow heal without hands within two minutes; docker-compose.yaml and ops/helm say the same, and a
# test compares. docs/faults.md shows what comes of it.
HEALING = {
    # A task whose process is gone has no heartbeat: noticed within a minute (by default after five), but not before an
    # API server that is started again (up to 30 s on a busy machine) has taken the heartbeats of the living.
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "40",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "5",
    # The tasks of a scheduler that died belong to nobody until another one adopts them.
    "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_THRESHOLD": "20",
    "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "15",
    # A task that was handed over but never begun: its message was lost with a worker, a broker or a scheduler. One that
    # merely waits for a free worker is handed over again, so that must never count as a failure.
    "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT": "45",
    "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT_CHECK_INTERVAL": "15",
    "AIRFLOW__SCHEDULER__NUM_STUCK_IN_QUEUED_RETRIES": "1000000",
    # A running task outlives an API server that is started again (by default it gives up after about ten seconds).
    "AIRFLOW__WORKERS__EXECUTION_API_RETRIES": "12",
    "AIRFLOW__WORKERS__EXECUTION_API_RETRY_WAIT_MAX": "8",
}


class ServiceError(RuntimeError):
    """A component did not start, answer or stay; the message says which and where its log is."""


@dataclass(frozen=True)
class Command:
    """How a component is started, where it isn't `airflow <name>`; ``user`` is a numeric id, None our own."""

    arguments: Sequence[str]
    user: int | None = None
    stop_signal: signal.Signals = signal.SIGTERM


@dataclass(frozen=True)
class Site:
    """One Airflow on this machine: its folder, its port, and what its processes find in their environment.

    A variable that is None is taken out of the environment.
    """

    home: Path
    data_folder: Path
    port: int
    variables: Mapping[str, str | None] = field(default_factory=dict)
    commands: Mapping[str, Command] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def logs(self) -> Path:
        return self.home / "components"

    def environment(self) -> dict[str, str]:
        """The whole environment of a component: nothing is read from an ``airflow.cfg``."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW_")}
        wanted = inherited | {
            "AIRFLOW_HOME": str(self.home),
            "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
            "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            # SQLite's writers wait for one another; the default of 5 s is too short for a scheduler's first round.
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{self.home}/airflow.db?timeout=60",
            # The API server's loop waits for a connection itself; those who have one need the loop to give it back.
            "AIRFLOW__DATABASE__SQL_ALCHEMY_MAX_OVERFLOW": "-1",
            "AIRFLOW__CORE__EXECUTOR": "demarche_warm.WarmLocalExecutor",  # a LocalExecutor (plugins/demarche_warm.py)
            "AIRFLOW__CORE__PARALLELISM": "2",  # a task is a process that computes: more of them than cores only wait
            "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",  # an event for a paused DAG is lost
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{self.url}/execution/",
            "AIRFLOW__API__HOST": HOST,
            "AIRFLOW__API__PORT": str(self.port),
            "AIRFLOW__API__BASE_URL": self.url,
            "AIRFLOW__API__WORKERS": "1",
            "AIRFLOW__API__SECRET_KEY": self._secret("api"),
            "AIRFLOW__API_AUTH__JWT_SECRET": self._secret("jwt"),
            "AIRFLOW__CORE__FERNET_KEY": "",
            "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.3",
            **HEALING,
            "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
            "DEMARCHE_DATA_FOLDER": str(self.data_folder),
            "PYTHONUNBUFFERED": "1",
            "SPT_NOENV": "1",  # a process that renames itself keeps its environment, by which leftovers are found
            **self.variables,
        }
        return {name: value for name, value in wanted.items() if value is not None}

    def _secret(self, name: str) -> str:
        """A secret of this site, made once and kept beside its database, readable to its owner only."""
        path = self.home / f"{name}.secret"
        if not path.exists():
            self.home.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_hex(32))
        return path.read_text()

    def migrate(self, timeout: float = 180) -> None:
        """Make the metadata database, or bring it to this version of Airflow."""
        run([sys.executable, "-m", "airflow", "db", "migrate"], self, "migrate", timeout)


def run(command: list[str], site: Site, name: str, timeout: float) -> None:
    """Run one command of a site to its end, its output in the site's logs. Raises ServiceError."""
    site.logs.mkdir(parents=True, exist_ok=True)
    log = site.logs / f"{name}.log"
    with log.open("ab") as output:
        try:
            code = subprocess.run(
                command, cwd=ROOT, env=site.environment(), stdout=output, stderr=output, timeout=timeout, check=False
            ).returncode
        except subprocess.TimeoutExpired:
            raise ServiceError(f"{name} took longer than {timeout:.0f} s; its log is {log}") from None
    if code:
        raise ServiceError(f"{name} ended with exit code {code}; its log is {log}\n{tail(log)}")


class Component:
    """One running part of Airflow, or of what it needs."""

    def __init__(self, name: str, site: Site) -> None:
        self.name = name
        self.log = site.logs / f"{name}.log"
        self.command = site.commands.get(name) or Command([sys.executable, "-m", "airflow", name])
        site.logs.mkdir(parents=True, exist_ok=True)
        user = self.command.user
        another = {} if user is None else {"user": user, "group": user, "extra_groups": ()}
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command.arguments,
                cwd=ROOT,
                env=site.environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                **another,
            )

    def is_alive(self) -> bool:
        return self.process.poll() is None

    @property
    def kind(self) -> str:
        """The name without a number: worker-1 is a worker."""
        return self.name.rstrip("-0123456789")

    def ask_to_stop(self) -> None:
        self._signal(self.command.stop_signal)

    def kill(self) -> None:
        """What a crash does: the component and its group end at once; a task has a group of its own, and lives on."""
        self._signal(signal.SIGKILL)

    def wait_or_kill(self, timeout: float) -> None:
        """Wait for the end; whatever of its group is left then is killed."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout)
        self.kill()
        self.process.wait()

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, number)


def start(site: Site, names: Iterable[str] = COMPONENTS) -> dict[str, Component]:
    return {name: Component(name, site) for name in names}


def stop(components: Mapping[str, Component], site: Site, timeout: float = 15) -> list[int]:
    """Stop all, in an order that lets tasks report, then end what they left behind; answer those processes' ids."""
    for kinds in STOP_ORDER:
        together = [component for component in components.values() if component.kind in kinds]
        for component in together:
            component.ask_to_stop()
        for component in together:
            component.wait_or_kill(timeout)
    return end_leftovers(site)


def end_leftovers(site: Site) -> list[int]:
    """End every process that still carries this site's home in its environment; answer their ids."""
    return end_orphans(site, set())


def end_orphans(site: Site, sessions: Set[int]) -> list[int]:
    """End this site's processes outside the given sessions: tasks whose scheduler was killed; answer their ids."""
    found = _outside(site, sessions)
    for number in (signal.SIGTERM, signal.SIGKILL):
        for process in _outside(site, sessions):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(process, number)
        deadline = time.monotonic() + 5
        while _outside(site, sessions) and time.monotonic() < deadline:
            time.sleep(0.1)
    return found


def _outside(site: Site, sessions: Set[int]) -> list[int]:
    outside = []
    for process in leftovers(site):
        with contextlib.suppress(ProcessLookupError):
            if os.getsid(process) not in sessions:
                outside.append(process)
    return outside


def leftovers(site: Site) -> list[int]:
    """Processes, other than this one, whose environment names this site's home (Linux; elsewhere none is seen)."""
    mark = f"AIRFLOW_HOME={site.home}\0".encode()
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if int(entry.name) != os.getpid() and mark in (entry / "environ").read_bytes() + b"\0":
                found.append(int(entry.name))
    return sorted(found)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        return int(listener.getsockname()[1])


def tail(path: Path, lines: int = 25) -> str:
    """The last lines of a log."""
    if not path.exists():
        return f"(there is no log {path})"
    return "\n".join(path.read_text("utf-8", "replace").splitlines()[-lines:])
