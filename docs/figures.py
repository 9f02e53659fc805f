"""Measure the figures of the README on the samples and write them between its markers; takes about a minute.

How well `confidence_score` holds goes into `docs/calibration.md`. All measures of both halves, and what readers judged,
also go into `include/demarche/warehouse/accuracy.csv`, from where every load brings them into `meta.accuracy`.

    python docs/figures.py

The same figures, and many more: `demarche evaluate samples/gold --split open`, and `--split frozen`.
"""

from __future__ import annotations

import csv
import re
import sys
import textwrap
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from pathlib import Path

from demarche import evaluation, events, steps, warehouse
from demarche.evaluation import Evaluation, Measure
from demarche.records import Accuracy

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
CALIBRATION = ROOT / "docs" / "calibration.md"
ACCURACY = ROOT / "include" / "demarche" / "warehouse" / "accuracy.csv"
GOLD = ROOT / "samples" / "gold"
BEGIN, END = "<!-- figures: written by docs/figures.py -->", "<!-- end of figures -->"
HALVES = ("open", "frozen")
SURE = 0.6

ROWS = {
    ("event", "all"): "events: act and sides are right",
    ("event", "CONSULT"): "of these: meetings, visits, calls",
    ("status", "all"): "status, of events found",
    ("coding", "event_type"): "type, of events found",
    ("actor", "country"): "country of the actor",
    ("recipient", "country"): "country of the recipient",
    ("mutual", "country"): "countries of both, where both act",
    ("date", "start_date"): "first day",
    ("place", "name"): "place",
    ("document", "title"): "title",
    ("document", "byline"): "byline",
    ("document", "published_date"): "day of publication",
    ("story", "b_cubed"): "same text, as groups",
    ("happening", "b_cubed"): "same happening, as groups of events found",
}
"""What is shown: measure and group of `demarche evaluate`, and how a reader calls it."""
DETAILS = {
    "event": "act and sides right: {}",
    "status": "status, of events found: {}",
    "date": "day, of events found: {}",
    "link": "names linked to whom they mean",
    "happening": "reports of one happening: {}",
}
"""What is shown in detail, of the frozen half: measures, and how a reader calls a group of one."""
DETAILS_NOTE = """\
n and R are of the events that gold requires; found and P also of those that it allows, which a careful reader may leave
out. So one found that is allowed, where five are required and missed, gives n 5, found 1, P 100 and R 0. An event that
meets none of gold's counts under the type that it was given."""
SHOWN_GROUPS = {"link": ("all",), "happening": ("pairs", "b_cubed")}
WORDS = {
    "b_cubed": "as groups", "pairs": "as pairs", "start_date": "first", "end_date": "last",
    "date_precision_type": "how exact", "within_a_day": "first, give or take one",
}  # fmt: skip
READ = (
    (51, 73, "136 articles of Wikinews: their events between two countries, judged by a language model"),
    (41, 60, "60 events of the samples, drawn at random by demarche review, judged by a language model"),
    (22, 32, "158 articles of Wikinews in sight of the coder's authors: all events, judged by a language model"),
)
"""What was read once, by a reader that knew texts and codebook only: how many events were right, of how many."""


def table(found: dict[str, Evaluation]) -> Iterator[str]:
    """The lines of the table: per half, how many there are in gold, and precision, recall and F1 in per cent."""
    yield "| | " + " | ".join(f"{half}: n | P | R | F1" for half in HALVES) + " |"
    yield "| --- |" + " --: | --: | --: | --: |" * len(HALVES)
    for key, words in ROWS.items():
        cells = [words]
        for half in HALVES:
            (one,) = [m for m in found[half].measures if (m.measure_type, m.group_name) == key]
            cells += [str(one.gold_count), *("" if score is None else f"{100 * score:.0f}" for score in one.scores)]
        yield "| " + " | ".join(cells) + " |"


def details(measures: dict[str, list[Measure]]) -> Iterator[str]:
    """The lines of the second table: the frozen half by type, status, day and link, folded up."""
    yield "<details><summary>The frozen half by type, status, day and link</summary>"
    yield ""
    yield DETAILS_NOTE
    yield ""
    yield "| | n | found | P | R | F1 |"
    yield "| --- | --: | --: | --: | --: | --: |"
    for measure_type, words in DETAILS.items():
        for one in measures["frozen"]:
            is_shown = one.group_name in SHOWN_GROUPS.get(measure_type, (one.group_name,))
            if one.measure_type == measure_type and is_shown and one.gold_count + one.found_count:
                scores = ["" if score is None else f"{100 * score:.0f}" for score in one.scores]
                name = words.format(WORDS.get(one.group_name, one.group_name))
                yield f"| {name} | {one.gold_count} | {one.found_count} | {' | '.join(scores)} |"
    yield ""
    yield "</details>"


def link_measures() -> dict[str, list[Measure]]:
    """How well names are linked, per half: all of them, and by what makes it hard."""
    from tests.gold import links

    judged = list(links.read(links.load()))
    counts, shares = links.counts(judged), links.figures(judged)
    found: dict[str, list[Measure]] = {half: [] for half in HALVES}
    for name in sorted(counts):
        half, _, group, kind = name.split("/")
        if kind == "recall":
            linked = name.removesuffix(kind) + "precision"
            precision = shares[linked] / 100 if linked in shares else None
            found[half].append(Measure("link", group, counts[name], counts[linked], precision, shares[name] / 100))
    return found


