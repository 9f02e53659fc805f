"""Documents that kill the process that reads them: known to the next attempt, and set aside by it.

An exception is caught where it is raised. A crash of native code and a lack of memory end the whole process, and would
end each further attempt as well, and hold up every other document of the partition. So a station notes in the lake what
it is at, a group of documents at a time. An attempt that finds such a note takes what is named there one by one. What
has ended two processes, the second time alone, is set aside, and all others go on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby, islice
from types import TracebackType
from typing import TypeVar

from demarche.storage import Lake

DEATHS = 2  # so many ended processes, the last one alone, make a poison

Item = TypeVar("Item")


class Poison(Exception):
    """A document that isn't read any more, because it ended the process whenever it was."""

    def __init__(self) -> None:
        super().__init__(f"it ended its process {DEATHS} times and was set aside")


class Attempts:
    """What a station has been at, for one part of a partition. A context: left in good order, it forgets everything;
    left by an exception, it keeps what former attempts have found; not left at all, it has died of what it was at.

    ``state`` is what the part is made from and by which code: a note about anything else says nothing. Without a lake
    nothing is noted.
    """

    def __init__(self, lake: Lake | None = None, station: str = "", key: str = "", part: str = "", state: str = ""):
        self._lake = lake
        self._place = (station, key, part)
        self._state = state
        found = lake.note(*self._place) if lake else {}
        known = found if found.get("state") == state else {}
        begun: list[str] = known.get("begun", [])
        self._deaths = Counter(known.get("deaths", {}))
        self._deaths.update(begun)
        self._died_alone = set(known.get("died_alone", ())) | set(begun if len(begun) == 1 else ())

    def __enter__(self) -> Attempts:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._forget()
        else:
            self._note([])

    def groups(self, items: Iterable[Item], name: Callable[[Item], str], size: int) -> Iterator[Sequence[Item]]:
        """The items in order and in groups of ``size``, each noted before it is read; who is under suspicion is alone
        in his group."""
        for is_suspect, same in groupby(items, lambda item: self.is_suspect(name(item))):
            remaining = iter(same)
            while group := list(islice(remaining, 1 if is_suspect else size)):
                self._note([name(item) for item in group])
                yield group

    def is_suspect(self, name: str) -> bool:
        """Whether a process ended while it was at this, or at a part of it."""
        return any(self._whole(died) == self._whole(name) for died in self._deaths)

    def is_poison(self, name: str) -> bool:
        """Whether this is to be set aside; a part's deaths are those of its whole as well."""
        deaths = self._deaths[name] + (self._deaths[self._whole(name)] if name != self._whole(name) else 0)
        return name in self._died_alone and deaths >= DEATHS

    def begin(self, name: str) -> bool:
        """Note that now this alone is read; False when it is to be set aside instead."""
        if self.is_poison(name):
            return False
        self._note([name])
        return True

    @staticmethod
    def _whole(name: str) -> str:
        return name.partition("#")[0]

    def _note(self, begun: Sequence[str]) -> None:
        if self._lake is None:
            return
        if not begun and not self._deaths:
            self._forget()
            return
        found = {"deaths": dict(self._deaths), "died_alone": sorted(self._died_alone)}
        self._lake.put_note(*self._place, {"state": self._state, "begun": list(begun), **found})

    def _forget(self) -> None:
        if self._lake is not None:
            self._lake.remove_note(*self._place)
