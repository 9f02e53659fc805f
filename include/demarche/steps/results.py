"""What a step answers, and how it tells of its progress."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from demarche.records import Reject

# What a person is to see in a task's log. (What is printed gets a later instant from Airflow than the log's own lines,
# and so lands in a group of its UI that is folded up.)
log = logging.getLogger("demarche")

Progress = Callable[[str, int, int], None]
"""Is told of a step, how much of it is done, and of how much (0 where nobody knows)."""


class StepError(ValueError):
    """A step can't be taken; the message says what to do first. Trying again alone doesn't help."""


# What a step reads, writes and rejects; a step that isn't here names its counts itself.
_COUNTED = {
    "fetch_documents": ("files", "new_files", "rejects"),
    "parse_documents": ("files", "documents", "rejects"),
    "tag_documents": ("documents", "reports", "rejects"),
    "pair_documents": ("documents", "pairs"),
    "load_warehouse": ("partitions", "events"),
}
_TOLD_REJECTS = 20  # of a step, in a log


@dataclass(frozen=True)
class StepResult:
    """What a step did, in numbers."""

    step: str
    partition_key: str | None = None
    read: int = 0
    written: int = 0
    rejected: int = 0
    details: Mapping[str, int] = field(default_factory=dict)
    rejects: tuple[Reject, ...] = ()
    left_out: tuple[str, ...] = ()  # sentences on lines of files that aren't articles
    raw_hashes: tuple[str, ...] = ()  # of the files that were read, also of those that were known
    failures: tuple[str, ...] = ()  # of sources: since when, and why

    @property
    def counts(self) -> dict[str, int]:
        """All numbers by the names of what was counted, as plain data."""
        told = zip(_COUNTED.get(self.step, ()), (self.read, self.written, self.rejected), strict=False)
        return {**dict(told), **self.details}

    def __str__(self) -> str:
        counts = ", ".join(f"{name} {count}" for name, count in self.counts.items())
        return " ".join(filter(None, (self.step, self.partition_key))) + f": {counts}"


def tell(results: Iterable[StepResult]) -> dict[str, Any]:
    """Log each result as it comes, with its first rejects; answer the totals, and each partition's own counts."""
    totals: Counter[str] = Counter()
    partitions: dict[str, Counter[str]] = {}
    for result in results:
        log.info("%s", result)
        for reject in result.rejects[:_TOLD_REJECTS]:
            log.warning("rejected: %s", "".join(c if c.isprintable() else "\ufffd" for c in reject.reason_text))
        if len(result.rejects) > _TOLD_REJECTS:
            log.warning("and %d more rejects", len(result.rejects) - _TOLD_REJECTS)
        totals.update(result.counts)
        if result.partition_key:
            partitions.setdefault(result.partition_key, Counter()).update(result.counts)
    return {**totals, "partitions": {key: dict(counts) for key, counts in partitions.items()}}


def no_progress(step: str, done: int, total: int) -> None:
    pass


def by_path(rejects: Iterable[Reject]) -> tuple[Reject, ...]:
    """Rejects in the order of their files."""
    return tuple(sorted(rejects, key=lambda reject: (reject.path, reject.position or 0, reject.reason_type)))


def first_line(error: BaseException) -> str:
    """An error's first line, not too long: what it quotes may be the whole text."""
    return (str(error).splitlines() or [type(error).__name__])[0][:300]
