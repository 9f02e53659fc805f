"""Fit the model that tells an article's lines from a page's furniture, and write it into the codebook.

    python training/lines.py            fit, print cross-validated figures, write codebook/model/lines.npz
    python training/lines.py --check    write nothing and fail when the file would change

It learns from pages whose articles people marked: `pages/` beside this file (several hands, the letter before a file's
name says which), the tests' pages and the open half of the gold dumps, and from pages made of these: with a shorter
article, and furniture of `tests/fixtures/furniture.toml` put in. Figures are for each hand, by a model that has
seen the others' pages only. Same pages, same words in the codebook, same version of the library: same bytes. Needs
scikit-learn.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
from forests import as_trees
from numpy.typing import NDArray
from sklearn.ensemble import GradientBoostingClassifier

from demarche import codebook
from demarche.documents.furniture import MODEL_FILE, measured, read_page, weighed
from demarche.trees import Trees

HERE = Path(__file__).parent
TARGET = Path(codebook.__file__).parent / MODEL_FILE
FITTED = (HERE.parent / "tests/fixtures/pages", HERE.parent / "tests/gold/dumps/open")
"""Pages by which the rules were made: what rules say of them is no measure."""

BLOCKS = tomllib.loads((HERE.parent / "tests/fixtures/furniture.toml").read_text(encoding="utf-8"))
MADE_OF_EACH = 4  # pages made of each, with a shorter article and a block of furniture more
LEAST_OF_LINE = 0.4  # of a line that is a paragraph's, when an agency's tail or a number was taken off


@dataclass(frozen=True)
class Example:
    """A page: what is measured of its lines (lines, traits), which are the article's, and which the rules keep."""

    hand: str
    rows: NDArray[np.float32]
    is_article: NDArray[np.bool_]
    by_rules: NDArray[np.bool_]
    is_made: bool


def read(path: Path, hand: str) -> Iterator[Example]:
    """The page, and pages made of it."""
    gold = tomllib.loads(path.with_suffix(".toml").read_text(encoding="utf-8"))
    text, body = path.read_text(encoding="utf-8"), str(gold["body"])
    page = read_page(text)
    marked = align(page.lines, body.split("\n"))
    if found := _example(hand, text, marked, is_made=False):
        yield found
    random = Random(path.name)
    for _ in range(MADE_OF_EACH):
        lines, of_article = _varied(page.lines, marked, random)
        if made := _example(hand, random.choice(("\n", "\n\n")).join(lines), np.array(of_article), is_made=True):
            yield made


def _example(hand: str, text: str, marked: NDArray[np.bool_], *, is_made: bool) -> Example | None:
    page = read_page(text)
    if not page.kept or len(page.lines) != len(marked):
        return None  # lines that were joined again
    return Example(hand, measured(page), marked, np.isin(np.arange(len(page.lines)), page.kept), is_made)


def _varied(lines: Sequence[str], marked: NDArray[np.bool_], random: Random) -> tuple[list[str], list[bool]]:
    """A page with a shorter article, and other furniture above, within or below it."""
    own = [int(number) for number in np.flatnonzero(marked)]
    left = random.randint(3, max(3, len(own))) if own else 0
    gone = set(own[left - 1 : -1]) if random.random() < 0.5 else set(own[left:])
    kept = [(line, bool(is_own)) for number, (line, is_own) in enumerate(zip(lines, marked, strict=True)) if
            number not in gone]  # fmt: skip
    places = [number for number, (_, is_own) in enumerate(kept) if is_own]
    place = random.choice(("above", "inside", "below", "none"))
    if place != "none" and len(places) > 1:
        at = {"above": places[0], "below": places[-1] + 1, "inside": places[random.randrange(1, len(places))]}[place]
        kept[at:at] = [(line, False) for line in random.choice(BLOCKS[place])]
    return [line for line, _ in kept], [is_own for _, is_own in kept]


def align(lines: Sequence[str], paragraphs: Sequence[str]) -> NDArray[np.bool_]:
    """Which lines are paragraphs, in their order: the longest common subsequence, white space apart."""
    found = [" ".join(line.split()) for line in lines]
    wanted = [words for paragraph in paragraphs if (words := " ".join(paragraph.split()))]
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


def _is_same(line: str, paragraph: str) -> bool:
    is_part = len(paragraph) >= LEAST_OF_LINE * len(line) and (line.startswith(paragraph) or line.endswith(paragraph))
    return is_part or (line in paragraph and len(line) >= LEAST_OF_LINE * len(paragraph))


def fit(examples: Sequence[Example]) -> Trees:
    model = GradientBoostingClassifier(
        n_estimators=600, learning_rate=0.05, max_depth=6, subsample=0.6, max_features=0.08, min_samples_leaf=5,
        random_state=0,
    )  # fmt: skip
    rows = np.vstack([one.rows for one in examples])
    wanted = np.concatenate([one.is_article for one in examples])
    model.fit(rows, wanted)
    return as_trees(model, float(wanted.mean()))


def cross_validate(examples: Sequence[Example]) -> None:
    """Pages whose lines are all told rightly, and lines told wrongly: by rules, by the model, by both as they work."""
    print("hand     pages   by rules        by the model    by both    (pages right, lines wrong)")
    totals = np.zeros((3, 2), dtype=int)
    hands = sorted({one.hand for one in examples if one.hand not in {path.parent.name for path in FITTED}})
    for hand in hands:
        trees = fit([one for one in examples if one.hand != hand])
        told = [one for one in examples if one.hand == hand and not one.is_made]
        counts = np.zeros((3, 2), dtype=int)
        for one in told:
            found = trees.probabilities(one.rows)
            for number, kept in enumerate((one.by_rules, found > 0.5, weighed(found, one.by_rules))):
                wrong = int((kept != one.is_article).sum())
                counts[number] += (wrong == 0, wrong)
        totals += counts
        print(f"{hand:8} {len(told):5}   " + "   ".join(f"{right:5} {wrong:5}" for right, wrong in counts))
    print(f"{'all':8} {'':5}   " + "   ".join(f"{right:5} {wrong:5}" for right, wrong in totals))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 when the file would change")
    asked = parser.parse_args()
    hands = [(path, path.name.partition("_")[0]) for path in sorted((HERE / "pages").glob("*.txt"))]
    hands += [(path, folder.parent.name) for folder in FITTED for path in sorted(folder.glob("*.txt"))]
    examples = [example for path, hand in hands for example in read(path, hand)]
    data = fit(examples).to_bytes()
    if asked.check:
        is_same = TARGET.exists() and TARGET.read_bytes() == data
        print(f"{MODEL_FILE} {'is' if is_same else 'is not'} what these pages give")
        sys.exit(0 if is_same else 1)
    cross_validate(examples)
    TARGET.write_bytes(data)
    print(f"wrote {MODEL_FILE}, {len(data) / 1024:.0f} KiB, from {len(hands)} pages")


if __name__ == "__main__":
    main()
