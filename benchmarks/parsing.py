"""What parsing costs beside the extractor alone: bytes to documents against `trafilatura.extract` in a loop.

    python -m benchmarks.parsing [FOLDER | FILE.html ...] [--repeat 5] [--processes 2]

Reads the pages (by default those of the samples and of the tests, which are small; then invented ones as large as news
pages are, ``benchmarks.page_mix``), parses all of them once unmeasured, then `--repeat` times each way in turn, and
prints the medians of CPU seconds and their ratio: 1.00 would mean that dates, names, language and the cleaning of the
text cost nothing. Then the same pages in so many processes at once, each parsing all of them, against one process
alone.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

import trafilatura

from benchmarks import page_mix
from demarche import steps
from demarche.records import Document, Reject

ROOT = Path(__file__).parents[1]
INVENTED = 60  # pages
DEFAULT = [ROOT / "samples" / "drop", ROOT / "tests" / "fixtures" / "web_pages"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="*", type=Path, help="folders or files of web pages")
    parser.add_argument("--repeat", type=int, default=5, help="how often each way is measured")
    parser.add_argument("--processes", type=int, default=2, help="how many parse at once in the second measurement")
    asked = parser.parse_args()
    if asked.pages:
        compare("pages", pages_in(asked.pages), asked.repeat, asked.processes)
        return
    compare("small pages", pages_in(DEFAULT), asked.repeat, 1)
    with tempfile.TemporaryDirectory() as folder:
        usual = page_mix.write(Path(folder), INVENTED, "s")
        compare("invented pages of usual weight", usual, asked.repeat, asked.processes)


def pages_in(places: list[Path]) -> list[Path]:
    """The pages in folders and files; ends the program where there are none."""
    paths = [path for given in places for path in (sorted(given.rglob("*.htm*")) if given.is_dir() else [given])]
    if not paths:
        sys.exit("no pages were found")
    return paths


def compare(name: str, paths: list[Path], repeat: int, processes: int) -> None:
    """Print what both ways cost, and what so many processes do at once."""
    size = sum(path.stat().st_size for path in paths)
    ways: dict[str, Callable[[list[Path]], object]] = {"trafilatura": extract, "parse": parse}
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(repeat + 1):
        for name, run in ways.items():
            taken = timed(run, paths)
            if number:  # the first time pays for imports, tables and caches
                seconds[name].append(taken)
    middle = {name: median(measured) for name, measured in seconds.items()}
    print(f"{len(paths)} {name}, {size / 1e6:.1f} MB; medians of {repeat}")
    for name, value in middle.items():
        print(f"{name:14} {value:8.3f} s  {len(paths) / value:7.1f} pages/s")
    print(f"ratio          {middle['trafilatura'] / middle['parse']:8.2f}")
    if processes < 2:
        return
    alone, together = scaled(paths, processes, repeat)
    print(f"{processes} processes     {processes * alone / together:8.2f} times as much as one")


def extract(paths: list[Path]) -> None:
    """The extractor alone, with its defaults."""
    for path in paths:
        trafilatura.extract(path.read_bytes())


def parse(paths: list[Path]) -> list[Document | Reject]:
    """The whole way from bytes to documents."""
    return list(steps.parse_files(paths))


def timed(run: Callable[[list[Path]], object], paths: list[Path]) -> float:
    start = process_time()  # so that what else the machine does doesn't count
    run(paths)
    return process_time() - start


def scaled(paths: list[Path], processes: int, repeat: int) -> tuple[float, float]:
    """Median seconds for one process, and for so many at once that each parse all pages."""
    measured: dict[int, list[float]] = {1: [], processes: []}
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        for number in range(repeat + 1):
            for count, found in measured.items():
                start = perf_counter()
                list(pool.map(work, [paths] * count))
                if number:
                    found.append(perf_counter() - start)
    return median(measured[1]), median(measured[processes])


def work(paths: list[Path]) -> int:
    return len(parse(paths))


if __name__ == "__main__":
    main()
