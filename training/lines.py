"""Fit the model that tells an article's lines from a page's furniture, and write it into the codebook.

    python training/lines.py            fit, write codebook/model/lines.npz
    python training/lines.py --check    write nothing and fail when the file would change
    python training/lines.py --figures  write nothing and print cross-validated figures

It learns from pages whose articles people marked: `pages/` beside this file (several hands, the letter before a file's
name says which), the tests' pages and the open half of the gold dumps, and from pages made of these: with a shorter
article, and furniture of `tests/fixtures/furniture.toml` put in. Figures are for each hand, by a model that has seen
other hands' pages only. Same pages, same words in the codebook, same version of the library: same bytes. Needs
scikit-learn.
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
from forests import as_trees, mean_of
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from demarche import codebook
from demarche.documents import wording
from demarche.documents.furniture import measured, read_page
from demarche.documents.line_model import MODEL_FILE, LineModel, with_neighbours, with_words, word_scores
from demarche.documents.lines import kind_of
from demarche.documents.traits import Measured
from demarche.trees import Trees

HERE = Path(__file__).parent
TARGET = Path(codebook.__file__).parent / MODEL_FILE
FITTED = (HERE.parent / "tests/fixtures/pages", HERE.parent / "tests/gold/dumps/open")
KNOWN = {folder.parent.name for folder in FITTED}
"""Pages by which words and shapes were chosen: what a model says of them is no measure."""

FOLDS = 5  # over which hands are dealt
FITS = 3  # forests whose mean judges: one alone tells other pages rightly whenever it is fitted anew
TREES = 300  # of each

BLOCKS = tomllib.loads((HERE.parent / "tests/fixtures/furniture.toml").read_text(encoding="utf-8"))
MADE_OF_EACH = 2  # pages made of each, with a shorter article and more furniture
SHARE_OF_PLACES = 0.6  # where a block of furniture is put in, above, within and below the article
SHARE_OF_QUOTES = 0.2  # of what is put within, which the article says too: it is set in large type
QUOTE = re.compile(r"[“\"][^“”\"]{20,90}[”\"]")
WEIGHT_OF_MADE = 0.25  # of their lines: no writer's page looks like them
LEAST_OF_LINE = 0.4  # of a line that is a paragraph's, when an agency's tail or a number was taken off


@dataclass(frozen=True)
class Example:
    """A page: what is measured of its lines, and which are the article's (lines); ``fold`` is one of `FOLDS`."""

    hand: str
    fold: int
    page: Measured
    is_article: NDArray[np.bool_]
    is_made: bool


def read(path: Path, hand: str, fold: int) -> Iterator[Example]:
    """The page, and pages made of it."""
    gold = tomllib.loads(path.with_suffix(".toml").read_text(encoding="utf-8"))
    text, body = path.read_text(encoding="utf-8"), str(gold["body"])
    page = read_page(text)
    marked = align(page.lines, body.split("\n"))
    yield Example(hand, fold, measured(page), marked, is_made=False)
    random = Random(path.name)
    for _ in range(MADE_OF_EACH):
        lines, of_article = _varied(page.lines, marked, random)
        made = read_page(random.choice(("\n", "\n\n")).join(lines))
        if len(made.lines) == len(of_article):  # else lines were joined again
            yield Example(hand, fold, measured(made), np.array(of_article), is_made=True)


def _varied(lines: Sequence[str], marked: NDArray[np.bool_], random: Random) -> tuple[list[str], list[bool]]:
    """A page with a shorter article, and other furniture above, within or below it."""
    own = [int(number) for number in np.flatnonzero(marked)]
    left = random.randint(1, len(own)) if own else 0
    gone = set(own[left - 1 : -1]) if random.random() < 0.5 else set(own[left:])
    kept = [(line, bool(is_own)) for number, (line, is_own) in enumerate(zip(lines, marked, strict=True)) if
            number not in gone]  # fmt: skip
    for place in ("above", "inside", "below"):
        own = [number for number, (_, is_own) in enumerate(kept) if is_own]
        if len(own) > 1 and random.random() < SHARE_OF_PLACES:
            at = {"above": own[0], "inside": own[random.randrange(1, len(own))], "below": own[-1] + 1}[place]
            quotes = [quote for number in own for quote in QUOTE.findall(kept[number][0])]
            is_quoted = place == "inside" and quotes and random.random() < SHARE_OF_QUOTES
            block = [random.choice(quotes)] if is_quoted else random.choice(BLOCKS[place])
            kept[at:at] = [(line, False) for line in block]
    return [line for line, _ in kept], [is_own for _, is_own in kept]


