"""What readers notice of loads, what reloading does to the file, and what is left of a load that is killed.

    python -m benchmarks.loading readers|reloads|kills [--reports 20000] [--folder FOLDER]
        [--queries 1000] [--reloads 200] [--kills 100]

A month of invented news (see ``benchmarks.warehouse``) is loaded by the loader itself. Then, each printing its figures:

- ``readers``: queries over a connection each, alone and while another process, bound to one core, loads and publishes
  one partition after the other; medians of the clock, how many failed, and how many saw a state that no load left.
- ``reloads``: one partition is replaced by other reports and loaded, again and again; how the published file grows.
- ``kills``: a loading process is killed at a random moment of load or publication. The published file must be whole,
  and hold a load that the journal or the writer's file knows; after the next run nothing of the lake is missing.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from statistics import median

import duckdb

from benchmarks.warehouse import DAYS, FIRST_DAY, News, keys, write_partition
from demarche.records import Document
from demarche.settings import Settings, load_settings
from demarche.steps import load_warehouse
from demarche.steps.ledgers import open_lake
from demarche.steps.loading import unloaded
from demarche.warehouse import verify

ASKED = """
SELECT
    (SELECT event_count FROM meta.loads ORDER BY loaded_at DESC LIMIT 1),
    (SELECT count(*) FROM core.events),
    (SELECT count(*) FROM mart.meetings WHERE start_date BETWEEN $first AND $last),
    (SELECT count(*) FROM mart.dyads WHERE pair_code = 'AFG-ALB')
"""


def settings_of(folder: Path) -> Settings:
    return load_settings(lake_url=str(folder / "lake"), warehouse_path=folder / "w.duckdb", kept_publications=1)


def load_month(folder: Path, reports: int) -> Settings:
    settings, news = settings_of(folder), News(1)
    for key in list(keys())[:DAYS]:
        write_partition(settings, key, news.day(key, reports // DAYS))
    load_warehouse(settings=settings)
    return settings


def load_for_ever(folder: Path, seed: int, reports: int) -> None:
    """Replace one day of the month after the other by other reports, and load each."""
    settings, chosen = settings_of(folder), random.Random(seed)
    for number in range(10_000):
        key = chosen.choice(list(keys())[:DAYS])
        write_partition(settings, key, News(seed * 10_000 + number + 2).day(key, reports))
        load_warehouse(settings=settings)


@contextmanager
def another_loads(folder: Path, seed: int, reports: int, *, bound: bool = False) -> Iterator[subprocess.Popen[str]]:
    code = f"from pathlib import Path; from benchmarks.loading import load_for_ever as f; print('begins', flush=True); \
f(Path({str(folder)!r}), {seed}, {reports})"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        if bound:
            os.sched_setaffinity(process.pid, {max(os.sched_getaffinity(0))})
        try:
            assert process.stdout is not None
            process.stdout.readline()
            yield process
        finally:
            process.send_signal(signal.SIGKILL)


# --- readers -----------------------------------------------------------------------------------------------------
def ask(path: Path, count: int) -> tuple[list[float], int, int, int]:
    """Seconds of each query, and how many failed, saw an inconsistent state, and how many states were seen."""
    took, failed, inconsistent, seen = [], 0, 0, set()
    days = {"first": FIRST_DAY, "last": FIRST_DAY + timedelta(days=6)}
    for _ in range(count):
        begun = time.perf_counter()
        try:
            with duckdb.connect(config={"threads": 1}) as con:
                con.execute(f"ATTACH '{path}' AS warehouse (READ_ONLY)")
                con.execute("USE warehouse")
                (found,) = con.execute(ASKED, days).fetchall()
        except duckdb.Error as error:
            failed += 1
            print(error, file=sys.stderr)
            continue
        took.append(time.perf_counter() - begun)
        inconsistent += found[0] != found[1]
        seen.add(path.stat().st_ino)
    return took, failed, inconsistent, len(seen)


def readers(folder: Path, reports: int, queries: int) -> None:
    path = load_month(folder, reports).warehouse_path
    ask(path, 20)
    alone, *_ = ask(path, queries // 2)
    with another_loads(folder, 1, reports // DAYS, bound=True):
        time.sleep(5)
        beside, failed, inconsistent, states = ask(path, queries)
    alone += ask(path, queries // 2)[0]
    print(
        f"{queries} queries while loading: median {median(beside) * 1e3:.1f} ms, alone {median(alone) * 1e3:.1f} ms, "
        f"ratio {median(beside) / median(alone):.2f}; {failed} failed, {inconsistent} inconsistent, "
        f"over {states} publications"
    )


# --- reloads -----------------------------------------------------------------------------------------------------
def reloads(folder: Path, reports: int, count: int) -> None:
    settings = load_month(folder, reports)
    path, key = settings.warehouse_path, list(keys())[DAYS // 2]
    sizes = [path.stat().st_size]
    for number in range(count):
        write_partition(settings, key, News(number + 2).day(key, reports // DAYS))
        load_warehouse(settings=settings)
        sizes.append(path.stat().st_size)
        if number + 1 in (10, 50, count):
            print(f"{number + 1} reloads: {sizes[-1] / 2**20:.1f} MB, growth {sizes[-1] / sizes[0]:.2f}", flush=True)
    print(f"largest growth {max(sizes) / sizes[0]:.2f}")


# --- kills -------------------------------------------------------------------------------------------------------
def kills(folder: Path, reports: int, count: int) -> None:
    settings = load_month(folder, reports)
    path, chosen = settings.warehouse_path, random.Random(3)
    broken = lost = 0
    for number in range(count):
        with another_loads(folder, number + 1, reports // DAYS):
            time.sleep(chosen.uniform(0.0, 5.0))
        broken += not _holds(lambda: verify(path))
        load_warehouse(settings=settings)
        lost += not (_holds(lambda: verify(path)) and _has_all(settings))
        if (number + 1) % 10 == 0 or number + 1 == count:
            print(f"{number + 1} kills: {broken} left a file that can't be read, {lost} lost something", flush=True)


def _holds(look: Callable[[], object]) -> bool:
    try:
        look()
    except Exception as error:
        print(error, file=sys.stderr)
        return False
    return True


def _has_all(settings: Settings) -> bool:
    """Whether the warehouse holds what the lake does, and the journal every load."""
    lake = open_lake(settings)
    in_lake = sum(manifest.row_count(Document) for manifest in lake.manifests("documents").values())
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{settings.warehouse_path}' AS warehouse (READ_ONLY)")
        held = con.execute("SELECT count(*) FROM warehouse.core.documents").fetchall()[0][0]
        loads = {name for (name,) in con.execute("SELECT load_id FROM warehouse.meta.loads").fetchall()}
    return not unloaded(settings) and held == in_lake and loads == {row["load_id"] for row in lake.journal("loads")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["readers", "reloads", "kills"])
    parser.add_argument("--reports", type=int, default=20_000)
    parser.add_argument("--queries", type=int, default=1000)
    parser.add_argument("--reloads", type=int, default=200)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--folder", type=Path, help="where there is room for a few copies of the file")
    asked = parser.parse_args()
    measures = {
        "readers": lambda folder: readers(folder, asked.reports, asked.queries),
        "reloads": lambda folder: reloads(folder, asked.reports, asked.reloads),
        "kills": lambda folder: kills(folder, asked.reports, asked.kills),
    }
    with tempfile.TemporaryDirectory(dir=asked.folder) as name:
        measures[asked.what](Path(name))


if __name__ == "__main__":
    main()
