"""From what is said of a stretch of days, by one text or by many, to the days that it most probably is.

Nobody need say all of it. "Arrived on Monday" binds the first day, "flew home on Friday" the last one, "met him on
Wednesday" a day within, "a five-day visit" the length. The stretch that satisfies most of the weight is taken, and of
equals the shortest: what nobody tells isn't added.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

Kind = Literal["first", "last", "within"]


@dataclass(frozen=True)
class Bound:
    """What somebody says of a stretch of days: that a day is its first, its last, or within it; ``weight`` > 0.

    ``slack``: the first day may as well be so many days later, the last one, less probably, so many days earlier.
    """

    kind: Kind
    day: date
    weight: float = 1.0
    slack: int = 0

    @property
    def days(self) -> list[date]:
        """The days that it can mean."""
        step = -1 if self.kind == "last" else 1
        return [self.day + timedelta(days=step * number) for number in range(self.slack + 1)]

    def excludes(self, other: Bound) -> bool:
        """Whether no stretch is as both say."""
        if self.kind == other.kind:
            return self.kind != "within" and not set(self.days) & set(other.days)
        order: tuple[Kind, ...] = ("first", "within", "last")
        early, late = sorted((self, other), key=lambda bound: order.index(bound.kind))
        return min(early.days) > max(late.days)

    def holds(self, first: date, last: date) -> float:
        """How far a stretch is as was said, from 0 to 1."""
        if self.kind == "within":
            return float(first <= self.day <= last)
        days = self.days
        told = first if self.kind == "first" else last
        late = days.index(told) if told in days else None
        return 0.0 if late is None else 1.0 if self.kind == "first" else 1.0 - late / 10


@dataclass(frozen=True)
class Length:
    """That a stretch has so many days, both ends counted."""

    day_count: int
    weight: float = 1.0

    def holds(self, first: date, last: date) -> float:
        """1 where a stretch is as long as was said, else 0."""
        return float((last - first).days + 1 == self.day_count)


def fit(
    bounds: Sequence[Bound], lengths: Collection[Length] = (), *, longest: int, day_cost: float = 0.0
) -> tuple[date, date] | None:
    """First and last day of the stretch of at most ``longest`` days that satisfies most; None where no day is told.

    ``day_cost`` is what each day after the first must be worth, in weight of what is said: then a claim that lies far
    off the others doesn't stretch it.
    """
    told = {kind: {day for bound in bounds if bound.kind == kind for day in bound.days} for kind in get_args(Kind)}
    steps = [timedelta(days=length.day_count - 1) for length in lengths if 1 <= length.day_count <= longest]
    days = set().union(*told.values())
    starts = days | {day - step for day in told["last"] for step in steps}  # from a day between no length leads on
    ends = days | {day + step for day in told["first"] for step in steps}
    stretches = [(s, e) for s in starts for e in ends if 0 <= (e - s).days < longest]

    def rank(stretch: tuple[date, date]) -> tuple[float, int, date]:
        held = sum(bound.weight * bound.holds(*stretch) for bound in bounds)
        held += sum(length.weight * length.holds(*stretch) for length in lengths)
        held -= day_cost * (stretch[1] - stretch[0]).days
        return -round(held, 6), (stretch[1] - stretch[0]).days, stretch[0]

    return min(stretches, key=rank, default=None)
