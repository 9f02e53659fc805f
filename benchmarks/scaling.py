"""What each station costs as articles grow: throughput of a core, memory, growth; and what two cores take in a day.

    python -m benchmarks.scaling [--sizes 1000 3000 10000] [--hour 500] [--shard 500] [--seed s]

Makes so many short synthetic articles (``benchmarks.synthetic``), spreads them over hours of ``--hour`` articles, and
takes them through the stations, each in a process of its own over all hours; then one hour more, through all of them.
Prints for each size and station the processor's seconds, articles per such second, the most memory of the process; the
growth exponent between sizes (1: twice the articles cost twice the seconds); and for the hour on top the same. From
that hour: articles a day, if two cores do nothing else. Processor seconds are told because they depend less than time
on what else runs.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timedelta
from itertools import islice, pairwise
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter, process_time
from typing import NamedTuple

from benchmarks import synthetic
from demarche import steps
from demarche.settings import Settings

FIRST_HOUR = datetime(2024, 6, 1)
CORES = 2


class Cost(NamedTuple):
    """Processor seconds, seconds, and the most memory (GB) of a station's process."""

    busy: float
    seconds: float
    memory: float


def fetch(settings: Settings, keys: list[str]) -> None:
    for key in keys:
        steps.fetch_documents(key, inputs=[settings.data_folder / "hours" / f"{key}.jsonl"], settings=settings)


def parse(settings: Settings, keys: list[str]) -> None:
    for key in keys:
        steps.parse_documents(key, settings=settings)


def tag(settings: Settings, keys: list[str]) -> None:
    for key in keys:
        steps.tag_documents(key, settings=settings)


def pair(settings: Settings, keys: list[str]) -> None:
    for key in keys:
        steps.pair_documents(key, settings=settings)


def load(settings: Settings, keys: list[str]) -> None:
    steps.load_warehouse(settings=settings)


STATIONS: dict[str, Callable[[Settings, list[str]], None]] = {
    "fetch": fetch, "parse": parse, "tag": tag, "pair": pair, "load": load,
}  # fmt: skip


def alone(station: str, settings: Settings, keys: list[str]) -> Cost:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_measured, station, settings, keys).result()


def _measured(station: str, settings: Settings, keys: list[str]) -> Cost:
    start, busy = perf_counter(), process_time()
    STATIONS[station](settings, keys)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return Cost(process_time() - busy, perf_counter() - start, peak)


def write_hours(folder: Path, records: Iterator[dict[str, str]], size: int, first: int) -> list[str]:
    """A file for each hour, from the ``first`` on; their keys."""
    folder.mkdir(exist_ok=True)
    keys = []
    while batch := list(islice(records, size)):
        keys.append((FIRST_HOUR + timedelta(hours=first + len(keys))).strftime("%Y-%m-%dT%H"))
        (folder / f"{keys[-1]}.jsonl").write_text("".join(json.dumps(record) + "\n" for record in batch))
    return keys


def measure(count: int, hour: int, shard: int, seed: str) -> tuple[dict[str, Cost], dict[str, Cost], float]:
    """What each station costs for so many articles, then for an hour more; and the mean words of an article."""
    with tempfile.TemporaryDirectory() as name:
        settings = Settings(data_folder=Path(name), shard_size=shard, settle_seconds=0)
        records = list(synthetic.articles(count + hour, seed))
        words = sum(len(record["text"].split()) for record in records) / len(records)
        hours = settings.data_folder / "hours"
        keys = write_hours(hours, iter(records[:count]), hour, 0)
        whole = {station: alone(station, settings, keys) for station in STATIONS}
        more = write_hours(hours, iter(records[count:]), hour, len(keys))
        return whole, {station: alone(station, settings, more) for station in STATIONS}, words


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 3_000, 10_000])
    parser.add_argument("--hour", type=int, default=500, help="articles of an hour")
    parser.add_argument("--shard", type=int, default=500)
    parser.add_argument("--seed", default="s")
    asked = parser.parse_args()
    found: dict[int, dict[str, Cost]] = {}
    for size in sorted(asked.sizes):
        found[size], more, words = measure(size, asked.hour, asked.shard, asked.seed)
        print(f"\n{size} articles of {words:.0f} words")
        for station, cost in found[size].items():
            print(line(station, cost, size), flush=True)
        print(f"an hour of {asked.hour} more")
        for station, cost in more.items():
            print(line(station, cost, asked.hour), flush=True)
        busy = sum(cost.busy for cost in more.values())
        memory = max(cost.memory for cost in (*more.values(), *found[size].values()))
        day = CORES * 86_400 / (busy / asked.hour)
        print(f"{CORES} cores: {day:,.0f} articles a day, with hours like that one; at most {memory:.1f} GB a process")
    print("\ngrowth exponents")
    for small, large in pairwise(sorted(found)):
        told = ", ".join(f"{station} {exponent(found, station, small, large):.2f}" for station in STATIONS)
        print(f"{small} to {large}: {told}")


def line(station: str, cost: Cost, count: int) -> str:
    return (
        f"  {station:<6} {cost.busy:8.1f} s of a core ({cost.seconds:8.1f} s), {count / cost.busy:8.1f} articles/s, "
        f"{cost.memory:.2f} GB"
    )


def exponent(found: dict[int, dict[str, Cost]], station: str, small: int, large: int) -> float:
    return math.log(found[large][station].busy / found[small][station].busy) / math.log(large / small)


if __name__ == "__main__":
    main()
