"""What the prefilter saves and loses: the tag step with it against the tag step without.

    python -m benchmarks.screening [FILE.jsonl ...] [--count 200] [--limit N] [--repeat 1]

Without files it reads `--count` texts of mixed news (`benchmarks/mixed.py`): a fifth the samples, the rest sport,
markets, local matters, crime, culture, weather, science, health, business and politics at home. Prints medians, their
ratio, and the share of reports that is lost: of all, and of those both of whose sides are known (confidence 0.3 or
more), which the prefilter is there to keep.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks import mixed
from benchmarks.speed import texts
from demarche.records import Report
from demarche.settings import load_settings
from demarche.steps.tagging import tag

KNOWN = 0.3  # from this confidence on both sides of a report are known


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path, help="files with texts; default: mixed news from templates")
    parser.add_argument("--count", type=int, default=200, help="how many texts are made")
    parser.add_argument("--limit", type=int, help="at most so many texts of files")
    parser.add_argument("--repeat", type=int, default=1, help="how often each is measured")
    asked = parser.parse_args()
    settings = {name: load_settings(prefilter=name == "with") for name in ("without", "with")}
    given = texts(asked.files, settings["without"])[: asked.limit] if asked.files else []
    documents = given or list(mixed.documents(asked.count, settings["without"]))
    if not documents:
        sys.exit("no English text was found")
    tag(documents[:20], settings["without"])  # the first time pays for tables and caches
    seconds: dict[str, list[float]] = {"without": [], "with": []}
    found: dict[str, list[Report]] = {}
    skipped = 0
    for _ in range(asked.repeat):
        for name, measured in seconds.items():
            start = perf_counter()
            tables, counts = tag(documents, settings[name])
            measured.append(perf_counter() - start)
            found[name] = tables[Report]
            skipped = counts["skipped"]
    middle = {name: median(measured) for name, measured in seconds.items()}
    print(f"{len(documents)} texts, {skipped} of them passed over")
    for name, value in middle.items():
        print(f"{name:8} the prefilter {value:7.2f} s  {len(documents) / value:7.1f} texts/s")
    print(f"ratio    {middle['without'] / middle['with']:.2f}")
    print(f"lost     {_lost(found, 0.0)} of all reports, {_lost(found, KNOWN)} of those with both sides known")


def _lost(found: dict[str, list[Report]], floor: float) -> str:
    without, with_it = (_ids(found[name], floor) for name in ("without", "with"))
    return f"{len(without - with_it)} of {len(without)} ({100 * len(without - with_it) / max(len(without), 1):.1f} %)"


def _ids(reports: Iterable[Report], floor: float) -> set[str]:
    return {report.report_id for report in reports if report.confidence_score >= floor}


if __name__ == "__main__":
    main()
