"""What happens when a part dies in mid-work: kills and restarts over the whole chain, and what they cost.

    python -m benchmarks.faults [--executor celery|local] [--only NAME ...] [--kills 30]
    python -m benchmarks.faults_report          # writes docs/faults.md from what the runs found

A run starts Airflow (with Celery: PostgreSQL, Redis and two workers as well), drops invented articles again and again,
waits until a certain task runs, kills something, and waits until the articles are in the published warehouse, without
doing anything about it. Meanwhile a reader keeps opening the published file. In the end everything is derived once more
from the same raw bytes, undisturbed and without Airflow, and compared. What is found is appended to a file, so that a
long measurement can be done in parts: about a minute for each fault, and for each of the random kills.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx
import psutil

from benchmarks import invented
from benchmarks.deadly import sitecustomize as deadly
from demarche import steps
from demarche.settings import Settings
from demarche.warehouse import overview, query, snapshot
from ops import demo, topology
from ops.rest import Rest
from ops.services import COMPONENTS, Component, ServiceError, Site
from ops.watching import Watch

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / ".state" / "faults.jsonl"
ARTICLES = 40  # of a round
WINDOW = 15.0  # seconds from the start of a round within which a random kill comes: an undisturbed round takes 13
LIMIT = 300.0  # seconds, after which a round counts as not healed

Answer = TypeVar("Answer")
Say = Callable[[str], None]


@dataclasses.dataclass
class Outcome:
    """What one round found; seconds are counted from the fault."""

    executor: str
    fault: str
    moment: str
    loaded_after: float | None
    quiet_after: float | None
    happened: list[str]
    read_failures: list[str]
    load: float | None = None  # how many processes wanted a processor core at the time of the fault
    nice: int = dataclasses.field(default_factory=lambda: os.nice(0))  # what the parts had of them: less is more


# --- a running Airflow, and questions to it ----------------------------------------------------------------------
class Bench:
    """A running Airflow on which rounds are played, one after the other."""

    def __init__(self, executor: str, site: Site, rest: Rest, watch: Watch, say: Say) -> None:
        self.executor = executor
        self.site = site
        self.rest = rest
        self.watch = watch
        self.say = say
        self.warehouse = site.data_folder / "warehouse.duckdb"
        self._counted: tuple[tuple[int, ...] | None, int] = None, 0
        self.dropped = self._count()
        self._hour = datetime(2024, 3, 1)

    def round(self, fault: Fault, chosen: random.Random | None = None) -> Outcome:
        """Drop articles, start the chain, wait for the fault's moment, do it, and wait until all is well again."""
        key = self._hour.strftime("%Y-%m-%dT%H")
        self._hour += timedelta(hours=1)
        records = [*invented.articles(ARTICLES, f"{self.executor}-{key}"), *fault.extra(key)]
        expected = self.dropped + ARTICLES + fault.kept
        invented.drop(self.site.data_folder / "drop", key, iter(records))
        self._insist(lambda: self.rest.trigger(demo.CHAIN[0], key))
        moment = fault.wait(self, chosen)
        with reading(self.warehouse) as failures:
            begun, load = time.monotonic(), os.getloadavg()[0]
            happened = fault.act(self, chosen)
            self.say(f"{fault.name} at {moment}: {'; '.join(happened)}")
            loaded_after = self._until(lambda: self._count() >= expected, begun)
            self._until(lambda: self._count() >= expected and self._all_alive() and self._is_quiet(), begun)
            quiet_after = time.monotonic() - begun if loaded_after is not None else None
        if loaded_after is None:
            happened.append("not healed")
            self._insist(lambda: self.rest.trigger(demo.CHAIN[0], key))  # with hands, so that others can follow
            self._until(lambda: self._count() >= expected, time.monotonic())
        self.dropped = self._count()
        if self.dropped != expected:
            happened.append(f"{self.dropped} documents instead of {expected}")
        happened += self._tries(key)
        return Outcome(self.executor, fault.name, moment, loaded_after, quiet_after, happened, failures, load)

    def running_tasks(self) -> list[dict[str, Any]]:
        path = "dags/~/dagRuns/~/taskInstances"
        found = self._try(lambda: self.rest.get(path, limit=100, state=["running"]))
        return list(found["task_instances"]) if found else []

    def component(self, name: str) -> Component:
        while (found := self.watch.component(name)) is None:
            time.sleep(0.1)
        return found

    def workers(self) -> list[str]:
        return [name for name in self.watch.watched if topology.is_worker(name)]

    def components(self) -> list[str]:
        return list(self.watch.watched)

    def _count(self) -> int:
        """Documents in the published file; it is opened only if it is another one than last time."""
        found = self.warehouse.stat() if self.warehouse.exists() else None
        state = found and (found.st_ino, found.st_mtime_ns, found.st_size)
        if state != self._counted[0]:
            self._counted = state, overview(self.warehouse).document_count
        return self._counted[1]

    def _all_alive(self) -> bool:
        return all(self.watch.component(name) for name in self.watch.watched)

    def _is_quiet(self) -> bool:
        return bool(self._try(lambda: self.rest.log_in() and demo.is_quiet(self.rest)))

    def _tries(self, key: str) -> list[str]:
        """What a person would see in the UI: tasks that needed more than one try, and runs that failed."""
        told = []
        for run in self._insist(self.rest.runs):
            if run["partition_key"] == key:
                path = f"dags/{run['dag_id']}/dagRuns/{run['dag_run_id']}/taskInstances"
                tasks = self._insist(lambda path=path: self.rest.get(path, limit=100))["task_instances"]
                told += [f"{task['task_id']}: {task['try_number']} tries" for task in tasks if task["try_number"] > 1]
                told += [f"{run['dag_id']} failed"] if run["state"] == "failed" else []
        rejects = query(self.warehouse, f"SELECT reason_text FROM meta.rejects WHERE partition_key = '{key}'")
        return sorted(told) + [f"reject: {reason}" for (reason,) in rejects.rows]

    def _try(self, ask: Callable[[], Answer]) -> Answer | None:
        """The answer; None while nobody answers."""
        try:
            return ask()
        except (httpx.HTTPError, ServiceError):
            return None

    def _insist(self, ask: Callable[[], Answer]) -> Answer:
        deadline = time.monotonic() + LIMIT
        while (answer := self._try(ask)) is None:
            if time.monotonic() > deadline:
                raise ServiceError("the API server doesn't answer")
            time.sleep(0.5)
        return answer

    @staticmethod
    def _until(is_done: Callable[[], bool], begun: float) -> float | None:
        while not is_done():
            if time.monotonic() - begun > LIMIT:
                return None
            time.sleep(0.3)
        return time.monotonic() - begun


