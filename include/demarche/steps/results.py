"""What a step answers, and how it tells of its progress."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from demarche.records import Reject

Progress = Callable[[str, int, int], None]
"""Is told of a step, how much of it is done, and of how much."""


class StepError(RuntimeError):
    """A step can't be taken; the message says what to do first."""


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
    raw_hashes: tuple[str, ...] = ()  # of the files that were read, also of those that were known

    @property
    def counts(self) -> dict[str, int]:
        """All numbers, as plain data."""
        return {"read": self.read, "written": self.written, "rejected": self.rejected, **self.details}


def no_progress(step: str, done: int, total: int) -> None:
    pass


def by_path(rejects: Iterable[Reject]) -> tuple[Reject, ...]:
    """Rejects in the order of their files."""
    return tuple(sorted(rejects, key=lambda reject: (reject.path, reject.position or 0, reject.reason_type)))


def first_line(error: BaseException) -> str:
    """An error's first line, not too long: what it quotes may be the whole text."""
    return (str(error).splitlines() or [type(error).__name__])[0][:300]