def align(lines: Sequence[str], paragraphs: Sequence[str]) -> NDArray[np.bool_]:
    """Which lines are paragraphs, in their order: the longest common subsequence, by letters and digits alone."""
    found = [_told(line) for line in lines]
    wanted = [told for paragraph in paragraphs if (told := _told(paragraph))]
    same = [[_is_same(line, paragraph) for paragraph in wanted] for line in found]
    longest = np.zeros((len(found) + 1, len(wanted) + 1), dtype=int)
    for row in range(len(found) - 1, -1, -1):
        for column in range(len(wanted) - 1, -1, -1):
            both = longest[row + 1, column + 1] + 1 if same[row][column] else 0
            longest[row, column] = max(longest[row + 1, column], longest[row, column + 1], both)
    marked = np.zeros(len(found), dtype=bool)
    row = column = 0
    while row < len(found) and column < len(wanted):
        if same[row][column] and longest[row, column] == longest[row + 1, column + 1] + 1:
            marked[row] = True
            row, column = row + 1, column + 1
        elif longest[row + 1, column] >= longest[row, column + 1]:
            row += 1
        else:
            column += 1
    return marked


_MARKS = re.compile(r"\[\d+\]|\]\([^)]*\)|\W|_")  # of notes and links, of lists, of words broken at the end of a line


def _told(line: str) -> str:
    return _MARKS.sub("", line)


def _is_same(line: str, paragraph: str) -> bool:
    if not line:
        return False
    is_part = len(paragraph) >= LEAST_OF_LINE * len(line) and (line.startswith(paragraph) or line.endswith(paragraph))
    return is_part or (line in paragraph and len(line) >= LEAST_OF_LINE * len(paragraph))


def fit(examples: Sequence[Example]) -> LineModel:
    """The model of these pages. What it is told of a line's words, and its second trees of what the first made of a
    page, comes of fits that hadn't seen the page's fold: what they had learned by heart would look too good."""
    folds = sorted({one.fold for one in examples})
    weighed = {fold: fit_words([one for one in examples if one.fold != fold]) for fold in folds}
    rows = [with_words(one.page, word_scores(one.page.lines, *weighed[one.fold])) for one in examples]
    found: list[NDArray[np.float64]] = [np.empty(0)] * len(examples)
    for fold in folds:
        others = [number for number, one in enumerate(examples) if one.fold != fold]
        trees = fit_trees([rows[number] for number in others], [examples[number] for number in others])
        for number in set(range(len(examples))).difference(others):
            found[number] = trees.probabilities(rows[number])
    first = fit_trees(rows, examples)
    rows = [with_neighbours(one.page, own, share) for one, own, share in zip(examples, rows, found, strict=True)]
    return LineModel(*fit_words(examples), first, fit_trees(rows, examples))


def fit_words(examples: Sequence[Example]) -> tuple[NDArray[np.float16], NDArray[np.float32]]:
    """Weights of hashed words (2, buckets) and their constants (2): of all lines, and of prose alone."""
    told = sorted({
        (line, bool(is_own))
        for one in examples
        for line, is_own in zip(one.page.lines, one.is_article, strict=True)
    })  # fmt: skip
    weights, starts = [], []
    for lines in (told, [(line, is_own) for line, is_own in told if kind_of(line) == "prose"]):
        model = LogisticRegression(C=2, solver="liblinear", max_iter=60, random_state=0)
        model.fit(_hashed([line for line, _ in lines]), [is_own for _, is_own in lines])
        weights.append(model.coef_[0])
        starts.append(model.intercept_[0])
    return np.array(weights, dtype=np.float16), np.array(starts, dtype=np.float32)


