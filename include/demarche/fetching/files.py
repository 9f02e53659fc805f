"""Files: the drop folder, folders of declared sources, and files named on the command line.

Files are never moved, changed or deleted, so each run is told what former runs fetched, and passes over it.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from demarche.fetching.states import FileRow
from demarche.records import Fetch, Reject, record_id

MEDIA_TYPES = {
    ".txt": "text/plain",
    ".text": "text/plain",
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "text/html",
    ".jsonl": "application/jsonl",
    ".ndjson": "application/jsonl",
    ".rss": "application/xml",
    ".atom": "application/xml",
    ".xml": "application/xml",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".parquet": "application/vnd.apache.parquet",
    ".warc": "application/warc",
}
UNFINISHED_SUFFIXES = (".tmp", ".temp", ".part", ".partial", ".crdownload", ".download", ".swp", "~")
ARCHIVE = "archive"
"""The kind of a web archive, whose pages are kept one by one."""
MAX_DEPTH = 20  # of folders in the drop folder


@dataclass(frozen=True)
class Fetched:
    """Bytes that arrived, and the line of the log that says so."""

    fetch: Fetch
    data: bytes


@dataclass(frozen=True)
class Order:
    """What a run is to fetch for, and its limits."""

    partition_key: str
    source_name: str
    max_file_bytes: int
    max_archive_bytes: int = 20_000_000_000
    max_files: int = 100_000  # new ones; the others wait for the next run
    settle_seconds: float = 2.0
    kind: str | None = None  # which kind of source reads them; None: told from name and bytes
    given_values: Mapping[str, str] = field(default_factory=dict)
    column_values: Mapping[str, str] = field(default_factory=dict)


class Known:
    """What former runs fetched or rejected, so that a file belongs to the first run that sees it: what the fetch log of
    some partitions says, and ``files``, what is remembered of all the others (``FileRow`` by path)."""

    def __init__(
        self,
        fetches: Iterable[Fetch] = (),
        rejects: Iterable[Reject] = (),
        files: Mapping[str, FileRow] | None = None,
    ) -> None:
        self.files: dict[str, FileRow] = {}
        self._etags: set[tuple[str, str | None, str]] = set()
        self._hashes: set[tuple[str, str, str]] = set()
        self._rejects: set[tuple[str, str]] = set()
        self._looked: set[str] = set()
        for path, row in (files or {}).items():
            self._note(path, *row)
        for found in rejects:
            self.note(found)
        for fetch in fetches:
            if fetch.url.startswith(("http://", "https://")):  # a page: of those, only the log tells
                self._hashes.add((fetch.url, fetch.raw_hash, _reading(fetch)))
                continue
            self._note(_place(fetch.url), fetch.etag or "", fetch.raw_hash, _reading(fetch))

    def _note(self, path: str, etag: str, raw_hash: str, reading: str, reason: str = "") -> None:
        self.files[path] = (etag, raw_hash, reading, reason)
        if reason:
            self._rejects.add((path, reason))
        else:
            self._etags.add((path, etag, reading))
            self._hashes.add((path, raw_hash, reading))

    def note(self, found: Fetched | Reject) -> None:
        """Take in what was kept just now."""
        if isinstance(found, Reject):
            self._note(_place(found.path), "", "", "", _reason(found))
        else:
            self._note(_place(found.fetch.url), found.fetch.etag or "", found.fetch.raw_hash, _reading(found.fetch))

    def has_state(self, path: Path, state: _State | None, order: Order) -> bool:
        """Whether the file was fetched in just this state, so that reading it again can be spared."""
        place = _place(printable(path))
        self._looked.add(place)
        return state is not None and (place, state.etag, _reading(order)) in self._etags

    def is_unread(self, path: Path) -> bool:
        """Whether a file was neither fetched nor rejected, or was changed since it was fetched."""
        etag, _, _, reason = self.files.get(_place(printable(path)), (None, "", "", ""))
        state = _state(path)
        return etag is None or bool(etag and not reason and state and state.etag != etag)

    def has(self, found: Fetched | Reject) -> bool:
        if isinstance(found, Reject):
            return (_place(found.path), _reason(found)) in self._rejects
        return (_place(found.fetch.url), found.fetch.raw_hash, _reading(found.fetch)) in self._hashes

    def looked_at(self) -> dict[str, FileRow]:
        """What is to be remembered of the files that ``has_state`` was asked about: of those that are gone, nothing."""
        return {path: row for path, row in self.files.items() if path in self._looked}


def _place(url: str) -> str:
    """An address as it is, a path as it is from the root, so that a file is known however it was named."""
    return url if "://" in url or (url.startswith("/") and ".." not in url) else os.path.abspath(url)


def _reason(reject: Reject) -> str:
    return reject.reason_text.removeprefix(f"{reject.path} ")


def _reading(of: Fetch | Order) -> str:
    """How bytes are to be read: a file that is to be read differently is taken again. An archive's pages are read as
    what they are."""
    kind = "" if of.kind in (None, ARCHIVE) else str(of.kind)
    return json.dumps([kind, *sorted(of.column_values.items())]) if kind or of.column_values else ""


def _utc_now() -> datetime:
    return datetime.now(UTC)


def drop_folder(
    folder: Path,
    order: Order,
    known: Known,
    *,
    now: Callable[[], datetime] = _utc_now,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Fetched | Reject]:
    """What is new in a folder, or a single file. A file that still grows waits for the next run: one that was changed
    within ``settle_seconds`` is looked at a second time after as long, and taken if it stayed as it was.

    Raises FileNotFoundError when there is no such folder.
    """
    from demarche.fetching.archives import read_archive

    if not folder.is_dir() and not folder.is_file():
        cure = "make it, or correct the sources file or DEMARCHE_DROP_FOLDER"
        raise FileNotFoundError(f"folder {folder}: no such folder — {cure}")
    looked = [(path, _state(path)) for path in (files_in(folder) if folder.is_dir() else [folder])]
    candidates = [(path, state) for path, state in looked if not known.has_state(path, state, order)]
    latest = max((state.modified for _, state in candidates if state), default=0.0)
    if now().timestamp() - latest < order.settle_seconds:
        sleep(order.settle_seconds)
    taken = 0
    for path, state in candidates:
        if is_archive(path):
            if _state(path) == state:
                yield from read_archive(path, order, now=now, root=folder)
            taken += 1
            continue
        found = read_file(path, order, now=now, root=folder)
        is_growing = isinstance(found, Fetched) and (state is None or found.fetch.etag != state.etag)
        if is_growing:
            continue
        if known.has(found):
            known.note(found)  # it was written anew as it was
            continue
        yield found
        taken += 1
        if taken == order.max_files:
            return


def named_files(
    paths: Sequence[Path], order: Order, *, now: Callable[[], datetime] = _utc_now
) -> Iterator[Fetched | Reject]:
    """The files that someone named, and those in folders that someone named, as they are at this moment."""
    from demarche.fetching.archives import read_archive

    for path in paths:
        root = path if path.is_dir() else None
        files = [*([path] if not root or _is_named_like_a_document(path) else []), *(files_in(path) if root else [])]
        for file in files:
            if is_archive(file) and not file.is_dir():
                yield from read_archive(file, order, now=now, root=root)
            else:
                yield read_file(file, order, now=now, root=root if file != path else None)


def passed_over(folders: Iterable[Path]) -> list[Path]:
    """What ``files_in`` passes over in folders: hidden and unfinished files, and hidden folders as wholes."""
    return [path for folder in folders if folder.is_dir() for path in _entries(folder, 0) if _is_passed_over(path)]


def files_in(folder: Path) -> Iterator[Path]:
    """Files under a folder, in order of name; hidden and unfinished ones are passed over, links to folders not
    followed. A folder that can't be listed is given like a file, to be rejected by name; so is one whose name ends like
    a document's, before what it holds, and one that lies so deep that what it holds isn't looked for."""
    return (path for path in _entries(folder, 0) if path == folder or not _is_passed_over(path))


def _entries(folder: Path, depth: int) -> Iterator[Path]:
    try:
        with os.scandir(folder) as entries:
            listed = sorted(entries, key=lambda entry: entry.name)
    except FileNotFoundError:
        return
    except OSError:
        if not _is_named_like_a_document(folder):
            yield folder  # reading it fails as listing it did, and says why
        return
    for entry in listed:
        path = folder / entry.name
        if entry.is_dir(follow_symlinks=False) and not _is_passed_over(path):
            if depth >= MAX_DEPTH or _is_named_like_a_document(path):
                yield path
            if depth < MAX_DEPTH:
                yield from _entries(path, depth + 1)
        elif not (entry.is_symlink() and path.is_dir()):
            yield path


def _is_named_like_a_document(path: Path) -> bool:
    return path.suffix.lower() in MEDIA_TYPES or is_archive(path)


def is_archive(path: Path) -> bool:
    """Whether a file is a web archive, by its name: .warc or .warc.gz."""
    return path.name.lower().endswith((".warc", ".warc.gz"))


def _is_passed_over(path: Path) -> bool:
    return path.name.startswith(".") or path.name.endswith(UNFINISHED_SUFFIXES)


def read_file(
    path: Path, order: Order, *, now: Callable[[], datetime] = _utc_now, root: Path | None = None
) -> Fetched | Reject:
    """The bytes of a file, or why they can't be had. A link that leads out of ``root`` is not followed."""
    try:
        with opened(path, order.max_file_bytes, root) as file:
            data = file.read(order.max_file_bytes + 1)
            state = state_of(os.fstat(file.fileno()))
            if len(data) > order.max_file_bytes:
                raise _TooLarge(order.max_file_bytes, len(data))
    except IsADirectoryError as error:
        if root and len(path.relative_to(root).parts) > MAX_DEPTH:
            reason = f"is a folder within {MAX_DEPTH} others: what it holds isn't read"
            return reject(order, path, "not_a_file", reason)
        return refused(order, path, error)
    except OSError as error:
        return refused(order, path, error)
    fetch = Fetch(
        partition_key=order.partition_key,
        source_name=order.source_name,
        url=printable(path),
        raw_hash=hashlib.sha256(data).hexdigest(),
        byte_count=len(data),
        media_type=MEDIA_TYPES.get(path.suffix.lower(), "application/octet-stream"),
        fetched_at=now(),
        etag=state.etag,
        kind=order.kind,
        given_values=dict(order.given_values),
        column_values=dict(order.column_values),
    )
    return Fetched(fetch, data)


