"""What the days of a text bind of a visit, by forests."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from demarche import codebook, trees
from demarche.reports import days
from demarche.reports.circumstances import When, in_tale


@pytest.mark.parametrize("file", [days.FIRST_FILE, days.LAST_FILE])
def test_forests_are_the_same_when_written_and_read_again_and_ask_for_known_traits(file: str) -> None:
    data = codebook.data(file)
    forest = trees.Trees.from_bytes(data)
    assert forest.to_bytes() == data
    assert forest.feature.max() < len(days.TRAITS)


def test_traits_that_were_not_measured_are_none() -> None:
    rows = days.rows_of([{"ahead": True, "since_earlier": 3}])
    assert rows.shape == (1, len(days.TRAITS))
    assert (rows[0, days.TRAITS.index("ahead")], rows[0, days.TRAITS.index("since_earlier")]) == (1, 3)
    assert rows.sum() == 4


def test_a_day_that_is_told_twice_is_bound_once_and_more_surely() -> None:
    forest = trees.load(days.FIRST_FILE)
    day, rows = date(2023, 3, 13), np.zeros((2, len(days.TRAITS)), dtype=np.float32)
    (once,) = days.weigh("first", [day], rows[:1], forest)
    (twice,) = days.weigh("first", [day, day], rows, forest)
    assert (twice.kind, twice.day) == ("first", day)
    assert twice.weight > once.weight


@pytest.mark.parametrize(
    ("weekday", "told", "meant"),
    [
        ("Friday", 24, 24),  # the day that was told last
        ("Wednesday", 24, 22),  # "stays until Friday the 24th; talks are on Wednesday"
        ("Tuesday", 24, 28),  # "arrives on Friday the 24th and leaves on Tuesday"
        ("Thursday", 17, 16),
        ("Tuesday", 20, 21),
        ("Tuesday", 16, 21),  # the one before lies before the day of publication
    ],
)
def test_a_weekday_to_come_is_the_one_near_the_day_told_last(weekday: str, told: int, meant: int) -> None:
    anchor = date(2023, 3, 15)
    found = in_tale(When(text=weekday), date(2023, 3, told), anchor, is_ahead=True)
    assert found.start_date == date(2023, 3, meant)
