"""No figure over the sample corpus lies below its floor, and the gate itself can fail."""

from __future__ import annotations

from tests.gold import gate


def test_no_figure_is_below_its_floor() -> None:
    assert gate.below(gate.measure(), gate.load_floors()) == {}


def test_there_are_floors_for_both_halves() -> None:
    names = set(gate.load_floors())
    for half in gate.HALVES:
        assert {f"{half}/event/all/{score}" for score in ("precision", "recall", "f1")} <= names
        assert {f"{half}/{kind}/{group}/f1" for kind, groups in gate.PLAIN.items() for group in groups} <= names
        assert {f"{half}/more/happening/b_cubed/{score}" for score in ("precision", "f1")} <= names


def test_a_figure_that_falls_or_goes_is_below_and_rounding_is_not() -> None:
    floors = {"a": 50.0, "b": 50.0, "c": 50.0}
    assert set(gate.below({"a": 49.96, "b": 49.9}, floors)) == {"b", "c"}


def test_pinning_raises_floors_and_lowers_only_what_is_named() -> None:
    floors = {"up": 50.0, "down": 50.0, "named": 50.0, "gone": 50.0, "gone and named": 50.0}
    found = {"up": 60.0, "down": 40.0, "named": 40.0, "new": 0.5}
    pinned = gate.pin(found, floors, ("named", "gone and named"), margin=1.0)
    assert pinned == {"up": 59.0, "down": 50.0, "named": 39.0, "gone": 50.0, "new": 0.0}
