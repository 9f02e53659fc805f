"""From what is said of a stretch of days to its first and its last day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demarche.stretches import Bound, Kind, Length, fit

DAY = date(2021, 5, 1)


def days(*bounds: Bound, lengths: tuple[int, ...] = ()) -> tuple[int, int] | None:
    found = fit(bounds, [Length(count) for count in lengths], longest=14)
    return (found[0].day, found[1].day) if found else None


def on(kind: Kind, day: int, weight: float = 1.0, slack: int = 0) -> Bound:
    return Bound(kind, date(2021, 5, day), weight, slack)


def test_each_says_a_part() -> None:
    assert days(on("first", 3), on("last", 6)) == (3, 6)
    assert days(on("first", 3), on("within", 5)) == (3, 5)
    assert days(on("within", 4), on("within", 6), on("last", 7)) == (4, 7)
    assert days(on("within", 4)) == (4, 4)
    assert days() is None


def test_a_length_leads_from_one_end_to_the_other_and_from_no_day_between() -> None:
    assert days(on("first", 3), lengths=(3,)) == (3, 5)
    assert days(on("last", 6), lengths=(2,)) == (5, 6)
    assert days(on("within", 4), lengths=(3,)) == (4, 4)


def test_most_of_the_weight_wins_and_of_equals_the_shortest() -> None:
    assert days(on("first", 3), on("first", 4, weight=2), on("last", 6)) == (4, 6)
    assert days(on("last", 6), on("last", 7), on("first", 3)) == (3, 6)


def test_who_sets_out_may_arrive_a_day_later() -> None:
    assert days(on("first", 3, slack=1), on("within", 4)) == (4, 4)
    assert days(on("first", 3, slack=1)) == (3, 3)


def test_who_is_home_may_have_left_a_day_earlier_if_more_says_so() -> None:
    assert days(on("last", 6, slack=1)) == (6, 6)
    assert days(on("last", 6, slack=1), on("last", 5)) == (5, 5)


@pytest.mark.parametrize("longest", [1, 5])
def test_nothing_is_longer_than_may_be(longest: int) -> None:
    found = fit([on("first", 1), on("last", 20)], longest=longest)
    assert found is not None
    assert (found[1] - found[0]).days < longest


_BOUNDS = st.builds(
    lambda kind, day, slack: Bound(kind, DAY + timedelta(days=day), 1.0, slack),
    st.sampled_from(["first", "last", "within"]), st.integers(0, 20), st.integers(0, 1),
)  # fmt: skip


@given(st.lists(_BOUNDS, max_size=8), st.lists(st.integers(1, 14).map(Length), max_size=2))
def test_the_order_says_nothing(bounds: list[Bound], lengths: list[Length]) -> None:
    found = fit(bounds, lengths, longest=14)
    assert found == fit(bounds[::-1], lengths[::-1], longest=14)
    assert found is None or found[0] <= found[1]
