"""What many small files cost: a drop folder of thousands through `demarche run`, and again with nothing new in it.

    python -m benchmarks.small_files [--sizes 1000 10000] [--seed s]

Makes so many files, each a short synthetic article (``benchmarks.synthetic``) as `.txt`, and runs `demarche run` on the
folder in a process of its own, twice. Prints for each the processor's seconds, time and the most memory of the process;
then how many times the cost grew between sizes. Ten times the files should cost ten times as much, not a hundred.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from benchmarks import synthetic

MEGABYTE = 1e6 if sys.platform == "darwin" else 1e3  # of what the system says of a process's memory


class Cost(NamedTuple):
    """Processor seconds, seconds, and the most memory (MB) of a run."""

    busy: float
    seconds: float
    memory: float


def write(folder: Path, count: int, seed: str) -> int:
    """So many files into a folder; their bytes."""
    size = 0
    for number, record in enumerate(synthetic.articles(count, seed)):
        text = f"{record['title']}\n\n{record['date']}\n\n{record['text']}\n"
        size += (folder / f"{number:06d}.txt").write_text(text, encoding="utf-8")
    return size


def run(folder: Path, warehouse: Path) -> Cost:
    """`demarche run` on a folder. Raises RuntimeError if it fails."""
    command = [str(Path(sys.executable).with_name("demarche")), "run", str(folder), "--warehouse", str(warehouse)]
    start = perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"demarche run ended with exit code {process.returncode}")
    return Cost(usage.ru_utime + usage.ru_stime, perf_counter() - start, usage.ru_maxrss / MEGABYTE)


def measure(count: int, seed: str) -> dict[str, Cost]:
    """What so many files cost, and what it costs to see that none of them is new."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "drop"
        folder.mkdir()
        size = write(folder, count, seed)
        print(f"\n{count} files, {size / count:.0f} bytes each")
        found = {}
        for step in ("first", "again"):
            found[step] = cost = run(folder, Path(name) / "news.duckdb")
            print(
                f"  {step:6} {cost.busy:8.1f} s of a core ({cost.seconds:.1f} s), {count / cost.busy:7.1f} files/s, "
                f"{cost.memory:.0f} MB",
                flush=True,
            )
        return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--seed", default="s")
    asked = parser.parse_args()
    found = {size: measure(size, asked.seed) for size in sorted(asked.sizes)}
    for small, large in pairwise(sorted(found)):
        times = {step: found[large][step].busy / found[small][step].busy for step in found[small]}
        print(
            f"\n{large / small:.1f} times the files: " + ", ".join(f"{step} {t:.1f} times" for step, t in times.items())
        )


if __name__ == "__main__":
    main()
