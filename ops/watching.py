"""Starting again what dies, as a container engine does: of `make up`, and of the topology in tests and benchmarks."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ops.services import Component, Site, end_orphans, stop

STEADY_SECONDS = 60  # who lived this long is started again at once; who dies sooner waits, ever longer
LONGEST_PAUSE = 30


@dataclass
class Watched:
    """A component, and how its starts went."""

    name: str
    component: Component | None = None
    started_at: float = 0.0
    start_again_at: float = 0.0
    quick_deaths: int = 0


class Watch:
    """Components of a site that are started, and started again when they die.

    ``ends_orphans``: a dead scheduler's tasks are ended, because its executor (the LocalExecutor) was their parent; the
    Celery workers' tasks must stay.
    """

    def __init__(self, site: Site, names: Sequence[str], say: Callable[[str], None], *, ends_orphans: bool) -> None:
        self.site = site
        self.watched = {name: Watched(name) for name in names}
        self._say = say
        self._ends_orphans = ends_orphans

    def look(self) -> None:
        """One round: start whoever isn't there and need not wait."""
        for watched in self.watched.values():
            self._look_after(watched)

    def component(self, name: str) -> Component | None:
        """The component that now runs under a name; None between its death and its new start."""
        found = self.watched[name].component
        return found if found and found.is_alive() else None

    def components(self) -> dict[str, Component]:
        """Those that were started and not yet found dead."""
        return {name: watched.component for name, watched in self.watched.items() if watched.component}

    def stop(self) -> list[int]:
        """Stop all; answer the ids of tasks that had to be ended."""
        return stop(self.components(), self.site)

    @contextlib.contextmanager
    def in_background(self) -> Iterator[None]:
        """Look every moment, from a thread of its own, and stop everything at the end."""
        is_over = threading.Event()

        def keep_looking() -> None:
            while not is_over.wait(0.2):
                self.look()

        self.look()
        thread = threading.Thread(target=keep_looking, name="watch", daemon=True)
        thread.start()
        try:
            yield
        finally:
            is_over.set()
            thread.join()
            self.stop()

    def _look_after(self, watched: Watched) -> None:
        now = time.monotonic()
        if watched.component is not None and not watched.component.is_alive():
            code = watched.component.process.returncode
            watched.component.wait_or_kill(0)
            watched.component = None
            if watched.name == "scheduler" and self._ends_orphans:
                end_orphans(self.site, self._sessions())
            watched.quick_deaths = watched.quick_deaths + 1 if now - watched.started_at < STEADY_SECONDS else 0
            pause = min(LONGEST_PAUSE, 2**watched.quick_deaths - 1)
            watched.start_again_at = now + pause
            self._say(f"{watched.name} ended with exit code {code}; starting it again in {pause} s")
        if watched.component is None and now >= watched.start_again_at:
            watched.component = Component(watched.name, self.site)
            watched.started_at = now
            self._say(f"started {watched.name}, process {watched.component.process.pid}")

    def _sessions(self) -> set[int]:
        return {component.process.pid for component in self.components().values()}
