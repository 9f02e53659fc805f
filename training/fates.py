"""Fit the two forests that say whether a visit is off, and whether only put off, and write them into the codebook.

    python training/fates.py            measure, fit, print figures by hand, write codebook/model/off.npz and moved.npz
    python training/fates.py --check    write nothing and fail when a file would change

They learn from the open sets of `tests/gold/visits`, which say how a visit ended, not which article says so: the last
article of a visit that was called or put off says it, its first one doesn't, nor does an article on a visit that is
printed after it began, nor any of one that stayed planned. What isn't known so is left out. Figures are for each hand,
by forests that have seen the others' articles only. Needs scikit-learn.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from forests import grow, renew
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parent.parent))

from told import is_meant

from demarche import reports
from demarche.records import Document
from demarche.reports import fates
from demarche.settings import load_settings
from demarche.steps import tagging
from demarche.trees import Trees
from tests.gold import visits as gold

CALLED_OFF = ("cancelled", "postponed")


@dataclass(frozen=True)
class Example:
    """A visit of which an article tells: whether it says that it is off, and that it is only put off."""

    hand: str
    row: NDArray[np.float32]
    is_off: bool
    is_moved: bool


def read(folder: Path) -> Iterator[Example]:
    """Every visit of a set with every article of which it is known whether it tells that it is off."""
    visits = gold.load(folder / "visits.jsonl")
    documents = gold.parse(folder)
    names: dict[str, set[str]] = {}
    for name, document in documents.items():
        names.setdefault(document.document_id, set()).add(name)
    distinct = list({document.document_id: document for document in documents.values()}.values())
    for document, doc, mentions in tagging.parse_documents(distinct, load_settings()):
        of_document = [visit for visit in visits if not visit.documents.isdisjoint(names[document.document_id])]
        if not of_document:
            continue
        for candidate, traits in reports.measure_fates(doc, mentions, document=document):
            for visit in of_document:
                is_off = (
                    _is_off(document, visit, documents) if is_meant(candidate, visit, document.known_date) else None
                )
                if is_off is not None:
                    yield Example(folder.name, fates.row(traits), is_off, visit.status == "postponed")


def _is_off(document: Document, visit: gold.Visit, documents: dict[str, Document]) -> bool | None:
    """Whether an article says that a visit is off; None if that isn't known."""
    printed = sorted(day for name in visit.documents if name in documents and (day := _printed(documents[name])))
    day = _printed(document)
    if day is None or not printed:
        return None
    if visit.status == "planned":
        return False
    is_first = day == printed[0] and len(set(printed)) > 1
    if visit.status in CALLED_OFF:
        return True if day == printed[-1] else False if is_first else None
    is_begun = visit.start is not None and day >= visit.start
    return False if is_begun or is_first else None


def _printed(document: Document) -> date | None:
    return document.known_date


def fit(examples: Sequence[Example], wanted: NDArray[np.bool_]) -> Trees:
    rows = np.stack([one.row for one in examples])
    return grow(rows, wanted, n_estimators=80, learning_rate=0.08, max_depth=4, min_samples_leaf=4)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 when a file would change")
    asked = parser.parse_args()
    examples = [one for folder in sorted(gold.SETS.glob("open_*")) for one in read(folder)]
    off = [one for one in examples if one.is_off]
    models = (
        (fates.OFF_FILE, examples, np.array([one.is_off for one in examples])),
        (fates.MOVED_FILE, off, np.array([one.is_moved for one in off])),
    )
    renew(models, fit, fates.FLOOR, is_check=asked.check)


if __name__ == "__main__":
    main()
