"""Of the labelled reprints and look-alikes in `stories/`, neither half is grouped worse than it was.

`open.jsonl` may be looked at while near-duplicate search is worked on; of `frozen.jsonl` only this figure is seen.
"""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest

from demarche import steps

FOLDER = Path(__file__).with_name("stories")
FLOORS = {"open": 0.95, "frozen": 0.97}  # pairwise F1


def pairs_within(labels: dict[str, str]) -> set[tuple[str, str]]:
    groups: dict[str, list[str]] = {}
    for name, label in labels.items():
        groups.setdefault(label, []).append(name)
    return {pair for group in groups.values() for pair in itertools.combinations(sorted(group), 2)}


@pytest.mark.parametrize("half", FLOORS)
def test_pairwise_f1_is_not_below_its_floor(half: str) -> None:
    lines = (FOLDER / f"{half}.jsonl").read_bytes().splitlines()
    expected = pairs_within({row["id"]: row["story"] for row in map(json.loads, lines)})
    found = pairs_within({row["id"]: row["story_id"] for row in steps.group_stories(lines)})
    assert 2 * len(expected & found) / (len(expected) + len(found)) >= FLOORS[half]
