"""Keeping what was fetched: its bytes, then the lines of the fetch log that name them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from demarche.fetching import Fetched, Known
from demarche.records import Fetch, Reject
from demarche.steps.ledgers import forgotten_in
from demarche.storage import Lake

LOG_BATCH = 1000  # fetches that one object of the log holds


@dataclass
class Appended:
    """What was read and what of it was new."""

    hashes: list[str] = field(default_factory=list)  # also of what was known
    rejects: list[Reject] = field(default_factory=list)
    written: int = 0

    @property
    def read(self) -> int:
        return len(self.hashes) + len(self.rejects)

    def add(self, other: Appended) -> None:
        self.hashes += other.hashes
        self.rejects += other.rejects
        self.written += other.written


def append(
    lake: Lake,
    found: Iterable[Fetched | Reject],
    known: Known,
    batch: int | None = None,
    appended: Callable[[], None] = lambda: None,
) -> Appended:
    """Keep what isn't known, ``batch`` lines of the log (``LOG_BATCH``) at a time; ``appended`` is called after each of
    these, when everything that ``found`` has given so far is safe."""
    kept = Appended()
    batch = batch or LOG_BATCH
    fetches: list[Fetch] = []
    rejects: list[Reject] = []
    forgotten = forgotten_in(lake)
    for item in found:
        if forgotten.names(item) if isinstance(item, Reject) else forgotten.names_url(item.fetch.url):
            continue
        if isinstance(item, Reject):
            kept.rejects.append(item)
            rejects += [] if known.has(item) else [item]
        else:
            kept.hashes.append(item.fetch.raw_hash)
            if not known.has(item):
                if item.fetch.raw_hash in forgotten.raw_hashes:  # from another place: noted, and not kept again
                    fetches.append(item.fetch.model_copy(update={"given_values": {}}))
                else:
                    lake.put_raw(item.data)  # the bytes first: the log never names what isn't there
                    fetches.append(item.fetch)
                kept.written += 1
        if len(fetches) + len(rejects) >= batch:
            lake.append_fetches(fetches, rejects)
            fetches, rejects = [], []
            appended()
    lake.append_fetches(fetches, rejects)
    appended()
    return kept
