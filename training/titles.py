"""Fit the model that chooses a page's title among the lines above its article, and write it into the codebook.

    python training/titles.py            fit, print cross-validated figures, write codebook/model/titles.npz
    python training/titles.py --check    write nothing and fail when the file would change

It learns from the pages of `lines.py`, and after it: what is above the article is what that model leaves there. Figures
are for each hand, by a model that has seen the others' pages only. Same pages, same version of the library: same bytes.
Needs scikit-learn.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from forests import as_trees
from numpy.typing import NDArray
from sklearn.ensemble import GradientBoostingClassifier

from demarche import codebook
from demarche.documents import titles
from demarche.documents.furniture import split_page
from demarche.documents.headings import find_title, without_label, without_tag
from demarche.documents.titles import MODEL_FILE
from demarche.trees import Trees

HERE = Path(__file__).parent
TARGET = Path(codebook.__file__).parent / MODEL_FILE
FITTED = (HERE.parent / "tests/fixtures/pages", HERE.parent / "tests/gold/dumps/open")
"""Pages by which the rules were made: what rules say of them is no measure."""


@dataclass(frozen=True)
class Example:
    """A page with a title: the lines that may be it, what is measured of them (lines, traits), and which it is."""

    hand: str
    title: str
    by_rules: str | None
    lines: Sequence[str]
    rows: NDArray[np.float32]
    is_title: NDArray[np.bool_]


def read(path: Path, hand: str) -> Iterator[Example]:
    gold = tomllib.loads(path.with_suffix(".toml").read_text(encoding="utf-8"))
    page = split_page(path.read_text(encoding="utf-8"))
    if not page.head or not (title := gold.get("title")):
        return
    said = find_title(page)
    lines = page.head[-titles.MOST_LINES :]
    wanted = _bare(without_tag(title))
    marked = [_bare(without_label(line)) == wanted for line in lines]
    if not any(marked):  # a line that holds more than the title, as that of a table does
        marked = [wanted in _bare(line) for line in lines]
    yield Example(hand, title, said, lines, titles.measured(page, said), np.array(marked))


def _bare(line: str) -> str:
    return " ".join(line.split()).casefold()


def fit(examples: Sequence[Example]) -> Trees:
    model = GradientBoostingClassifier(
        n_estimators=600, learning_rate=0.03, max_depth=4, subsample=0.6, max_features=0.05, min_samples_leaf=5,
        random_state=0,
    )  # fmt: skip
    wanted = np.concatenate([one.is_title for one in examples])
    model.fit(np.vstack([one.rows for one in examples]), wanted)
    return as_trees(model, wanted.mean())


def cross_validate(examples: Sequence[Example]) -> None:
    """Titles that are exactly right: by rules, by the model."""
    print("hand     pages   by rules   by the model")
    known = {folder.parent.name for folder in FITTED}
    totals = np.zeros(3, dtype=int)
    for hand in sorted({one.hand for one in examples} - known):
        trees = fit([one for one in examples if one.hand != hand])
        told = [one for one in examples if one.hand == hand]
        found = [titles.chosen(one.lines, one.by_rules, trees.probabilities(one.rows))[0] for one in told]
        pairs = list(zip(told, found, strict=True))
        counts = (
            len(told), sum(one.by_rules == one.title for one in told), sum(said == one.title for one, said in pairs)
        )  # fmt: skip
        totals += counts
        print(f"{hand:8} {counts[0]:5}   {counts[1]:8}   {counts[2]:12}")
    print(f"{'all':8} {totals[0]:5}   {totals[1]:8}   {totals[2]:12}")


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
    print(f"wrote {MODEL_FILE}, {len(data) / 1024:.0f} KiB, from {len(examples)} pages")


if __name__ == "__main__":
    main()
