"""What robots.txt of which site said: shared by all who ask in a run, so that each site is asked for it once a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from threading import Lock

from demarche.fetching.answers import Robots

LASTS = timedelta(days=1)  # as RFC 9309 wants it


class SiteRules:
    """The robots.txt of each site by its origin. Any number of threads may ask; one of them reads."""

    def __init__(
        self, known: Mapping[str, Robots] | None = None, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._known = dict(known or {})
        self._now = now
        self._turns: defaultdict[str, Lock] = defaultdict(Lock)
        self._guard = Lock()

    def of(self, origin: str, read: Callable[[], str]) -> Robots:
        """What is known of a site, if it is of the last day; else what ``read`` gives. Raises what that raises."""
        with self._guard:
            turn = self._turns[origin]
        with turn:
            known = self._known.get(origin)
            if known is None or not self._is_fresh(known):
                known = self._known[origin] = Robots(text=read(), read_at=self._now())
            return known

    def fresh(self, others: Mapping[str, Robots]) -> dict[str, Robots]:
        """All that is known, and what ``others`` know better, as far as it is of the last day."""
        known = dict(self._known)
        for origin, robots in others.items():
            if origin not in known or known[origin].read_at < robots.read_at:
                known[origin] = robots
        return {origin: robots for origin, robots in known.items() if self._is_fresh(robots)}

    def _is_fresh(self, robots: Robots) -> bool:
        return self._now() - robots.read_at < LASTS