def reviewed() -> Iterator[Accuracy]:
    """What a reader judged, with its interval."""
    for right, count, corpus_name in READ:
        yield events.judged_precision(right, count, release_version=version("demarche"), corpus_name=corpus_name)


def summary(found: dict[str, Evaluation]) -> str:
    """The same in words: what was found, what of it is right, and what a high confidence is worth."""
    scores = [m for half in HALVES for m in found[half].measures if (m.measure_type, m.group_name) == ("event", "all")]
    missed = " and ".join(f"{100 * (one.recall_score or 0):.0f} %" for one in scores)
    right = " and ".join(f"{100 * (one.precision_score or 0):.0f} %" for one in scores)
    sure = [[is_right for score, is_right in found[half].outcomes if score >= SURE] for half in HALVES]
    counted = " and ".join(str(len(outcomes)) for outcomes in sure)
    shares = " and ".join(f"{100 * sum(outcomes) / max(1, len(outcomes)):.0f} %" for outcomes in sure)
    text = f"""
        In words, open half and frozen half: of the events that a careful reader finds, {missed} are found with act and
        sides right; of those that are reported, {right} are right. Of those reported with a `confidence_score` of
        {SURE} or more ({counted} events), {shares} are right.
    """
    return textwrap.fill(" ".join(text.split()), 120)


CALIBRATION_TEXT = """\
# Is a confidence of 0.8 right four times out of five?

*Written by `docs/figures.py`; not to be edited by hand.*

`confidence_score` says how probably act and sides of a report are right. Below is, for each half of the sample
gold, how many reports were given a score between two tenths, the mean of their scores, and the share of them that
is right. In a perfect curve the two are the same. The **open** half was in sight when the steps of the score were
chosen (`_confidence` in `reports/__init__.py`); the **frozen** half judges them. Articles of the world are harder
than samples: expect less of a score there.
"""


def calibration(found: dict[str, Evaluation]) -> str:
    """The page on confidence: per half a row per tenth of the score that any report was given."""
    lines = [CALIBRATION_TEXT]
    for half in HALVES:
        outcomes = found[half].outcomes
        lines += [f"## The {half} half: {len(outcomes)} reports", ""]
        lines += ["| reports | mean score | right | |", "| --: | --: | --: | --- |"]
        for score, share, count in evaluation.reliability(outcomes):
            lines.append(f"| {count} | {score:.2f} | {share:.2f} | {'█' * round(20 * share)} |")
        error = evaluation.calibration_error(outcomes)
        lines += ["", f"Score and share are apart by {error:.2f} on average over the reports.", ""]
    return "\n".join(lines)


def accuracy(measures: dict[str, list[Measure]]) -> Iterator[Accuracy]:
    """Every measure of both halves, and what a reader judged, as rows of `meta.accuracy`."""
    yield from reviewed()
    for half in HALVES:
        for one in measures[half]:
            corpus_name = "paragraphs on links" if one.measure_type == "link" else "samples"
            yield Accuracy(
                release_version=version("demarche"),
                corpus_name=f"{corpus_name}, {half} half",
                measure_type=one.measure_type,
                group_name=one.group_name,
                gold_count=one.gold_count,
                found_count=one.found_count,
                precision_score=_rounded(one.precision_score),
                recall_score=_rounded(one.recall_score),
                f1_score=_rounded(one.f1_score),
            )


def _rounded(score: float | None) -> float | None:
    return None if score is None else round(score, 4)


def write_accuracy(rows: Iterable[Accuracy]) -> None:
    """Write what was measured of this release; rows of former ones stay."""
    former = [row for row in warehouse.accuracy() if row.release_version != version("demarche")]
    with ACCURACY.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(Accuracy.model_fields), lineterminator="\n")
        writer.writeheader()
        writer.writerows(row.model_dump() for row in [*former, *rows])


def with_figures(readme: str, lines: str) -> str:
    """The README with new lines between its markers. Raises ValueError when it has no markers."""
    if readme.count(BEGIN) != 1 or readme.count(END) != 1:
        raise ValueError(f"{README}: the markers {BEGIN} and {END} are not there once each")
    return re.sub(rf"(?<={BEGIN}\n).*?(?={END})", lambda _: f"\n{lines}\n\n", readme, flags=re.S)


def main() -> None:
    sys.path.insert(0, str(ROOT))  # links are measured by tests/gold, which is no installed package
    gold = steps.load_gold(GOLD)
    reading = steps.read_gold(gold, steps.default_texts(GOLD))
    found = {half: evaluation.evaluate(gold, reading, half) for half in HALVES}
    links = link_measures()
    measures = {half: [*found[half].measures, *links[half]] for half in HALVES}
    lines = "\n".join([*table(found), "", summary(found), "", *details(measures)])
    README.write_text(with_figures(README.read_text(encoding="utf-8"), lines), encoding="utf-8")
    CALIBRATION.write_text(calibration(found), encoding="utf-8")
    write_accuracy(accuracy(measures))


if __name__ == "__main__":
    main()
