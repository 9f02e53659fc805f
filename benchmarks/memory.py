"""Whether memory stays flat: what a process holds while it tags ever new texts with many names of one's own.

    python -m benchmarks.memory [--texts 10000] [--aliases 50000]

The texts are a few shuffled sentences of the samples, each with two pairs of names that no text had before, because
what grows is what is remembered of new words. Prints the process's memory after every thousandth text, and by how much
it grew from the first thousand to the last.
"""

from __future__ import annotations

import argparse
import os
import random
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.gazetteer import SYLLABLES, write_aliases
from benchmarks.invented import articles
from benchmarks.mixed import samples_of
from demarche.records import Document
from demarche.settings import Settings, load_settings
from demarche.steps.tagging import tag

STEP = 1_000
SENTENCES = 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=10_000, help="how many texts are tagged")
    parser.add_argument("--aliases", type=int, default=50_000, help="how many names are added")
    asked = parser.parse_args()
    with TemporaryDirectory() as folder:
        file = Path(folder) / "gazetteer.csv"
        write_aliases(file, asked.aliases, [])
        settings = load_settings(data_folder=Path(folder), gazetteer_file=file)
        made = documents(settings)
        held = []
        for number in range(0, asked.texts, STEP):
            tag(list(islice(made, min(STEP, asked.texts - number))), settings)
            held.append(resident())
            print(f"{min(number + STEP, asked.texts):6} texts  {held[-1] / 1e6:8.1f} MB", flush=True)
    print(f"grown  {(held[-1] - held[0]) / 1e6:.1f} MB from the first row to the last, {held[-1] / held[0]:.3f} times")


def documents(settings: Settings) -> Iterator[Document]:
    """Short texts without end."""
    chance = random.Random(1)
    like = samples_of(settings)[0]
    for number, article in enumerate(articles(10**9, "memory")):
        sentences = article["text"].replace("\n\n", " ").split(". ")[:SENTENCES]
        names = (" ".join("".join(chance.choices(SYLLABLES, k=4)).title() for _ in "ab") for _ in "ab")
        body = f"{'. '.join(sentences)}. {' met '.join(names)}."
        yield like.model_copy(update={"body": body, "document_id": f"d{number:032x}"})


def resident() -> int:
    """Bytes of memory that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main()