@contextlib.contextmanager
def reading(path: Path) -> Iterator[list[str]]:
    """Somebody else, who opens the published file again and again; what went wrong is in the list."""
    is_over = threading.Event()
    failures: list[str] = []

    def read_on() -> None:
        most = 0
        while not is_over.wait(0.5):  # to open and count takes a tenth of a second of a processor
            if not path.exists() and not most:
                continue
            try:
                found = overview(path).document_count
            except Exception as error:  # whatever it is, it is what is looked for
                failures.append(f"{type(error).__name__}: {error}")
                continue
            if found < most:
                failures.append(f"{found} documents after {most}")
            most = max(most, found)

    thread = threading.Thread(target=read_on, daemon=True)
    thread.start()
    try:
        yield failures
    finally:
        is_over.set()
        thread.join()


# --- the faults --------------------------------------------------------------------------------------------------
@dataclasses.dataclass(frozen=True)
class Fault:
    """Something that is done while a task runs, so many seconds after its start."""

    name: str
    task_id: str | None
    delay: float
    act: Callable[[Bench, random.Random | None], list[str]]
    needs_celery: bool = False
    extra: Callable[[str], list[dict[str, str]]] = lambda key: []
    kept: int = 0  # how many of the extra records become documents

    def wait(self, bench: Bench, chosen: random.Random | None) -> str:
        if self.task_id is None:
            seconds = chosen.uniform(0, WINDOW) if chosen else 0.0
            time.sleep(seconds)
            return f"{seconds:.0f} s after the start"
        deadline = time.monotonic() + LIMIT
        while not any(task["task_id"] == self.task_id for task in bench.running_tasks()):
            if time.monotonic() > deadline:
                raise ServiceError(f"{self.task_id} never ran")
            time.sleep(0.2)
        time.sleep(self.delay)
        return self.task_id


