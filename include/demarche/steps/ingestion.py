"""Bytes in: what is new goes to the lake, and becomes documents. Fetching is the one step that asks what time it is."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from demarche import fetching
from demarche.records import Document, Fetch, Record, Reject, record_id
from demarche.settings import Settings, load_settings
from demarche.steps.attempts import Attempts, Poison
from demarche.steps.ledgers import (
    EXPIRED,
    arrival_key,
    checked_key,
    code_version,
    forgotten_in,
    hour_that_has_ended,
    open_lake,
    parsed_from,
)
from demarche.steps.limits import time_limit
from demarche.steps.results import StepResult, by_path, first_line
from demarche.steps.sources import ask_sources, chosen_sources, read_named
from demarche.storage import Lake, LakeFault

if TYPE_CHECKING:
    from demarche.documents.tombstones import Forgotten

NOTED_BATCH = 32  # fetches that are noted at once as being parsed


def fetch_documents(
    partition_key: str,
    *,
    inputs: Sequence[Path] | None = None,
    sources: Sequence[str] | None = None,
    again: bool = False,
    settings: Settings | None = None,
) -> StepResult:
    """Append what is new to the lake: of the declared sources with these ids, by default all and the drop folder; or of
    the files and folders ``inputs``, which don't wait. A web source is asked once for a partition, unless ``again``.

    A source that fails stops no other; ``failures`` of the result says which, since when, and why. Raises StepError for
    a key that can't be the hour of an arrival.
    """
    settings = settings or load_settings()
    lake = open_lake(settings)
    arrival_key(partition_key)
    failures: Sequence[str] = ()
    details: dict[str, int] = {}
    if inputs is None:
        asked = ask_sources(chosen_sources(sources, settings), partition_key, lake, settings, again=again)
        appended, failures = asked.appended, asked.failures
        details = {"sources": asked.source_count, "failed_sources": len(failures)}
    else:
        appended = read_named(inputs, partition_key, lake, settings)
    return StepResult(
        "fetch_documents",
        partition_key,
        appended.read,
        appended.written,
        len(appended.rejects),
        details,
        rejects=tuple(appended.rejects),
        raw_hashes=tuple(appended.hashes),
        failures=tuple(failures),
    )


def parse_documents(partition_key: str, *, settings: Settings | None = None) -> StepResult:
    """Make documents of a partition's bytes; what can't be read becomes a reject."""
    settings = settings or load_settings()
    lake = open_lake(settings)
    fetches = lake.fetches(checked_key(partition_key))
    shards = _Shards(lake, partition_key, settings)
    forgotten = forgotten_in(lake)
    for fault in lake.fetch_rejects(partition_key):
        shards.add(None if forgotten.names(fault) else fault)
    with Attempts(lake, "documents", partition_key, "all", shards.made_from) as attempts:
        for item in _parsed(lake, fetches, settings, attempts, forgotten):
            shards.add(item)
        counts = shards.commit()
    details = {name: counts[name] for name in ("found", "repeated", "forgotten")}
    rejects = by_path(lake.read(Reject, partition_key, "documents"))
    return StepResult("parse_documents", partition_key, len(fetches), counts["parsed"], len(rejects), details, rejects)


def _parsed(
    lake: Lake, fetches: Sequence[Fetch], settings: Settings, attempts: Attempts, forgotten: Forgotten
) -> Iterator[Document | Reject | None]:
    """What is in the bytes of fetches, in their order; None for each document that was forgotten. Of bytes that were
    removed for their age, what was found in them before."""
    expired = {row["partition_key"] for row in lake.journal(EXPIRED)}
    for group in attempts.groups(fetches, lambda fetch: fetch.raw_hash, NOTED_BATCH):
        for fetch in group:
            if not lake.has_raw(fetch.raw_hash):
                if fetch.partition_key in expired:
                    yield from _derived(lake, fetch, forgotten)
                    continue
                if fetch.raw_hash in forgotten.raw_hashes:
                    yield None
                    continue
            begin = attempts.begin if attempts.is_suspect(fetch.raw_hash) else None
            for position, item in parse_fetch(fetch, lake.get_raw(fetch.raw_hash), settings, begin):
                yield None if forgotten.names(item, position) else item


def _derived(lake: Lake, fetch: Fetch, forgotten: Forgotten) -> Iterator[Document | Reject | None]:
    """The rows that were made of a fetch when its bytes were still there. Raises LakeFault where they are lost."""
    if lake.manifest("documents", fetch.partition_key) is None:
        raise LakeFault(
            f"{lake.url}: what was made of {fetch.partition_key} is gone or can't be read, and the raw bytes have "
            "expired that it was made from — put back from a copy derived/documents.manifests/"
            f"{fetch.partition_key}.json"
        )
    kinds: tuple[type[Document], type[Reject]] = (Document, Reject)
    for kind in kinds:
        for row in lake.read(kind, fetch.partition_key, "documents"):
            is_of_fetch = row.raw_hash == fetch.raw_hash and row.path == fetch.url
            if is_of_fetch and (isinstance(row, Document) or row.station == "parse"):
                yield None if forgotten.names(row) else row


class _Shards:
    """A partition's documents and rejects on their way to the lake, so many in memory at once as a shard holds.

    What comes a second time is counted and left out: the earliest fetch's stays.
    """

    def __init__(self, lake: Lake, partition_key: str, settings: Settings) -> None:
        self._lake, self._key, self._size = lake, partition_key, settings.shard_size
        self._input_hash, self._code_version = parsed_from(lake, partition_key), code_version("documents", settings)
        self._ids: set[str] = set()
        self._rows: dict[type[Record], list[Any]] = {Document: [], Reject: []}
        self._counts: Counter[str] = Counter()
        self._number = 0

    @property
    def made_from(self) -> str:
        """What the partition is made from, and by which code."""
        return f"{self._input_hash} {self._code_version}"

    def _made_from(self) -> dict[str, str]:
        return {"input_hash": self._input_hash, "code_version": self._code_version}

    def add(self, item: Document | Reject | None) -> None:
        """Take a row in, or note that one was forgotten; a full shard is written."""
        if item is None:
            self._counts.update(("found", "forgotten"))
            return
        row_id = item.reject_id if isinstance(item, Reject) else item.document_id
        self._counts["found"] += 1
        if row_id in self._ids:
            self._counts["repeated"] += 1
            return
        self._ids.add(row_id)
        self._rows[type(item)].append(item)
        self._counts["rejected" if isinstance(item, Reject) else "parsed"] += 1
        if len(self._rows[Document]) + len(self._rows[Reject]) >= self._size:
            self._write()

    def commit(self) -> dict[str, int]:
        """Make all that was taken in the partition; its counts."""
        if self._number == 0 or any(self._rows.values()):
            self._write()
        return self._lake.commit("documents", self._key, self._number, **self._made_from()).counts

    def _write(self) -> None:
        counts = dict.fromkeys(("found", "repeated", "forgotten", "parsed", "rejected"), 0) | self._counts
        self._lake.write_shard("documents", self._key, self._number, self._rows, counts=counts, **self._made_from())
        self._rows = {Document: [], Reject: []}
        self._counts.clear()
        self._number += 1


def parse_files(paths: Sequence[str | Path], *, settings: Settings | None = None) -> Iterator[Document | Reject]:
    """The documents found in files, without a lake; each one's ``path`` is written as in ``paths``."""
    settings = settings or load_settings()
    order = fetching.Order(hour_that_has_ended(), settings.source_name, settings.max_file_bytes)
    for given in map(str, paths):
        for item in fetching.named_files([Path(given)], order):
            if isinstance(item, Reject):
                yield item
                continue
            path = _as_given(item.fetch.url, given)
            for _, found in parse_fetch(item.fetch, item.data, settings):
                yield found.model_copy(update={"path": path})


