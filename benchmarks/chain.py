"""What Airflow costs around the stations: seconds to a queryable article, speed with two workers, memory.

    python -m benchmarks.chain [--only latency workers memory] [--documents 2000] [--hours 4] [--repeat 3]

- latency: one article is dropped, and `ingest_documents` is started; the median of the seconds from the start of that
  run until the article is in the published warehouse, less what the stations themselves take for it in one process
  that has everything imported. On the LocalExecutor, as `make up` has it, without competing runs.
- workers: invented articles, spread over some hours, go through the whole chain, once with one Celery worker and once
  with two (of one slot each; PostgreSQL, Redis and Airflow's parts share the same processor cores); the ratio.
- memory: the most that all processes of that run with two workers held at once (proportional set size), Airflow and
  databases and stations together, looked at every second.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median

import psutil

from benchmarks import invented
from demarche import steps
from demarche.settings import Settings
from demarche.warehouse import overview
from ops import demo, topology
from ops.rest import Rest, wait_for
from ops.services import COMPONENTS, Site, leftovers
from ops.watching import Watch

ROOT = Path(__file__).parents[1]
HOME = ROOT / ".state" / "chain"
FIRST = datetime(2024, 3, 1)
LIMIT = 1800.0
GIGABYTE = 1e9


def say(text: str) -> None:
    print(time.strftime("%H:%M:%S"), text, file=sys.stderr, flush=True)


def key_of(number: int) -> str:
    return (FIRST + timedelta(hours=number)).strftime("%Y-%m-%dT%H")


def documents_in(site: Site) -> int:
    path = site.data_folder / "warehouse.duckdb"
    return overview(path).document_count if path.exists() else 0


# --- latency -----------------------------------------------------------------------------------------------------
def latency(repeat: int) -> None:
    site = demo.fresh_site(HOME)
    site.migrate()
    watch = Watch(site, COMPONENTS, say, ends_orphans=True)
    overall = []
    with watch.in_background(), Rest(site) as rest:
        demo.make_ready(rest, time.monotonic() + topology.READY_SECONDS)
        for number in range(repeat + 1):
            wait_for("other runs to end", lambda: demo.is_quiet(rest), time.monotonic() + LIMIT)
            invented.drop(site.data_folder / "drop", f"one-{number}", invented.articles(1, f"one-{number}"))
            run_id = rest.trigger(demo.CHAIN[0], key_of(number))
            wait_for("the article", lambda n=number: documents_in(site) > n, time.monotonic() + LIMIT, pause=0.2)
            ended = time.time()
            started = rest.get(f"dags/{demo.CHAIN[0]}/dagRuns/{run_id}")["start_date"]
            if number:  # the first run meets caches of the disk that are cold, and a run for the present hour
                overall.append(ended - datetime.fromisoformat(started).timestamp())
    own = stations_alone(repeat)
    print(f"one article, {repeat} times: medians from the start of the run until it can be queried")
    print(f"through Airflow           {median(overall):6.1f} s   ({min(overall):.1f} to {max(overall):.1f})")
    print(f"stations in one process   {median(own):6.1f} s")
    print(f"beyond the stations' own  {median(overall) - median(own):6.1f} s")


def stations_alone(repeat: int) -> list[float]:
    """Seconds of all steps for one article each, after a first that pays for imports and the model."""
    seconds = []
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_folder=Path(folder))
        for number in range(repeat + 1):
            invented.drop(settings.drop_folder, f"one-{number}", invented.articles(1, f"one-{number}"))
            begun = time.perf_counter()
            steps.fetch_documents(key_of(number), settings=settings)
            for step in (steps.parse_documents, steps.tag_documents, steps.pair_documents):
                step(key_of(number), settings=settings)
            steps.load_warehouse(settings=settings)
            seconds.append(time.perf_counter() - begun)
    return seconds[1:]


# --- workers and memory ------------------------------------------------------------------------------------------
def through_workers(workers: int, documents: int, hours: int) -> tuple[float, float]:
    """Seconds from the start of the first run until all documents are published, and the most memory in bytes."""
    with topology.running(HOME, say, workers=workers) as (site, rest, _):
        warm_up(site, rest)
        before = documents_in(site)
        for hour in range(1, hours + 1):
            share = documents // hours + (hour <= documents % hours)
            invented.drop(site.data_folder / "drop", key_of(hour), invented.articles(share, f"{hour}-of-{hours}"))
            if hour == 1:
                begun = time.monotonic()
            run_id = rest.trigger(demo.CHAIN[0], key_of(hour))
            wait_for("its fetch", lambda r=run_id: demo.has_fetched(rest, r), time.monotonic() + LIMIT)
        with watching_memory(site) as most:
            wait_for("all of them", lambda: documents_in(site) >= before + documents, time.monotonic() + LIMIT)
        return time.monotonic() - begun, max(most)


def warm_up(site: Site, rest: Rest) -> None:
    """One article through the chain, so that no worker meets cold caches."""
    invented.drop(site.data_folder / "drop", "first", invented.articles(1, "first"))
    rest.trigger(demo.CHAIN[0], key_of(0))
    wait_for("the first article", lambda: documents_in(site) == 1, time.monotonic() + LIMIT)
    wait_for("other runs to end", lambda: demo.is_quiet(rest), time.monotonic() + LIMIT)


@contextlib.contextmanager
def watching_memory(site: Site) -> Iterator[list[float]]:
    """Look every second at what all processes of a site hold; each look's sum is in the list."""
    is_over = threading.Event()
    sums = [0.0]

    def keep_looking() -> None:
        while not is_over.wait(1):
            sums.append(sum(map(_memory, leftovers(site))))

    thread = threading.Thread(target=keep_looking, daemon=True)
    thread.start()
    try:
        yield sums
    finally:
        is_over.set()
        thread.join()


def _memory(process: int) -> float:
    """Bytes of a process, those shared with others in proportion; 0 when it is gone."""
    with contextlib.suppress(psutil.Error):
        return float(psutil.Process(process).memory_full_info().pss)
    return 0.0


def workers_and_memory(documents: int, hours: int, asked: Sequence[str]) -> None:
    if "workers" in asked:
        alone, _ = through_workers(1, documents, hours)
    both, memory = through_workers(2, documents, hours)
    print(f"{documents} articles in {hours} hours, {os.cpu_count()} processor cores for everything together")
    if "workers" in asked:
        print(f"one worker  {alone:7.0f} s   {documents / alone:5.1f} documents/s")
        print(f"two workers {both:7.0f} s   {documents / both:5.1f} documents/s")
        print(f"ratio       {alone / both:7.2f}")
    print(f"most memory {memory / GIGABYTE:7.2f} GB")


def main() -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # told to end, it stops what it started
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parts = ("latency", "workers", "memory")
    parser.add_argument("--only", nargs="+", choices=parts, default=parts, metavar="PART", help=", ".join(parts))
    parser.add_argument("--documents", type=int, default=2000)
    parser.add_argument("--hours", type=int, default=4)
    parser.add_argument("--repeat", type=int, default=3, help="how often the latency is measured")
    given = parser.parse_args()
    if "latency" in given.only:
        latency(given.repeat)
    if {"workers", "memory"} & set(given.only):
        workers_and_memory(given.documents, given.hours, given.only)


if __name__ == "__main__":
    main()
