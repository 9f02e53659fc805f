"""Partitions in any order, several times, overlapping or emptied: core and mart end up the same."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from demarche.warehouse import Warehouse, snapshot
from warehouse_world import LOADED_AT, NOTHING, document, key, partition, resolve

KEYS = [key(hour) for hour in range(1, 5)]
NAMES = ["a", "b", "c"]

contents = st.dictionaries(st.sampled_from(KEYS), st.sets(st.sampled_from(NAMES)), min_size=1)
"""Which documents stand in which partition; the same document may stand in several."""


@st.composite
def histories(draw: st.DrawFn) -> tuple[dict[str, set[str]], list[dict[str, set[str] | None]]]:
    """What the lake holds at the end, and batches that lead there over other states; None: emptied."""
    final = draw(contents)
    before = draw(st.lists(st.dictionaries(st.sampled_from(KEYS), st.none() | st.sets(st.sampled_from(NAMES)))))
    order = draw(st.permutations(sorted(final)))
    cut = draw(st.integers(0, len(order)))
    last: list[dict[str, set[str] | None]] = [{name: final[name] for name in order[:cut]}]
    last.append({name: final[name] for name in order[cut:]} | {name: None for name in KEYS if name not in final})
    again = draw(st.sampled_from(sorted(final)))
    return final, [*before[:2], *last, {again: final[again]}]


@given(histories())
@settings(max_examples=10)
def test_order_does_not_matter(history: tuple[dict[str, set[str]], list[dict[str, set[str] | None]]]) -> None:
    final, batches = history
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _load(folder / "once.duckdb", folder, [dict(final)])
        _load(folder / "often.duckdb", folder, batches)
        assert snapshot(folder / "often.duckdb") == snapshot(folder / "once.duckdb")


def _load(path: Path, folder: Path, batches: list[dict[str, set[str] | None]]) -> None:
    with Warehouse.writer(path) as warehouse:
        for batch in batches:
            warehouse.begin()
            warehouse.replace_partitions(
                {
                    name: NOTHING
                    if documents is None
                    else partition(
                        folder / "lake" / name,
                        [document(found, name, path=f"{name}/{found}") for found in sorted(documents)],
                    )
                    for name, documents in batch.items()
                }
            )
            resolve(warehouse)
            assert warehouse.gate(LOADED_AT) == []
            warehouse.commit(LOADED_AT)
        warehouse.publish()