def reject(
    order: Order, path: Path | str, reason_type: str, reason: str, position: int | None = None, url: str | None = None
) -> Reject:
    """A reject of the station ``fetch``; its text names the file. Of a page in an archive, ``url`` is its address, by
    which it can be forgotten."""
    name = printable(path)
    return Reject(
        reject_id=record_id("x", "fetch", name, position, reason_type),
        partition_key=order.partition_key,
        station="fetch",
        path=url or name,
        position=position,
        reason_type=reason_type,
        reason_text=f"{name} {reason}",
    )


def refused(order: Order, path: Path, error: OSError) -> Reject:
    """Why a file can't be read."""
    if isinstance(error, FileNotFoundError):
        return reject(order, path, "vanished", "is not there any more, or never was")
    if isinstance(error, IsADirectoryError):
        return reject(order, path, "not_a_file", "is a folder, not a file; what it holds is read all the same")
    if isinstance(error, _NotAFile):
        return reject(order, path, "not_a_file", str(error))
    if isinstance(error, _TooLarge):
        return reject(order, path, "too_large", f"has {error.args[1]} bytes, the limit is {error.args[0]}")
    return reject(order, path, "unreadable", f"can't be read: {error.strerror or error}")


class _NotAFile(OSError):
    pass


class _TooLarge(OSError):
    pass


