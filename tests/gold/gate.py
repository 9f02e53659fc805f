"""The gate of `make gold`: reads the sample corpus, prints the figures, and fails when one lies below its floor.

    python -m tests.gold.gate                          figures beside their floors; exit code 1 when one is below
    python -m tests.gold.gate --pin                    raise floors to a little under today's figures; none is lowered
    python -m tests.gold.gate --pin --lower NAME ...   lower (or remove) the floors named, on purpose

Figures of both halves are aggregates: no row of the frozen half is printed. How gold is made stands in README.md.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from demarche import evaluation, steps
from demarche.evaluation import Evaluation
from tests.gold import dumps, links, phrases

ROOT = Path(__file__).parents[2]
GOLD = ROOT / "samples" / "gold"
HAPPENINGS = Path(__file__).with_name("happenings") / "gold"
FLOORS = Path(__file__).with_name("floors.json")

HALVES = ("open", "frozen")
MINIMUM_ROWS = 5  # of gold: a floor over fewer rows would measure chance
MARGIN = 1.5  # points that a new floor lies under its figure
ROUNDING = 0.05  # half a unit of the last digit that floors are written with

PLAIN = {  # measure type: its groups; each is a floor on F1
    "status": ("all",),
    "coding": ("plover_type", "mode_type"),
    "actor": ("country", "name"),
    "recipient": ("country", "name"),
    "mutual": ("country", "name"),
    "date": ("start_date", "end_date", "within_a_day"),
    "place": ("name", "country"),
    "document": ("title", "byline", "published_date"),
    "story": ("b_cubed", "pairs"),
    "happening": ("b_cubed", "final_status"),
}


def measure() -> dict[str, float]:
    """Today's figures by name, in per cent."""
    found: dict[str, float] = {}
    for half, evaluated in _evaluated(GOLD):
        found |= {f"{half}/{name}": value for name, value in figures(evaluated).items()}
    for half, evaluated in _evaluated(HAPPENINGS):
        found |= {f"{half}/more/{name}": value for name, value in joining(evaluated).items()}
    found |= dumps.figures()
    return found | _link_figures() | phrases.figures(phrases.read(phrases.load()), MINIMUM_ROWS)


def _evaluated(folder: Path) -> Iterator[tuple[str, Evaluation]]:
    gold = steps.load_gold(folder)
    reading = steps.read_gold(gold, steps.default_texts(folder))
    return ((half, evaluation.evaluate(gold, reading, half)) for half in HALVES)


def joining(found: Evaluation) -> dict[str, float]:
    """How well reports are joined: by groups, precision apart from F1, and the status that comes out."""
    scores: dict[str, float | None] = {}
    for one in found.measures:
        if (one.measure_type, one.group_name) == ("happening", "b_cubed"):
            scores |= {"happening/b_cubed/precision": one.scores[0], "happening/b_cubed/f1": one.f1_score}
        elif (one.measure_type, one.group_name) == ("happening", "final_status"):
            scores["happening/final_status/f1"] = one.f1_score
    return {name: 100 * score for name, score in scores.items() if score is not None}


def _link_figures() -> dict[str, float]:
    """Precision and recall of links, over all and per difficulty that has rows enough."""
    judged = list(links.read(links.load()))
    enough = links.counts(judged)
    return {name: value for name, value in links.figures(judged).items() if enough[name] >= MINIMUM_ROWS}


def figures(found: Evaluation) -> dict[str, float]:
    """The figures of one half that have floors: over all events, per act with rows enough, and of everything else."""
    scores: dict[str, float | None] = {}
    for one in found.measures:
        if one.measure_type == "event" and one.group_name == "all":
            names = ("precision", "recall", "f1")
            scores |= {f"event/all/{name}": score for name, score in zip(names, one.scores, strict=True)}
        elif one.group_name in PLAIN.get(one.measure_type, ()) or (
            one.measure_type == "event" and one.gold_count >= MINIMUM_ROWS
        ):
            scores[f"{one.measure_type}/{one.group_name}/f1"] = one.f1_score
    return {name: 100 * score for name, score in scores.items() if score is not None}


def below(found: Mapping[str, float], floors: Mapping[str, float]) -> dict[str, str]:
    """Floors that today's figures don't reach, and why; a figure that isn't there any more is below."""
    said = {name: f"{found[name]:.1f}" if name in found else "not measured" for name in floors}
    return {
        name: f"{said[name]}, the floor is {floor:.1f}"
        for name, floor in sorted(floors.items())
        if name not in found or found[name] < floor - ROUNDING
    }


def pin(
    found: Mapping[str, float], floors: Mapping[str, float], lower: Sequence[str] = (), margin: float = MARGIN
) -> dict[str, float]:
    """Floors a margin under today's figures. One that would be lower than it was stays, unless ``lower`` names it."""
    new = {name: max(0.0, round(value - margin, 1)) for name, value in found.items()}
    kept = {name: max(floor, new.get(name, 0.0)) for name, floor in floors.items() if name not in lower}
    return dict(sorted((new | kept).items()))


def load_floors(path: Path = FLOORS) -> dict[str, float]:
    """The floors by name, in per cent."""
    found: dict[str, float] = json.loads(path.read_text(encoding="utf-8"))
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pin", action="store_true", help="write floors a little under today's figures")
    parser.add_argument("--lower", action="extend", nargs="+", default=[], metavar="NAME", help="lower these floors")
    asked = parser.parse_args(arguments)
    floors = load_floors() if FLOORS.exists() else {}
    unknown = sorted(set(asked.lower) - set(floors))
    if unknown or (asked.lower and not asked.pin):
        parser.error(f"no such floor: {', '.join(unknown)}" if unknown else "--lower needs --pin")
    found = measure()
    if asked.pin:
        floors = pin(found, floors, asked.lower)
        FLOORS.write_text(json.dumps(floors, indent=2) + "\n", encoding="utf-8")
    low = below(found, floors)
    print(f"{'figure':36} {'now':>6} {'floor':>6}")
    for name in sorted({*found, *floors}):
        now = f"{found[name]:6.1f}" if name in found else "     –"
        floor = f"{floors[name]:6.1f}" if name in floors else "     –"
        print(f"{name:36} {now} {floor}{'  BELOW' if name in low else ''}")
    for name, reason in low.items():
        print(f"below its floor: {name}: {reason}", file=sys.stderr)
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())
