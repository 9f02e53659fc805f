"""Fit the two forests that say on which days a visit begins and ends, and write them into the codebook.

    python training/days.py            print figures by hand, fit, write codebook/model/first_days.npz and last_days.npz
    python training/days.py --check    write nothing and fail when a file would change

They learn from the open sets of `tests/gold/visits`: of every article that tells of a visit each day that it tells,
or that of its tale, is the visit's first day or isn't, its last day or isn't. Figures are for each hand, by trees that
have seen the others' articles only: how well they part right days from wrong ones (AUC), and of how many visits the
days of all articles together give the first day, the last day, and both. Same articles, same coder, same version of the
library: same bytes. Needs scikit-learn.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from forests import as_trees
from numpy.typing import NDArray
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.metrics import roc_auc_score

sys.path.insert(0, str(Path(__file__).parent.parent))

from demarche import codebook
from demarche.reports import circumstances, days
from demarche.reports.parties import Parties
from demarche.settings import load_settings
from demarche.steps import tagging
from demarche.stretches import Bound, Kind, fit
from demarche.trees import Trees
from tests.gold import visits as gold

MODEL = Path(codebook.__file__).parent
FILES: dict[Kind, str] = {"first": days.FIRST_FILE, "last": days.LAST_FILE}
LONGEST = 14  # days


@dataclass(frozen=True)
class Example:
    """An article that tells of a visit: its days, what is measured of them (days, traits), and the visit's own days."""

    hand: str
    visit: str
    told: Sequence[date]
    rows: NDArray[np.float32]
    first: date | None
    last: date | None

    def day(self, kind: Kind) -> date | None:
        return self.first if kind == "first" else self.last


def read(folder: Path) -> Iterator[Example]:
    """Every visit of a set with every article that tells of it."""
    documents = gold.parse(folder)
    names: dict[str, set[str]] = defaultdict(set)
    for name, document in documents.items():
        names[document.document_id].add(name)
    visits = gold.load(folder / "visits.jsonl")
    distinct = list({document.document_id: document for document in documents.values()}.values())
    for document, doc, mentions in tagging.parse_documents(distinct, load_settings()):
        sentences, parties = list(doc.sents), Parties(doc, mentions)
        anchor = circumstances.filed_on(document.dateline, document.known_date)
        text = days.Text(sentences, parties, anchor, circumstances.filed_at(document.dateline_place_name))
        people = [party for sentence in sentences for party in parties.people_of(sentence)]
        for visit in visits:
            guest = next((party for party in people if party.country_code == visit.guest), None)
            if visit.documents.isdisjoint(names[document.document_id]) or guest is None or visit.host is None:
                continue
            measured = text.measure(guest, visit.host)
            if measured:
                rows = days.rows_of([traits for _, traits in measured])
                told = [one.day for one, _ in measured]
                yield Example(folder.name[-1], f"{folder.name} {visit.visit_id}", told, rows, visit.start, visit.end)


def labels(examples: Sequence[Example], kind: Kind) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """What is measured of all days (days, traits), and which are the first or last day of their visit.

    An article that tells neither often tells those for which it was planned before it was put off: left out."""
    known = [one for one in examples if one.day(kind) and (one.first in one.told or one.last in one.told)]
    return np.vstack([one.rows for one in known]), np.array([day == one.day(kind) for one in known for day in one.told])


def fitted(examples: Sequence[Example], kind: Kind) -> Trees:
    """Trees that say how probable a day is the first, or the last, one."""
    model = GradientBoostingClassifier(
        n_estimators=200, max_depth=4, learning_rate=0.07, subsample=0.6, max_features=0.3, min_samples_leaf=6,
        random_state=0,
    )  # fmt: skip
    rows, wanted = labels(examples, kind)
    model.fit(rows, wanted)
    return as_trees(model, float(wanted.mean()))


def cross_validate(examples: Sequence[Example]) -> None:
    """Figures of each hand, by trees fitted to the others'."""
    print("hand   visits   AUC first  last   right: first  last  both")
    totals = np.zeros(4, dtype=int)
    for hand in sorted({one.hand for one in examples}):
        own, others = ([one for one in examples if (one.hand == hand) == is_own] for is_own in (True, False))
        forests = {kind: fitted(others, kind) for kind in FILES}
        counts = np.zeros(4, dtype=int)
        for visit in dict.fromkeys(one.visit for one in own):
            articles = [one for one in own if one.visit == visit]
            if articles[0].first is None or articles[0].last is None:
                continue
            bounds = [
                bound
                for one in articles
                for kind in FILES
                for bound in days.weigh(kind, one.told, one.rows, forests[kind])
            ]
            found = fit([bound for bound in _summed(bounds) if bound.weight > 0], longest=LONGEST) or (None, None)
            right = [told == day for told, day in zip(found, (articles[0].first, articles[0].last), strict=True)]
            counts += np.array([1, *right, all(right)])
        aucs = []
        for kind in FILES:
            rows, wanted = labels(own, kind)
            aucs.append(roc_auc_score(wanted, forests[kind].probabilities(rows)))
        print(f"{hand:6}{counts[0]:7}{aucs[0]:12.3f}{aucs[1]:7.3f}{counts[1]:14}{counts[2]:6}{counts[3]:6}")
        totals += counts
    print(f"{'all':6}{totals[0]:7}{'':19}{totals[1]:14}{totals[2]:6}{totals[3]:6}")


def _summed(bounds: Sequence[Bound]) -> list[Bound]:
    weights: dict[tuple[Kind, date], float] = defaultdict(float)
    for bound in bounds:
        weights[bound.kind, bound.day] += max(bound.weight + 2.0, 0.0)  # of several articles some tell nothing
    return [Bound(kind, day, weight) for (kind, day), weight in weights.items()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="fail when a file isn't what these articles give")
    is_check = parser.parse_args().check
    examples = [one for folder in sorted(gold.SETS.glob("open_*")) for one in read(folder)]
    if not is_check:
        cross_validate(examples)
    is_same = True
    for kind, file in FILES.items():
        data = fitted(examples, kind).to_bytes()
        if is_check:
            is_same &= (MODEL / file).read_bytes() == data
        else:
            (MODEL / file).write_bytes(data)
            print(f"wrote {file}, {len(data) / 1024:.0f} KiB, from {len(examples)} articles")
    if is_check:
        print(f"the models of days {'are' if is_same else 'are not'} what these articles give")
        sys.exit(not is_same)


if __name__ == "__main__":
    main()