@dataclass(frozen=True)
class _State:
    size: int
    modified_ns: int

    @property
    def etag(self) -> str:
        """As web servers make it of a file: it changes whenever the file does."""
        return f"{self.modified_ns:x}-{self.size:x}"

    @property
    def modified(self) -> float:
        return self.modified_ns / 1e9


def _state(path: Path) -> _State | None:
    try:
        return state_of(path.stat())
    except OSError:
        return None


def state_of(found: os.stat_result) -> _State:
    return _State(found.st_size, found.st_mtime_ns)


@contextmanager
def opened(path: Path, limit: int, root: Path | None) -> Iterator[BinaryIO]:
    """A regular file of at most ``limit`` bytes. Raises OSError for anything else; a link that leads out of ``root`` is
    not followed."""
    if root and path.is_symlink() and not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root)):
        raise _NotAFile("is a link that leads out of the folder")
    # Opened without waiting: a named pipe in the folder must not hold up everything else.
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:  # by hand until it is a file: ``open`` doesn't take a folder, and leaves its handle open
        found = os.fstat(handle)
        if stat.S_ISDIR(found.st_mode):
            raise IsADirectoryError(path)
        if not stat.S_ISREG(found.st_mode):
            raise _NotAFile("is a device, pipe or socket, not a file")
        if found.st_size > limit:
            raise _TooLarge(limit, found.st_size)
    except OSError:
        os.close(handle)
        raise
    with open(handle, "rb") as file:
        yield file


def printable(path: Path | str) -> str:
    """A path as text; bytes that are no UTF-8 are shown as escapes, since they could be stored nowhere."""
    return str(path).encode("utf-8", "backslashreplace").decode("utf-8")
