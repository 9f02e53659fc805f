"""Web archives, from a disk or a web server, page by page and from any place on, so that what was broken off goes on.

Each page is kept as if it had been fetched from its address when the crawler did; last, when all were read, the
archive's summary, by which the next run knows that it was read.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from demarche.fetching.answers import FetchError
from demarche.fetching.files import ARCHIVE, Fetched, Order, opened, printable, refused, reject, state_of
from demarche.fetching.states import Progress
from demarche.records import Fetch, Reject

if TYPE_CHECKING:
    from demarche.fetching.web import WebClient

_WEB_BEGAN = datetime(1991, 1, 1, tzinfo=UTC)
PART_BYTES = 16_000_000  # of an archive on the web, asked for at once


def read_archive(
    path: Path,
    order: Order,
    progress: Progress | None = None,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    root: Path | None = None,
) -> Iterator[Fetched | Reject]:
    """The pages of an archive in a file. ``progress`` says where to go on, and is kept up to date; the summary comes
    only if the file stayed as it was."""
    progress = progress or Progress()
    try:
        with opened(path, order.max_archive_bytes, root) as file:
            progress.begin(state_of(os.fstat(file.fileno())).etag)
            yield from _pages(file, printable(path), order, progress, now)
            if state_of(os.fstat(file.fileno())).etag == progress.etag:
                yield _summary(printable(path), order, progress, now)
    except OSError as error:
        yield refused(order, path, error)


def read_remote_archive(
    file: RemoteFile,
    order: Order,
    progress: Progress,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Iterator[Fetched | Reject]:
    """The pages of an archive on a web server, as ``read_archive``. Raises FetchError."""
    progress.begin(file.etag)
    if file.size > order.max_archive_bytes:
        raise FetchError("too_large", f"{file.url} has {file.size} bytes, the limit is {order.max_archive_bytes}")
    yield from _pages(cast(BinaryIO, io.BufferedReader(file, PART_BYTES)), file.url, order, progress, now)
    yield _summary(file.url, order, progress, now)


def _pages(
    file: BinaryIO, name: str, order: Order, progress: Progress, now: Callable[[], datetime]
) -> Iterator[Fetched | Reject]:
    from demarche.sources import archive

    if progress.offset and not archive.begins_at(file, progress.offset):
        progress.restart()
    for found in archive.pages(file, order.max_file_bytes, progress.offset, progress.number):
        # Whoever keeps an item may note where it begins: it is read again, and known.
        progress.offset, progress.number = found.offset, found.number
        if isinstance(found, archive.Fault):
            yield reject(order, name, found.reason_type, found.reason, found.number, found.url)
            progress.fault_count += 1
            continue
        fetch = Fetch(
            partition_key=order.partition_key,
            source_name=order.source_name,
            url=found.url,
            raw_hash=hashlib.sha256(found.data).hexdigest(),
            byte_count=len(found.data),
            media_type=found.media_type,
            fetched_at=_believed(found.fetched_at, now()),
            given_values={**order.given_values, "archive": name},
        )
        yield Fetched(fetch, found.data)
        progress.page_count += 1
    if not progress.page_count and not progress.fault_count:
        yield reject(order, name, "empty", "is a web archive without pages")


def _believed(fetched_at: datetime | None, now: datetime) -> datetime:
    """When a crawler says that it fetched a page; now where that can't be."""
    can_be = fetched_at is not None and _WEB_BEGAN <= fetched_at <= now + timedelta(days=1)
    return fetched_at if fetched_at is not None and can_be else now


def _summary(name: str, order: Order, progress: Progress, now: Callable[[], datetime]) -> Fetched:
    from demarche.sources import archive

    progress.is_whole = True
    data = archive.summary(progress.page_count, progress.fault_count)
    fetch = Fetch(
        partition_key=order.partition_key,
        source_name=order.source_name,
        url=name,
        raw_hash=hashlib.sha256(data).hexdigest(),
        byte_count=len(data),
        media_type="application/json",
        fetched_at=now(),
        etag=progress.etag,
        kind=ARCHIVE,
    )
    return Fetched(fetch, data)


class RemoteFile(io.RawIOBase):
    """A file on a web server, read part by part with requests for ranges. Every method raises FetchError."""

    def __init__(self, client: WebClient, url: str, seconds_apart: float = 1.0) -> None:
        self.url = url
        self._client, self._seconds_apart = client, seconds_apart
        self._place = 0
        first = client.get(url, seconds_apart=seconds_apart, part=(0, 1))
        self.size = first.whole_bytes or 0
        self.etag = first.etag or first.last_modified or f"{self.size:x}"

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._place = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self.size}[whence] + offset
        return self._place

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # what io.BufferedReader gives
        count = min(len(buffer), self.size - self._place)
        if count <= 0:
            return 0
        answer = self._client.get(self.url, seconds_apart=self._seconds_apart, part=(self._place, count))
        state = answer.etag or answer.last_modified or f"{answer.whole_bytes:x}"
        if state != self.etag or answer.whole_bytes != self.size:
            raise FetchError("broken", f"{self.url} was changed while it was read", is_passing=True)
        data = answer.data[:count]
        buffer[: len(data)] = data
        self._place += len(data)
        return len(data)
