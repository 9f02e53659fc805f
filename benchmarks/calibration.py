"""Is a confidence of 0.8 right four times out of five? The reliability curve of `confidence_score` over gold.

    python -m benchmarks.calibration [GOLD] [--texts FOLDER] [--bins 10]

A report is right when it meets a gold event (`demarche.evaluation`). Both halves of gold are shown, as aggregates; the
frozen one is the judge.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from demarche import evaluation, steps

SAMPLES = Path(__file__).parents[1] / "samples" / "gold"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", nargs="?", type=Path, default=SAMPLES, help="a folder of gold; default: the samples'")
    parser.add_argument("--texts", type=Path, help="the folder with gold's texts; default: drop, beside it")
    parser.add_argument("--bins", type=int, default=10, choices=range(2, 101), metavar="N", help="parts of 0 to 1")
    asked = parser.parse_args()
    gold = steps.load_gold(asked.gold)
    reading = steps.read_gold(gold, asked.texts or steps.default_texts(asked.gold))
    for split in ("open", "frozen", "all"):
        if gold.part(split).names:
            show(split, evaluation.evaluate(gold, reading, split), asked.bins)


def show(split: str, found: evaluation.Evaluation, bin_count: int) -> None:
    """Print the curve of one split: a row per bin that has any report."""
    print(f"{split}: {len(found.outcomes)} reports")
    print(f"{'confidence':>12} {'right':>7} {'reports':>8}")
    for score, share, count in evaluation.reliability(found.outcomes, bin_count):
        print(f"{score:12.2f} {share:7.2f} {count:8} {'#' * round(40 * share)}")
    error = evaluation.calibration_error(found.outcomes, bin_count)
    print(f"calibration error {error:.3f} (expected, over {bin_count} bins)\n")


if __name__ == "__main__":
    main()
