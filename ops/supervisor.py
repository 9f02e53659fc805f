"""`make up` and `make down`: Airflow with its UI on this machine, watched over.

`up` starts the supervisor in the background and returns when the UI answers; the supervisor starts the components,
starts again whatever dies, and stops all of them cleanly when told to. Its lock, not its process id, says whether it
runs: a lock ends with its holder, however that ended.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import IO

import httpx

from demarche.settings import Settings, SettingsError, load_settings
from demarche.steps import diagnose
from ops.demo import CHAIN, POOLS, UPKEEP
from ops.rest import Rest
from ops.services import HOST, ROOT, ServiceError, Site, end_leftovers, leftovers, tail
from ops.watching import Watch

HOME = ROOT / ".state" / "airflow"
LOCK = HOME / "supervisor.json"
LOG = HOME / "components" / "supervisor.log"
PASSWORDS = HOME / "simple_auth_manager_passwords.json.generated"
USER = "demarche"
PORT = 8080
COMPONENTS = ("api-server", "scheduler", "dag-processor", "triggerer")  # without the last the UI shows a red light
WORKING_POOLS = ("reading", "warehouse")  # those that what was dropped must pass
ANSWER_SECONDS = 300  # a machine that is busy is slow, not broken; what dies ends the waiting
STOP_SECONDS = 40
ANOTHER_RUNS = 3  # the exit code of a supervisor that finds another one


def site_on(port: int) -> Site:
    data_folder = _settings().data_folder.absolute()
    return Site(HOME, data_folder, port, {"AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin"})


def _settings(**given: Path) -> Settings:
    """Those of the environment; with a default in place of a wrong one, which is no reason not to stop."""
    try:
        return load_settings(**given)
    except SettingsError as error:
        return error.others or Settings()


def password() -> str:
    """The user's password: made at the first start, then kept where Airflow looks for it."""
    if not PASSWORDS.exists():
        HOME.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(PASSWORDS, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump({USER: secrets.token_urlsafe(12)}, file)
    return str(json.loads(PASSWORDS.read_text())[USER])


def client(site: Site) -> Rest:
    return Rest(site, {"username": USER, "password": password()})


# --- the supervisor ----------------------------------------------------------------------------------------------
class Supervisor:
    def __init__(self, site: Site) -> None:
        self.site = site
        self.watch = Watch(site, COMPONENTS, say, ends_orphans=True)
        self.is_told_to_stop = False

    def run(self) -> None:
        """Start, watch, stop; returns when told to stop by SIGTERM or SIGINT."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._tell_to_stop)
        self._migrate()
        pools_are_made = False
        try:
            while not self.is_told_to_stop:
                self.watch.look()
                pools_are_made = pools_are_made or self._make_pools()
                time.sleep(0.5)
        finally:
            say("stopping")
            ended = self.watch.stop()
            say(f"stopped; tasks that had to be ended: {len(ended)}")

    def _migrate(self) -> None:
        try:
            self.site.migrate()
        except ServiceError as error:
            if "Can't locate revision" not in str(error):
                raise
            raise ServiceError(
                f"{self.site.home}/airflow.db was made by a newer Airflow than the one installed here, and there is no "
                "way back: take that version again, or put a backup in its place, or remove the file, which forgets "
                "the history of runs; lake and warehouse stay"
            ) from None

    def _tell_to_stop(self, number: int, frame: FrameType | None) -> None:
        self.is_told_to_stop = True

    def _make_pools(self) -> bool:
        with client(self.site) as rest, contextlib.suppress(ServiceError, httpx.HTTPError):
            if rest.log_in():
                rest.make_pools(POOLS)
                return True
        return False


def say(text: str) -> None:
    print(time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), text, flush=True)


def supervise(port: int) -> int:
    with _lock() as file:
        if file is None:
            print("another supervisor runs already", file=sys.stderr)
            return ANOTHER_RUNS
        file.write(json.dumps({"process": os.getpid(), "port": port}))
        file.flush()
        try:
            Supervisor(site_on(port)).run()
        except ServiceError as error:
            say(str(error))
            return 1
    return 0


@contextlib.contextmanager
def _lock() -> Iterator[IO[str] | None]:
    """The emptied lock file, held; None where another process holds it."""
    HOME.mkdir(parents=True, exist_ok=True)
    with LOCK.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield None
            return
        file.truncate(0)
        yield file


def running() -> dict[str, int] | None:
    """The supervisor's process and port, if one runs."""
    if not LOCK.exists():
        return None
    with LOCK.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return dict(json.loads(file.read() or "{}")) or None
    return None


# --- the commands ------------------------------------------------------------------------------------------------
def up(asked_port: int | None) -> int:
    port = asked_port or PORT
    if found := running():
        with client(site_on(found["port"])) as rest:
            is_up = rest.log_in()
            hindered = _hindrances(rest) if is_up else []
        print(f"Airflow is {'up' if is_up else 'coming up'} already.\n{_welcome(rest.site, hindered)}")
        if asked_port in (None, found["port"]):
            return 0
        print(f"It stays on port {found['port']}. To move it: make down; make up PORT={asked_port}", file=sys.stderr)
        return 1
    missing = [finding for finding in diagnose() if not finding.is_good]
    if any(not finding.can_wait for finding in missing):
        print("Airflow was not started; missing or wrong (docs/settings.md):", *missing, sep="\n  ", file=sys.stderr)
        return 1
    end_leftovers(site_on(port))  # of a supervisor that was killed; they would hold the port
    if _is_taken(port):
        print(f"Port {port} is taken by another program. Choose one: make up PORT=8090", file=sys.stderr)
        return 1
    password()
    site = site_on(port)
    _drop_folder(site).mkdir(parents=True, exist_ok=True)
    LOG.parent.mkdir(parents=True, exist_ok=True)
    print("Starting Airflow ...", flush=True)
    with LOG.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "ops.supervisor", "run", "--port", str(port)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    deadline = time.monotonic() + ANSWER_SECONDS
    with client(site) as rest:
        while not _is_ready(rest):
            if process.poll() == ANOTHER_RUNS:
                print("Airflow is coming up already: another make up has begun before this one.", file=sys.stderr)
                return 1
            if process.poll() is not None or time.monotonic() > deadline:
                unread = _unread_dags(rest)
                down()
                print(f"Airflow did not come up. The end of {LOG}:\n{tail(LOG)}", *unread, sep="\n", file=sys.stderr)
                return 1
            time.sleep(0.5)
        hindered = [*obstacles(rest), *missing]
    print(_welcome(site, hindered))
    return 0


def _unread_dags(rest: Rest) -> list[str]:
    try:
        return rest.import_errors()
    except (ServiceError, httpx.HTTPError):
        return []


def _is_ready(rest: Rest) -> bool:
    try:
        if not rest.log_in():
            return False
        health = rest.get("monitor/health")
        pools = {pool["name"] for pool in rest.get("pools")["pools"]}
        return (
            all(health[part]["status"] == "healthy" for part in ("scheduler", "dag_processor", "triggerer"))
            and rest.dag_ids() >= {*CHAIN, *UPKEEP}
            and pools >= set(json.loads(POOLS.read_text()))
        )
    except (ServiceError, httpx.HTTPError):
        return False


def _hindrances(rest: Rest) -> list[str]:
    """What keeps an Airflow that answers from working: components that aren't well, and obstacles."""
    try:
        health = rest.get("monitor/health")
        ill = [name for name in COMPONENTS[1:] if health[name.replace("-", "_")]["status"] != "healthy"]
        return [*(f"The {name} is not well; its log: {rest.site.logs / name}.log" for name in ill), *obstacles(rest)]
    except (ServiceError, httpx.HTTPError) as error:
        return [f"It could not be asked how it is: {error}"]


def _welcome(site: Site, hindered: Iterable[object] = ()) -> str:
    return "\n".join(
        (
            f"  UI          {site.url}   user {USER}   password {password()}",
            f"  drop folder {_drop_folder(site)}   read every hour",
            f"  now         open {site.url}/dags/ingest_documents, press Trigger, and fill in the hour;",
            "              or: make now",
            f"  logs        {site.logs}",
            '  airflow     make airflow ARGS="dags list"   (its own command line)',
            "  stop        make down",
            *(f"  but         {text}" for text in hindered),
        )
    )


def _drop_folder(site: Site) -> Path:
    return _settings(data_folder=site.data_folder).drop_folder.absolute()


def now() -> int:
    """Start `ingest_documents` for the present hour: what was dropped is read at once."""
    found = running()
    if not found:
        is_orphaned = HOME.exists() and leftovers(site_on(PORT))
        why = "Airflow's supervisor is gone" if is_orphaned else "Airflow is not up"
        print(f"{why}: make up", file=sys.stderr)
        return 1
    key = time.strftime("%Y-%m-%dT%H", time.gmtime())
    with client(site_on(found["port"])) as rest:
        if not rest.log_in():
            print("Airflow does not answer (yet)", file=sys.stderr)
            return 1
        rest.make_pools(POOLS)
        if hindered := obstacles(rest, WORKING_POOLS):
            print("Nothing was started.", *hindered, sep="\n", file=sys.stderr)
            return 1
        # As if asked for when the hour began: before hours of the past that somebody has triggered since then.
        first = {"run_after": f"{key}:00:00Z", "dag_run_id": time.strftime("now__%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
        print(f"Started {rest.trigger(CHAIN[0], key, **first)} for {key}: {rest.site.url}/dags/{CHAIN[0]}")
    return 0


def obstacles(rest: Rest, pools: Collection[str] = ()) -> list[str]:
    """What would keep a run waiting, or lose it on its way, each with its cure; of pools, only these if any are named.
    Raises ServiceError."""
    found = []
    slots = {pool["name"]: pool["slots"] for pool in rest.get("pools", limit=100)["pools"]}
    for name in pools or json.loads(POOLS.read_text()):
        if not slots.get(name):
            found.append(f"The pool {name} has no slots, its tasks would wait for ever: {rest.site.url}/pools")
    is_paused = {dag["dag_id"]: dag["is_paused"] for dag in rest.get("dags", limit=100)["dags"]}
    for dag_id in CHAIN:
        if is_paused.get(dag_id, True):
            state = "is paused" if dag_id in is_paused else "isn't there (yet)"
            found.append(f"{dag_id} {state}, what it is sent is lost until its next run: {rest.site.url}/dags/{dag_id}")
    return found


def down() -> int:
    """Stop everything that `up` started, and whatever a killed supervisor left."""
    if found := running():
        with contextlib.suppress(ProcessLookupError):
            os.kill(found["process"], signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while running() and time.monotonic() < deadline:
            time.sleep(0.2)
        if running():
            with contextlib.suppress(ProcessLookupError):
                os.kill(found["process"], signal.SIGKILL)
    if HOME.exists():
        end_leftovers(site_on(PORT))
    print("Airflow is down; its history stays in .state/airflow.")
    return 0


def airflow(arguments: Sequence[str]) -> int:
    """Airflow's own command line, in the environment of what `up` starts."""
    if not (HOME / "airflow.db").exists():
        print("There is no Airflow here yet: make up", file=sys.stderr)
        return 1
    site = site_on((running() or {"port": PORT})["port"])
    command = [sys.executable, "-m", "airflow", *arguments]
    return subprocess.run(command, cwd=ROOT, env=site.environment(), check=False).returncode


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"a port is a number from 1 to 65535, not {text}")
    return int(text)


def main() -> int:
    if sys.argv[1:2] == ["airflow"]:
        return airflow(sys.argv[2:])
    parser = argparse.ArgumentParser(prog="ops.supervisor", description=__doc__)
    parser.add_argument("command", choices=("up", "down", "now", "run"))
    parser.add_argument("--port", type=_port)
    given = parser.parse_args()
    match given.command:
        case "up":
            return up(given.port)
        case "down":
            return down()
        case "now":
            return now()
    return supervise(given.port or PORT)


if __name__ == "__main__":
    sys.exit(main())