def passed_over(inputs: Sequence[str | Path]) -> list[Path]:
    """The hidden and unfinished files and folders that are passed over in folders."""
    return fetching.passed_over(map(Path, inputs))


def _as_given(path: str, given: str) -> str:
    """A path that begins as somebody wrote it: ``Path`` drops what seems needless, and they look for what they gave."""
    if path.startswith(("http://", "https://")):
        return path  # of a page in an archive
    given = fetching.printable(given)
    if path == given:
        return given
    inside = PurePath(path).relative_to(PurePath(given))
    return given if inside == PurePath() else posixpath.join(given, str(inside))


def parse_fetch(
    fetch: Fetch, data: bytes, settings: Settings, begin: Callable[[str], bool] | None = None
) -> Iterator[tuple[int | None, Document | Reject]]:
    """The documents in the bytes of a fetch, each with its number in the file, and rejects for what can't be read.

    ``begin`` is told of each document before it is read, by its place in the file, and says whether it may be.
    """
    from demarche import documents, sources

    position = where = None

    def refused(reason_type: str, reason: str) -> Reject:
        url, raw_hash = fetch.url, fetch.raw_hash
        return reject_of("parse", fetch.partition_key, url, position, raw_hash, reason_type, reason, where)

    try:
        found = iter(sources.parse(fetch, data))
        for number in count():
            with time_limit(settings.document_seconds):
                raw = next(found, None)
            if raw is None:
                return
            if isinstance(raw, Reject):
                yield raw.position, raw
                continue
            position, where = raw.position, raw.where
            if begin and not begin(f"{fetch.raw_hash}#{number}"):
                yield position, refused("poison", f"can't be parsed: {Poison()}")
                continue
            try:
                with time_limit(settings.document_seconds):
                    document = documents.read_document(raw, fetch.partition_key)
            except TimeoutError as error:
                yield position, refused("too_slow", f"can't be parsed: it {error}")
                continue
            if isinstance(document, Document) and len(document.body) > settings.max_body_characters:
                reason = f"has {len(document.body)} characters, the limit is {settings.max_body_characters}"
                document = refused("too_long", reason)
            yield position, document
    except TimeoutError as error:
        yield position, refused("too_slow", f"can't be parsed: it {error}")
    except Exception as error:  # one bad file, whatever it does to a parser, never stops the others
        yield position, refused("unreadable", f"can't be parsed ({type(error).__name__}: {first_line(error)})")


def reject_of(
    station: str, key: str, path: str, position: int | None, raw_hash: str | None, reason_type: str, reason: str,
    where: str | None = None,
) -> Reject:  # fmt: skip
    """A reject of a station of ours; ``where`` in the file the document stands goes behind the file's name."""
    return Reject(
        reject_id=record_id("x", station, path, position, raw_hash, reason_type),
        partition_key=key,
        station=station,
        path=path,
        position=position,
        raw_hash=raw_hash,
        reason_type=reason_type,
        reason_text=" ".join(filter(None, (path, where, reason))),
    )
