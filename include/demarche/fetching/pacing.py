"""One request at a time to a host, and not too many in a while."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock


class Pacer:
    """Holds requests of several threads to the pace of each host."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._turns: defaultdict[str, Lock] = defaultdict(Lock)
        self._last: dict[str, float] = {}
        self._guard = Lock()

    @contextmanager
    def turn(self, host: str, seconds_apart: float) -> Iterator[None]:
        """Wait for the host's turn: no other request to it runs, and the last one began ``seconds_apart`` ago."""
        with self._guard:
            turn = self._turns[host]
        with turn:
            wait = self._last.get(host, float("-inf")) + seconds_apart - self._clock()
            if wait > 0:
                self._sleep(wait)
            self._last[host] = self._clock()
            yield
