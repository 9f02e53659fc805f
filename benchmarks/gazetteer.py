"""What names cost: start-up, memory and time per document, with as many aliases of one's own as asked for.

    python -m benchmarks.gazetteer [FILE.jsonl ...] [--aliases 50000] [--index 0] [--repeat 3] [--limit N]

Prints three things. Start-up: a new process that loads spaCy's model and the gazetteer, against one that loads the
model alone. Memory: the most that a process held, with the aliases, after the first and after the last round. Linking:
the tag step with the aliases against the tag step without, in one process, by turns. The aliases are invented names of
two and three words, one in four beginning with a word that the texts use as well. With `--index 1000000` so many
names are put into a prebuilt index in place of the CSV.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from benchmarks.speed import SAMPLES, texts
from demarche.settings import load_settings
from demarche.steps.gazetteer import load_additions
from demarche.steps.tagging import tag

SYLLABLES = ("ba", "cor", "dun", "el", "fi", "gra", "hol", "im", "ka", "lor", "mi", "nu", "os", "pel", "ri", "sto")
BARE = "import spacy; from demarche.language import model_name; spacy.load(model_name())"
WITH_GAZETTEER = (
    "from demarche import language, entities, places; language.load_model(); entities.load_gazetteer(); "
    "places.load_places()"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path, default=[SAMPLES], help="files with texts; default: the samples")
    parser.add_argument("--aliases", type=int, default=50_000, help="how many names are added")
    parser.add_argument("--index", type=int, default=0, help="how many names an index has, in place of the aliases")
    parser.add_argument("--repeat", type=int, default=3, help="how often each is measured")
    parser.add_argument("--limit", type=int, help="at most so many texts")
    asked = parser.parse_args()
    alone, together = (middle_seconds(code, asked.repeat) for code in (BARE, WITH_GAZETTEER))
    print(f"start-up       {alone:6.2f} s, with the gazetteer {together:6.2f} s; ratio {together / alone:.2f}")
    with TemporaryDirectory() as folder:
        file = Path(folder) / "gazetteer.csv"
        plain = load_settings(data_folder=Path(folder))
        documents = texts(asked.files, plain)[: asked.limit]
        if not documents:
            sys.exit("no English text was found")
        words = " ".join(document.body for document in documents).split()
        none = load_settings(data_folder=plain.data_folder, gazetteer_file=empty(Path(folder) / "empty.csv"))
        write_aliases(file, asked.index or asked.aliases, words)
        if asked.index:
            index = Path(folder) / "names.index"
            start = perf_counter()
            # in a process of its own, whose memory isn't that of those who read the index
            command = [str(Path(sys.executable).with_name("demarche")), "gazetteer", "build", str(file)]
            subprocess.run(command, check=True, env={**os.environ, "DEMARCHE_GAZETTEER_INDEX": str(index)})
            print(
                f"index of {asked.index} names, {index.stat().st_size / 1e6:.0f} MB, in {perf_counter() - start:.1f} s"
            )
            loaded = none.model_copy(update={"gazetteer_index": index})
        else:
            loaded = load_settings(data_folder=plain.data_folder, gazetteer_file=file)
            start = perf_counter()
            load_additions(loaded)
            print(f"{asked.aliases} aliases read and checked in {perf_counter() - start:.2f} s")
        seconds: dict[str, list[float]] = {"without": [], "with": []}
        held = []
        for number in range(asked.repeat + 1):
            for name, settings in (("without", none), ("with", loaded)):
                start = perf_counter()
                tag(documents, settings)
                if number:  # the first time pays for tables and caches
                    seconds[name].append(perf_counter() - start)
            held.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6)
    middle = {name: median(measured) for name, measured in seconds.items()}
    print(
        f"linking        {middle['without']:6.2f} s, with the aliases {middle['with']:6.2f} s, {len(documents)} texts"
    )
    print(f"memory         {held[0]:6.2f} GB after the first round, {held[-1]:6.2f} GB after the last")
    print(f"ratio          {middle['with'] / middle['without']:6.2f}")


def middle_seconds(code: str, repeat: int) -> float:
    """The median of a processor's seconds in a new process that runs ``code``, the first time not counted."""
    measured = []
    for _ in range(repeat + 1):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", code], check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        measured.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return median(measured[1:])


def empty(file: Path) -> Path:
    file.write_text("kind,name\n", encoding="utf-8")
    return file


def write_aliases(file: Path, count: int, words: list[str]) -> None:
    """A CSV with ``count`` invented persons."""
    chance = random.Random(1)
    used = sorted({word for word in words if word.isalpha() and word.istitle()}) or ["Nemo"]
    with file.open("w", encoding="utf-8") as out:
        out.write("kind,id,name,country\n")
        for number in range(count):
            parts = ["".join(chance.choices(SYLLABLES, k=3)).title() for _ in range(chance.choice((2, 3)))]
            if number % 4 == 0:
                parts[0] = chance.choice(used)
            out.write(f"person,x{number},{' '.join(parts)},FRA\n")


if __name__ == "__main__":
    main()
