"""What is left when a server dies in mid-work: PostgreSQL with DuckLake's catalog, or the storage with all else.

    python -m benchmarks.server_kills [--kills 20] [--reports 600] [--servers postgres s3]

A month of invented news (see ``benchmarks.warehouse``) is loaded into DuckLake; lake and data files are in object
storage. Then, for each kill, a process replaces a day by other reports and loads it, the server is killed at a random
moment of that and started again some moments later, and what the process says at its end is kept. The next run must
heal all: every partition of the lake is loaded, no document, report or event is lost or there twice, and each load
stands in the journal. At the end a warehouse built anew from the lake must be equal, row by row.

Prints for each server how many kills there were, in how many the process ended well by itself, how many left something
lost, double or unhealed, and what the processes said that failed.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from benchmarks.warehouse import DAYS, News, keys, write_partition
from demarche.records import Document
from demarche.settings import Settings, load_settings
from demarche.steps import load_warehouse, rebuild
from demarche.steps.ledgers import open_lake, warehouse_of
from demarche.steps.loading import unloaded
from demarche.warehouse import snapshot
from demarche.warehouse.connection import reading
from tests import postgres_server
from tests.s3_server import S3Server

DAYS_OF_MONTH = list(keys())[:DAYS]
_UNIQUE = ("documents.document_id", "reports.report_id", "events.event_id", "mentions.mention_id")


def change_a_day(settings: Settings, seed: int, reports: int) -> None:
    """Replace a day of the month by other reports, and load it."""
    key = random.Random(seed).choice(DAYS_OF_MONTH)
    write_partition(settings, key, News(seed).day(key, reports // DAYS))
    load_warehouse(settings=settings)


def wrong(settings: Settings) -> list[str]:
    """What is lost or double in the warehouse, beside the lake that it is made from."""
    lake, found = open_lake(settings), []
    in_lake = sum(manifest.row_count(Document) for manifest in lake.manifests("documents").values())
    with reading(warehouse_of(settings)) as con:
        for column in _UNIQUE:
            table, _, name = column.partition(".")
            ((count, distinct),) = con.execute(f"SELECT count(*), count(DISTINCT {name}) FROM core.{table}").fetchall()
            if count != distinct:
                found.append(f"{count - distinct} of core.{table} are double")
            if table == "documents" and count != in_lake:
                found.append(f"{count} documents, of {in_lake} in the lake")
        loads = Counter(name for (name,) in con.execute("SELECT load_id FROM meta.loads").fetchall())
    if loads != Counter(row["load_id"] for row in lake.journal("loads")):
        found.append("the journal has other loads")
    if left := unloaded(settings):
        found.append(f"{len(left)} partitions aren't loaded")
    return found


def kill_often(
    name: str, kill: Callable[[], None], start: Callable[[], None], settings: Settings, kills: int, reports: int
) -> int:
    """Kill a server so many times, each in mid-work; how often something was wrong after the next run."""
    chosen, broken, survived, said = random.Random(name), 0, 0, Counter[str]()
    began = time.monotonic()
    change_a_day(settings, chosen.randrange(10**6), reports)
    usual = time.monotonic() - began
    for number in range(1, kills + 1):
        code = (
            "import sys; from benchmarks import server_kills as b; s = b.load_settings(); print('begins', flush=True)\n"
            f"try: b.change_a_day(s, {chosen.randrange(10**6)}, {reports})\n"
            "except Exception as error: sys.exit(f'{type(error).__name__}: {error}')"
        )
        with subprocess.Popen(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(chosen.uniform(0, usual))
            is_over = process.poll() is not None
            kill()
            time.sleep(chosen.uniform(0.5, 3))
            start()
            _, errors = process.communicate(timeout=300)
        survived += process.returncode == 0
        if process.returncode:
            said[(errors.strip().splitlines() or ["nothing"])[-1]] += 1
        load_warehouse(settings=settings)
        if found := wrong(settings):
            broken += 1
            print(f"{name}, kill {number}: {'; '.join(found)}", flush=True)
        if is_over:
            print(f"{name}, kill {number}: all was over already", flush=True)
    print(f"{name}: {kills} kills, {survived} ended well by themselves, {broken} left something wrong", flush=True)
    for text, count in said.most_common():
        print(f"  {count} × {text}", flush=True)
    return broken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20, help="of each server")
    parser.add_argument("--reports", type=int, default=600, help="of the month")
    parser.add_argument("--servers", nargs="+", choices=["postgres", "s3"], default=["postgres", "s3"])
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, postgres_server.running(is_synced=True) as postgres:
        folder = Path(name)
        s3 = S3Server(folder / "s3")
        try:
            s3.start()
            s3.filesystem().mkdir("news")
            os.environ |= s3.environment | {
                "DEMARCHE_LAKE_URL": "s3://news/lake",
                "DEMARCHE_WAREHOUSE_URL": f"ducklake:postgres:{postgres_server.new_database(postgres)}",
                "DEMARCHE_WAREHOUSE_FILES": "s3://news/files/",
                "DEMARCHE_DATA_FOLDER": str(folder),
            }
            settings, news = load_settings(), News(1)
            for key in DAYS_OF_MONTH:
                write_partition(settings, key, news.day(key, asked.reports // DAYS))
            load_warehouse(settings=settings)
            kills = {
                "postgres": (lambda: postgres_server.kill(postgres), postgres.ensure_postgres_running),
                "s3": (s3.kill, s3.start),
            }
            broken = sum(
                kill_often(server, *kills[server], settings, asked.kills, asked.reports) for server in asked.servers
            )
            anew = settings.model_copy(update={"warehouse_url": "", "warehouse_path": folder / "anew.duckdb"})
            rebuild(settings=anew)
            is_equal = snapshot(anew.warehouse_path, ("core",)) == snapshot(warehouse_of(settings), ("core",))
            print(f"built anew from the lake, the warehouse is {'equal' if is_equal else 'DIFFERENT'}")
        finally:
            s3.remove()
            shutil.rmtree(folder / "s3", ignore_errors=True)
    sys.exit(bool(broken) or not is_equal)


if __name__ == "__main__":
    main()