def _hashed(lines: Sequence[str]) -> csr_matrix:
    found = [wording.buckets_of(line) for line in lines]
    counts = np.array([len(one) for one in found])
    shares = np.repeat(1 / np.sqrt(counts), counts)
    ends = np.concatenate([[0], np.cumsum(counts)])
    return csr_matrix((shares, np.concatenate(found), ends), shape=(len(lines), wording.BUCKETS))


def fit_trees(rows: Sequence[NDArray[np.float32]], examples: Sequence[Example]) -> Trees:
    """The mean of several forests, each of other halves of the lines and other traits at each node."""
    seen = np.vstack(rows)
    wanted = np.concatenate([one.is_article for one in examples])
    weights = np.repeat([WEIGHT_OF_MADE if one.is_made else 1.0 for one in examples], [len(row) for row in rows])
    share = float(np.average(wanted, weights=weights))
    with ThreadPoolExecutor(max_workers=2) as pool:
        forests = pool.map(lambda seed: _forest(seed).fit(seen, wanted, weights), range(FITS))
        return mean_of([as_trees(forest, share) for forest in forests])


def _forest(seed: int) -> GradientBoostingClassifier:
    return GradientBoostingClassifier(
        n_estimators=TREES, learning_rate=0.06, max_depth=6, max_features=14, subsample=0.5, min_samples_leaf=5,
        random_state=seed,
    )  # fmt: skip


Figures = dict[str, NDArray[np.int_]]


def told_by_others(examples: Sequence[Example], fold: int) -> Figures:
    """By hand: pages of a fold, those whose lines are all told rightly by a model that hasn't seen the fold, and lines
    that it tells wrongly."""
    model = fit([one for one in examples if one.fold != fold])
    figures: Figures = {}
    for one in examples:
        if one.fold == fold and not one.is_made:
            wrong = int(((model.probabilities(one.page) > 0.5) != one.is_article).sum())
            figures.setdefault(one.hand, np.zeros(3, dtype=int))
            figures[one.hand] += np.array([1, wrong == 0, wrong])
    return figures


def cross_validate(examples: Sequence[Example]) -> None:
    with ProcessPoolExecutor(max_workers=2) as pool:
        found = pool.map(told_by_others, [examples] * FOLDS, range(FOLDS))
        by_hand = {hand: counts for figures in found for hand, counts in figures.items() if hand not in KNOWN}
    for hand, (pages, right, wrong) in [*sorted(by_hand.items()), ("all", np.sum([*by_hand.values()], axis=0))]:
        print(f"{hand:8} {pages:5} pages   {right:5} right   {wrong:5} lines wrong")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 when the file would change")
    parser.add_argument("--figures", action="store_true", help="write nothing; print cross-validated figures by hand")
    asked = parser.parse_args()
    hands = sorted({path.name.partition("_")[0] for path in (HERE / "pages").glob("*.txt")})
    pages = [
        (path, hand, number % FOLDS)
        for number, hand in enumerate(hands)
        for path in sorted((HERE / "pages").glob(f"{hand}_*.txt"))
    ]
    pages += [
        (path, folder.parent.name, number % FOLDS)
        for folder in FITTED
        for number, path in enumerate(sorted(folder.glob("*.txt")))
    ]
    examples = [example for page in pages for example in read(*page)]
    if asked.figures:
        cross_validate(examples)
        return
    data = fit(examples).to_bytes()
    if asked.check:
        is_same = TARGET.exists() and TARGET.read_bytes() == data
        print(f"{MODEL_FILE} {'is' if is_same else 'is not'} what these pages give")
        sys.exit(0 if is_same else 1)
    TARGET.write_bytes(data)
    print(f"wrote {MODEL_FILE}, {len(data) / 1024:.0f} KiB, from {len(pages)} pages")


if __name__ == "__main__":
    main()
