"""What linking and coding cost beside the parser: the tag step against a bare `nlp.pipe` with the same components.

    python -m benchmarks.speed [FILE.jsonl ...] [--limit N] [--repeat 3]

Reads the texts of JSON Lines (or .txt and .html) files, by default the samples, once unmeasured and then `--repeat`
times each way in turn, in one process, and prints the medians and their ratio. 1.00 would mean that linking and coding
cost nothing.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

from demarche import language, steps
from demarche.records import Document
from demarche.settings import Settings, load_settings
from demarche.steps.tagging import tag

SAMPLES = Path(__file__).parents[1] / "samples" / "drop"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path, default=[SAMPLES], help="files with texts; default: the samples")
    parser.add_argument("--limit", type=int, help="at most so many texts")
    parser.add_argument("--repeat", type=int, default=3, help="how often each is measured")
    asked = parser.parse_args()
    settings = load_settings()
    documents = texts(asked.files, settings)[: asked.limit]
    if not documents:
        sys.exit("no English text was found")
    bodies = [document.body for document in documents]
    nlp = language.load_model(settings.model_name)
    ways: dict[str, Callable[[], object]] = {
        "bare nlp.pipe": lambda: list(nlp.pipe(bodies, batch_size=settings.batch_size)),
        "tag step": lambda: tag(documents, settings),
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(asked.repeat + 1):
        for name, run in ways.items():
            start = perf_counter()
            run()
            if number:  # the first time pays for tables and caches
                seconds[name].append(perf_counter() - start)
    words = sum(len(body.split()) for body in bodies)
    print(f"{len(bodies)} texts, {words} words, {', '.join(nlp.pipe_names)}; medians of {asked.repeat}")
    middle = {name: median(measured) for name, measured in seconds.items()}
    for name, value in middle.items():
        print(f"{name:14} {value:8.2f} s  {len(bodies) / value:7.1f} texts/s  {words / value:9.0f} words/s")
    print(f"ratio          {middle['bare nlp.pipe'] / middle['tag step']:8.2f}")


def texts(files: list[Path], settings: Settings) -> list[Document]:
    """The documents that tagging would code, of those found in files."""
    found = [item for item in steps.parse_files(files, settings=settings) if isinstance(item, Document)]
    return [document for document in found if document.language_code in (None, "en")]


if __name__ == "__main__":
    main()