def nothing(bench: Bench, _: random.Random | None) -> list[str]:
    return []


def kill(name: str) -> Callable[[Bench, random.Random | None], list[str]]:
    def act(bench: Bench, _: random.Random | None) -> list[str]:
        bench.component(name).kill()
        return []

    return act


def restart(name: str) -> Callable[[Bench, random.Random | None], list[str]]:
    def act(bench: Bench, _: random.Random | None) -> list[str]:
        bench.component(name).ask_to_stop()
        return []

    return act


def kill_worker_at(task_id: str) -> Callable[[Bench, random.Random | None], list[str]]:
    """The worker that does a task, and its children that supervise tasks, but not the task's own process, which has a
    process group of its own."""

    def act(bench: Bench, _: random.Random | None) -> list[str]:
        wanted = [task["id"] for task in bench.running_tasks() if task["task_id"] == task_id]
        for name in bench.workers():
            worker = bench.component(name)
            orphans = tasks_of(worker)
            if any(_title(orphan).endswith(tuple(wanted)) for orphan in orphans):
                worker.kill()
                threading.Thread(target=_follow, args=(bench, orphans), daemon=True).start()
                return [f"{len(orphans)} orphaned task left"]
        return ["no worker was at it"]

    return act


def _title(process: psutil.Process) -> str:
    with contextlib.suppress(psutil.NoSuchProcess):
        return " ".join(process.cmdline()).strip()
    return ""


def tasks_of(worker: Component) -> list[psutil.Process]:
    """The processes below a worker that are in groups of their own."""
    with contextlib.suppress(psutil.NoSuchProcess):
        children = psutil.Process(worker.process.pid).children(recursive=True)
        return [child for child in children if _group(child.pid) not in (None, worker.process.pid)]
    return []


def _group(pid: int) -> int | None:
    with contextlib.suppress(ProcessLookupError):
        return os.getpgid(pid)
    return None


def _follow(bench: Bench, orphans: list[psutil.Process]) -> None:
    begun = time.monotonic()
    psutil.wait_procs(orphans, timeout=LIMIT)
    bench.say(f"the orphan lived for {time.monotonic() - begun:.0f} s more")


def everything_but_workers(bench: Bench, _: random.Random | None) -> list[str]:
    """Airflow's other parts killed at once, and both databases restarted."""
    for name in COMPONENTS:
        bench.component(name).kill()
    for name in topology.DATABASES:
        bench.component(name).ask_to_stop()
    return []


def load_twice(bench: Bench, _: random.Random | None) -> list[str]:
    """A person loads by hand while the DAG loads."""
    command = [str(Path(sys.executable).with_name("demarche")), "load-warehouse"]
    done = subprocess.run(
        command, env=bench.site.environment(), cwd=ROOT, capture_output=True, text=True, timeout=LIMIT, check=False
    )
    return [f"the second load ended with exit code {done.returncode}"]


def kill_any(bench: Bench, chosen: random.Random | None) -> list[str]:
    name = (chosen or random.Random()).choice(bench.components())
    bench.component(name).kill()
    return [name]


def poison(sentence: str) -> Callable[[str], list[dict[str, str]]]:
    def made(key: str) -> list[dict[str, str]]:
        url = f"https://invented.example/poison/{key}"
        text = f"The delegations met on Monday in the old town hall of the capital. {sentence} Nobody noticed."
        return [{"url": url, "title": "A dinner for two delegations", "text": text, "date": "2024-03-01"}]

    return made


