"""What is remembered of a source between runs: what was asked, what waits, and how it fares."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field

from demarche.fetching.answers import FetchError, Robots

FileRow = tuple[str, str, str, str]
"""Of a file: etag, hash of its bytes, how they were read, and of one that wasn't read the reason."""


class Visit(BaseModel):
    """An address that was asked or is to be asked: a page that was listed, or an index."""

    model_config = ConfigDict(extra="ignore")

    listed_on: date
    """The last day on which it stood in an index: what is listed no more is forgotten after a while."""
    kind: str | None = None
    modified: str | None = None
    given: dict[str, str] = Field(default_factory=dict)
    is_waiting: bool = False
    failure_count: int = 0
    etag: str | None = None
    last_modified: str | None = None
    raw_hash: str | None = None
    indexes: list[str] = Field(default_factory=list)
    """Of an index: the indexes that it leads to."""


class Health(BaseModel):
    """How asking a source went."""

    model_config = ConfigDict(extra="ignore")

    asked_key: str | None = None
    """The partition for which it was last asked with success: it isn't asked twice for one."""
    asked_at: datetime | None = None
    succeeded_at: datetime | None = None
    failing_since_at: datetime | None = None
    failure_count: int = 0
    reason_type: str | None = None
    reason_text: str | None = None
    retry_at: datetime | None = None
    new_count: int = 0

    @property
    def is_failing(self) -> bool:
        return self.failing_since_at is not None


class Progress(BaseModel):
    """How far a web archive was read. ``restart`` and ``begin`` change it, and who reads it."""

    model_config = ConfigDict(extra="ignore")

    etag: str = ""
    """The state of the file that was read: of another one nothing is known."""
    offset: int = 0
    """Where the record begins that was kept last."""
    number: int = 0
    """That record's, from 0."""
    page_count: int = 0
    """Pages before that record."""
    fault_count: int = 0
    is_whole: bool = False
    """Everything in it was read."""

    def begin(self, etag: str) -> None:
        """Read a file in this state: from the beginning, if it isn't the one that was begun."""
        if self.etag != etag:
            self.etag = etag
            self.restart()

    def restart(self) -> None:
        """Begin again."""
        self.offset = self.number = self.page_count = self.fault_count = 0
        self.is_whole = False


class SourceState(BaseModel):
    """All that is remembered of a source."""

    model_config = ConfigDict(extra="ignore")

    declared: str = ""
    """How it was declared when it was last asked."""
    health: Health = Field(default_factory=Health)
    visits: dict[str, Visit] = Field(default_factory=dict)
    robots: dict[str, Robots] = Field(default_factory=dict)
    files: dict[str, FileRow] | None = None
    """Of files: in which state each was read. None: nobody has looked into the fetch log yet."""
    open_key: str | None = None
    """The partition of a run over files that hasn't come to its end; what it kept stands in the fetch log only."""
    archive: Progress | None = None
    """Of a web archive."""

    @property
    def waiting(self) -> list[str]:
        """Addresses that were listed and not fetched yet, those that were listed first at the front."""
        return [url for url, visit in self.visits.items() if visit.is_waiting]

    def succeed(self, partition_key: str, at: datetime, new_count: int) -> None:
        """Note that the source answered."""
        self.health = Health(asked_key=partition_key, asked_at=at, succeeded_at=at, new_count=new_count)

    def fail(self, at: datetime, error: FetchError, new_count: int = 0) -> None:
        """Note that the source didn't answer as it should; since when stays what it was."""
        self.health = self.health.model_copy(
            update={
                "asked_at": at,
                "failing_since_at": self.health.failing_since_at or at,
                "failure_count": self.health.failure_count + 1,
                "reason_type": error.reason_type,
                "reason_text": str(error),
                "retry_at": error.retry_at,
                "new_count": new_count,
            }
        )
