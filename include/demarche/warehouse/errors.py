"""What can go wrong with the warehouse: one line each, saying what and what to do."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb


class WarehouseError(RuntimeError):
    """The warehouse can't be read or written; the message says what and what to do."""


class Unusable(WarehouseError, ValueError):
    """What lies there is no warehouse for this program, now or at the next attempt. Whoever tries again what has failed
    knows it by its being a ValueError: so are all errors of Demarche's that need hands."""


class UnusablePartition(Unusable):
    """The rows of a partition don't fit the warehouse's tables."""

    def __init__(self, partition_key: str, message: str) -> None:
        super().__init__(message)
        self.partition_key = partition_key


class Unreadable(Unusable):
    """The file is missing or damaged."""


class WarehouseLocked(WarehouseError):
    """Another process writes to this warehouse."""


class WarehouseConflict(WarehouseError):
    """Another's commit was in the way of ours, of which nothing was kept."""


class QueryError(WarehouseError):
    """An analyst's query was refused, failed, or took too long or too much."""


class QueryStopped(QueryError):
    """It took longer than allowed."""


def first_line(error: BaseException) -> str:
    """The first line of an error's text: DuckDB puts the query and hints below it."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def is_corrupt(error: object) -> bool:
    """Whether DuckDB has found a block of its file that isn't what it wrote. Only its words tell."""
    return "Corrupt database file" in str(error)


_LOST = (
    "HTTP code 404", "HTTP 404", "No magic bytes", "too small to be a Parquet", "No files found that match",
    "No such file or directory", "Content-Length from server mismatches",
)  # fmt: skip
_AWAY = ("onnection", "Could not connect", "terminating", "HTTP code 5")
STARTING = ("starting up", "shutting down", "recovery mode", "not yet accepting")
"""What a PostgreSQL says that will soon be there."""


def is_away(error: object) -> bool:
    """Whether a server is out of reach that DuckLake needs: PostgreSQL, or the object storage. DuckDB has no class for
    it, only words."""
    return any(words in str(error) for words in (*_AWAY, *STARTING))


def is_refused(error: object) -> bool:
    """Whether the object storage refuses who asks it."""
    return any(words in str(error) for words in ("HTTP code 403", "HTTP 403"))


def is_part_lost(error: object) -> bool:
    """Whether a Parquet file isn't there or only half, that a catalog or a manifest names."""
    return any(words in str(error) for words in _LOST)


def remedy(error: BaseException | str) -> str:
    """What to do about an error of the disk or of a server, to be put behind its message; empty for other errors.
    DuckDB knows no error numbers: only its words tell."""
    number, text = getattr(error, "errno", None), str(error)
    if number in (errno.ENOSPC, errno.EDQUOT) or os.strerror(errno.ENOSPC) in text:
        return " — make room and run it again; the published warehouse stays as it was"
    if number in (errno.EACCES, errno.EPERM, errno.EROFS) or os.strerror(errno.EACCES) in text:
        return " — give this user the right to it, or name another place"
    if is_corrupt(error):
        return " — the writer's private file is damaged and was dropped: run it again, from a copy of the published one"
    if "catalog version mismatch" in text:
        return " — another version of DuckLake made it: use the version that made it"
    if is_refused(error):
        return " — look at the storage's credentials, their rights and this clock"
    if is_part_lost(error):
        return " — a file or its bucket is gone or damaged: bring it back, or `demarche rebuild` makes all anew"
    if isinstance(error, duckdb.CatalogException):
        return " — a table or view of it is gone: `demarche rebuild` makes all anew from the lake"
    if is_away(error):
        return " — is its server up? Run it again"
    return ""


@contextmanager
def reported(doing: str) -> Iterator[None]:
    """Turns DuckDB's and the disk's errors into a WarehouseError that begins with ``doing``."""
    try:
        yield
    except duckdb.Error as error:
        kind = Unusable if is_refused(error) else WarehouseError
        raise kind(f"{doing}: {first_line(error)}{remedy(error)}") from error
    except OSError as error:
        raise WarehouseError(f"{doing}: {error.strerror or error}{remedy(error)}") from error