FAULTS = (
    Fault("nothing", None, 0, nothing),
    Fault("nothing", "tag_shards", 1, nothing),
    Fault("nothing", "load_warehouse", 0.5, nothing),
    Fault("worker killed", "tag_shards", 1, kill_worker_at("tag_shards"), needs_celery=True),
    Fault("worker killed", "load_warehouse", 0.5, kill_worker_at("load_warehouse"), needs_celery=True),
    Fault("scheduler killed", "tag_shards", 1, kill("scheduler")),
    Fault("scheduler killed", "load_warehouse", 0.5, kill("scheduler")),
    Fault("API server killed", "tag_shards", 1, kill("api-server")),
    Fault("DAG processor killed", "tag_shards", 1, kill("dag-processor")),
    Fault("triggerer killed", "tag_shards", 1, kill("triggerer")),
    Fault("PostgreSQL restarted", "tag_shards", 1, restart("postgres"), needs_celery=True),
    Fault("PostgreSQL killed", "tag_shards", 1, kill("postgres"), needs_celery=True),
    Fault("Redis restarted", "tag_shards", 1, restart("redis"), needs_celery=True),
    Fault("Redis killed", "parse_documents", 1, kill("redis"), needs_celery=True),
    Fault("all of these at once", "tag_shards", 1, everything_but_workers, needs_celery=True),
    Fault("two loads at once", "load_warehouse", 0.5, load_twice),
    Fault("document that kills the parser", "parse_documents", 0, nothing, extra=poison(deadly.TO_PARSE)),
    Fault("document that kills the model", "tag_shards", 0, nothing, extra=poison(deadly.TO_READ), kept=1),
)
RANDOM = Fault("random kill", None, 0, kill_any)


# --- runs --------------------------------------------------------------------------------------------------------
@contextlib.contextmanager
def bench_of(executor: str, home: Path, say: Say) -> Iterator[Bench]:
    """A fresh Airflow with an executor, watched over as `make up` or a container engine would."""
    if executor == "celery":
        with topology.running(home, say, variables=variables()) as (site, rest, watch):
            yield Bench(executor, site, rest, watch, say)
        return
    site = demo.fresh_site(home, variables())
    site.migrate()
    watch = Watch(site, COMPONENTS, say, ends_orphans=True)
    with watch.in_background(), Rest(site) as rest:
        demo.make_ready(rest, time.monotonic() + topology.READY_SECONDS)
        yield Bench(executor, site, rest, watch, say)


def variables() -> dict[str, str]:
    """What a site needs for the faults: documents that are deadly, and several shards of so few articles."""
    path = os.pathsep.join(filter(None, (str(Path(deadly.__file__).parent), os.environ.get("PYTHONPATH"))))
    return {"PYTHONPATH": path, "DEMARCHE_SHARD_SIZE": "20"}


def is_same_as_undisturbed(site: Site) -> bool:
    """Whether core and mart are what one process makes of the same raw bytes."""
    with tempfile.TemporaryDirectory() as folder:
        alone = Settings(data_folder=Path(folder), shard_size=20)
        shutil.copytree(site.data_folder / "lake" / "raw", Path(folder) / "lake" / "raw")
        steps.rebuild(settings=alone)
        return snapshot(alone.warehouse_path) == snapshot(site.data_folder / "warehouse.duckdb")


def run(executor: str, names: list[str] | None, kills: int, seed: int, results: Path) -> None:
    begun = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - begun:6.1f} s  {text}", file=sys.stderr, flush=True)

    def keep(row: dict[str, Any]) -> None:
        with results.open("a") as file:
            file.write(json.dumps(row) + "\n")
        say(json.dumps(row))

    results.parent.mkdir(exist_ok=True)
    chosen = random.Random(seed)
    with bench_of(executor, ROOT / ".state" / "faults", say) as bench:
        for fault in FAULTS:
            if (names is None or fault.name in names) and (executor == "celery" or not fault.needs_celery):
                keep(dataclasses.asdict(bench.round(fault)))
        for _ in range(kills):
            keep(dataclasses.asdict(bench.round(RANDOM, chosen)))
        site = bench.site
    keep({"executor": executor, "same": is_same_as_undisturbed(site), "documents": bench.dropped})


def main() -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # told to end, it stops what it started
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--executor", choices=("celery", "local"), default="celery")
    parser.add_argument("--only", nargs="*", default=None, metavar="NAME", help="faults of these names; default: all")
    parser.add_argument("--kills", type=int, default=30, help="how many random kills follow")
    parser.add_argument("--seed", type=int, default=1, help="of the random kills")
    parser.add_argument("--results", type=Path, default=RESULTS, help="file to which rows are appended")
    asked = parser.parse_args()
    run(asked.executor, asked.only, asked.kills, asked.seed, asked.results)


if __name__ == "__main__":
    main()
