"""Any number of articles for measuring: sentences of the samples, shuffled, so that no two are the same text."""

from __future__ import annotations

import json
import os
import random
import re
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from demarche import steps
from demarche.records import Document
from demarche.settings import load_settings

SAMPLES = Path(__file__).parents[1] / "samples" / "drop"
SENTENCES = (8, 16)  # of an article, at least and at most


@cache
def _sentences() -> tuple[str, ...]:
    found = [item for item in steps.parse_files([SAMPLES], settings=load_settings()) if isinstance(item, Document)]
    bodies = [document.body for document in found if document.language_code == "en"]
    parts = [part for body in bodies for part in re.split(r"(?<=[.!?])\s+(?=[A-Z“\"])", body)]
    return tuple(sorted({part for part in parts if 40 < len(part) < 400 and "\n" not in part}))


def articles(count: int, seed: str) -> Iterator[dict[str, str]]:
    """Records as `.jsonl` holds them; the same seed gives the same."""
    chosen = random.Random(seed)
    for number in range(count):
        picked = chosen.sample(_sentences(), chosen.randint(*SENTENCES))
        day = f"2024-{chosen.randint(1, 12):02}-{chosen.randint(1, 28):02}"
        paragraphs = [" ".join(picked[start : start + 3]) for start in range(0, len(picked), 3)]
        name = f"https://invented.example/{seed}/{number}"
        yield {"url": name, "title": picked[0][:80], "text": "\n\n".join(paragraphs), "date": day}


def drop(folder: Path, name: str, records: Iterator[dict[str, str]]) -> int:
    """Put records into a drop folder as one file, as a careful sender does; answer how many there are."""
    folder.mkdir(parents=True, exist_ok=True)
    beside = folder.with_name(f"{folder.name}.incoming") / f"{name}.jsonl"
    beside.parent.mkdir(exist_ok=True)
    lines = [json.dumps(record) + "\n" for record in records]
    beside.write_text("".join(lines), encoding="utf-8")
    os.utime(beside, (time.time() - 60, time.time() - 60))  # what was changed just now waits for the next run
    beside.rename(folder / beside.name)
    return len(lines)
