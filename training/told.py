"""Fit the two forests that say which visits an article tells of, and write them into the codebook.

    python training/told.py            measure, fit, print figures by hand, write codebook/model/told.npz and begun.npz
    python training/told.py --check    write nothing and fail when a file would change

They learn from the open sets of `tests/gold/visits` and, what news tell besides, from the open halves of the samples
and of `tests/gold/happenings`. An article tells of a leader in a state where its set says so, of a time near the
article's day; it tells it as begun where it was printed on the first day or later and nobody called the visit off.
Figures are for each hand, by a model that has seen the others' articles only. The traits are what the coder makes of
these articles: another coder, other trees. Needs scikit-learn.
"""

from __future__ import annotations

import argparse
import re
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from forests import grow, renew
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parent.parent))

from demarche import reports
from demarche.evaluation import GoldEvent
from demarche.records import Document
from demarche.reports import told
from demarche.settings import load_settings
from demarche.steps import evaluating, tagging
from demarche.trees import Trees
from tests.gold import visits as gold

_NEAR = timedelta(days=60)
_CALLED_OFF = ("cancelled", "postponed")
_ROOT = Path(__file__).parent.parent
SAMPLES = (_ROOT / "samples/gold", _ROOT / "tests/gold/happenings/gold")
OF_SAMPLES = 3.0  # how much an article of the samples weighs: few, and of all that news tell


@dataclass(frozen=True)
class Example:
    """A leader and a state that an article names: whether it tells of a visit, and as begun; None if nobody knows."""

    hand: str
    row: NDArray[np.float32]
    is_told: bool
    is_begun: bool | None
    weight: float = 1.0


def read(folder: Path) -> Iterator[Example]:
    """Every candidate of a set's articles."""
    known = [*gold.load(folder / "visits.jsonl"), *gold.load(folder / "also_told.jsonl")]
    documents = gold.parse(folder)
    names: dict[str, set[str]] = {}
    for name, document in documents.items():
        names.setdefault(document.document_id, set()).add(name)
    distinct = list({document.document_id: document for document in documents.values()}.values())
    for document, doc, mentions in tagging.parse_documents(distinct, load_settings()):
        visits = [visit for visit in known if not visit.documents.isdisjoint(names[document.document_id])]
        for candidate in reports.measure_visits(doc, mentions, document=document):
            yield _example(folder.name, candidate, visits, document)


def _example(hand: str, candidate: told.Candidate, visits: Sequence[gold.Visit], document: Document) -> Example:
    printed = document.known_date
    meant = [visit for visit in visits if is_meant(candidate, visit, printed)]
    begun = [known for visit in meant if (known := _is_begun(visit, printed)) is not None]
    return Example(hand, candidate.row, bool(meant), begun[0] if begun else None)


def read_samples(folder: Path) -> Iterator[Example]:
    """Every candidate of the articles with events of the open half of some gold: told are visits that gold lists."""
    gold_of = evaluating.load_gold(folder).part("open")
    settings = load_settings()
    texts = evaluating.read_texts(gold_of, evaluating.default_texts(folder), settings)
    rows = {document.document_id: name for name, document in texts.items() if tagging.is_coded(document)}
    distinct = list({texts[name].document_id: texts[name] for name in rows.values()}.values())
    for document, doc, mentions in tagging.parse_documents(distinct, settings):
        listed = [
            row for row in gold_of.events if row.document == rows[document.document_id] and row.mode_type == "visit"
        ]
        for candidate in reports.measure_visits(doc, mentions, document=document):
            is_told = any(_is_listed(candidate, row) for row in listed)
            yield Example("samples", candidate.row, is_told, None, OF_SAMPLES)


def _is_listed(candidate: told.Candidate, row: GoldEvent) -> bool:
    guests = {party.country_code for party in row.actors}
    hosts = {party.country_code for party in row.recipients} | {row.place_country_code}
    return candidate.leader.country_code in guests and candidate.host in hosts


def is_meant(candidate: told.Candidate, visit: gold.Visit, printed: date | None) -> bool:
    guest = candidate.leader
    if visit.host != candidate.host or visit.guest not in (None, guest.country_code):
        return False
    if not _words(visit.visitor) & _words(guest.name or guest.text):
        return False
    return visit.start is None or printed is None or abs(visit.start - printed) <= _NEAR


def _is_begun(visit: gold.Visit, printed: date | None) -> bool | None:
    if visit.status == "planned" or visit.status in _CALLED_OFF:
        return False
    if visit.start is None or printed is None:
        return None
    return printed >= visit.start


def _words(name: str) -> set[str]:
    plain = "".join(char for char in unicodedata.normalize("NFKD", name.lower()) if not unicodedata.combining(char))
    return set(re.findall(r"\w{3,}", plain))


def fit(examples: Sequence[Example], wanted: NDArray[np.bool_]) -> Trees:
    rows, weights = np.stack([one.row for one in examples]), np.array([one.weight for one in examples])
    return grow(rows, wanted, weights, n_estimators=100, learning_rate=0.07, max_depth=6, min_samples_leaf=5)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 when a file would change")
    asked = parser.parse_args()
    examples = [one for folder in sorted(gold.SETS.glob("open_*")) for one in read(folder)]
    examples += [one for folder in SAMPLES for one in read_samples(folder)]
    known = [one for one in examples if one.is_told and one.is_begun is not None]
    models = (
        (told.TOLD_FILE, examples, np.array([one.is_told for one in examples])),
        (told.BEGUN_FILE, known, np.array([bool(one.is_begun) for one in known])),
    )
    renew(models, fit, told.FLOOR, is_check=asked.check)


if __name__ == "__main__":
    main()
