"""What exports cost: seconds and memory of each form, each in a process of its own.

    python -m benchmarks.exports [--events 1000000] [--repeat 3] [--only gdelt gdelt-mentions …]

Prints for each form the medians of the seconds that passed and of the processor's seconds over all cores, the most
memory (GB) and the size (MB). The bar is a million events in GDELT's format within 60 s on two cores.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import monotonic

from benchmarks import large_warehouse
from demarche import steps
from demarche.exports import FORMS
from demarche.settings import Settings


def one(form: str, folder: Path) -> None:
    """Export once, and print seconds, the processor's seconds and the most memory."""
    start = monotonic()
    steps.export(form, folder / form, settings=Settings(data_folder=folder))
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(monotonic() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 2**20)


def measured(form: str, folder: Path, repeat: int) -> str:
    found = []
    for _ in range(repeat):
        shutil.rmtree(folder / form, ignore_errors=True)
        command = [sys.executable, "-m", "benchmarks.exports", "--one", form, "--folder", str(folder)]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
        found.append(tuple(map(float, said)))
    seconds, busy, memory = zip(*found, strict=True)
    size = sum(path.stat().st_size for path in (folder / form).rglob("*") if path.is_file()) / 1e6
    return f"{median(seconds):6.1f} s, {median(busy):6.1f} s of the processor, {max(memory):.1f} GB, {size:6.0f} MB"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--only", nargs="*", default=list(FORMS), choices=list(FORMS))
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        one(asked.one, asked.folder)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        large_warehouse.make(folder / "warehouse.duckdb", asked.events)
        print(f"{asked.events} events, {(folder / 'warehouse.duckdb').stat().st_size / 1e6:.0f} MB", flush=True)
        for form in asked.only:
            print(f"{form:<15} {measured(form, folder, asked.repeat)}", flush=True)


if __name__ == "__main__":
    main()
