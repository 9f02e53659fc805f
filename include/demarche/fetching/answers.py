"""What comes of asking a web address: an answer, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel

from demarche.sources.asking import without_password


class FetchError(Exception):
    """An address didn't answer as it should; the message names address and reason.

    ``is_passing``: another time it may. ``retry_at``: not before this instant, as the server said.
    """

    def __init__(
        self, reason_type: str, message: str, *, is_passing: bool = False, retry_at: datetime | None = None
    ) -> None:
        super().__init__(without_password(message))
        self.reason_type = reason_type
        self.is_passing = is_passing
        self.retry_at = retry_at


@dataclass(frozen=True)
class Limits:
    """How much a request may take; seconds and bytes."""

    max_bytes: int = 50_000_000
    connect_seconds: float = 10.0
    read_seconds: float = 20.0  # until an answer begins
    stall_seconds: float = 5.0  # until an answer that began goes on
    total_seconds: float = 60.0
    max_redirects: int = 5
    max_attempts: int = 3
    patience_seconds: float = 5.0  # what has taken longer is left to a later run
    longest_wait_seconds: float = 60.0  # that a server may ask for


@dataclass(frozen=True)
class Answer:
    """What came. ``is_unchanged``: nothing, because it is as it was when ``etag`` and ``last_modified`` were given."""

    url: str  # after redirects
    data: bytes
    media_type: str
    etag: str | None
    last_modified: str | None
    is_unchanged: bool = False
    whole_bytes: int | None = None
    """Of a part that was asked for: how many bytes the whole has."""


class Robots(BaseModel):
    """A robots.txt as it was read."""

    text: str
    read_at: datetime
