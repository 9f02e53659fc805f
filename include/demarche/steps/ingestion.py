"""Bytes in: what is new goes to the lake, and becomes documents. Fetching is the one step that asks what time it is."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePath

from demarche import fetching
from demarche.records import Document, Fetch, Reject, record_id
from demarche.settings import Settings, load_settings
from demarche.steps.ledgers import arrival_key, checked_key, code_version, hour_that_has_ended, open_lake
from demarche.steps.results import StepResult, by_path, first_line
from demarche.storage import Lake

LOG_BATCH = 1000  # fetches that one object of the log holds


def fetch_documents(
    partition_key: str, *, inputs: Sequence[Path] | None = None, settings: Settings | None = None
) -> StepResult:
    """Append what is new to the lake: of the drop folder, or the files and folders ``inputs``, which don't wait.

    Raises StepError for a key that can't be the hour of an arrival.
    """
    settings = settings or load_settings()
    lake = open_lake(settings)
    order = fetching.Order(
        partition_key=arrival_key(partition_key),
        source_name=settings.source_name,
        max_file_bytes=settings.max_file_bytes,
        max_files=settings.max_drop_files,
        settle_seconds=settings.settle_seconds,
    )
    known = fetching.Known(
        lake.all_fetches(), [reject for key in lake.fetch_keys() for reject in lake.fetch_rejects(key)]
    )
    if inputs is None:
        found = fetching.drop_folder(settings.drop_folder, order, known)
    else:
        found = fetching.named_files(inputs, order)
    return _append(lake, found, known, partition_key)


def _append(
    lake: Lake, found: Iterable[fetching.Fetched | Reject], known: fetching.Known, partition_key: str
) -> StepResult:
    fetches: list[Fetch] = []
    rejects: list[Reject] = []
    new_rejects: list[Reject] = []
    hashes: list[str] = []
    written = 0
    for item in found:
        if len(fetches) + len(new_rejects) >= LOG_BATCH:
            lake.append_fetches(fetches, new_rejects)
            fetches, new_rejects = [], []
        if isinstance(item, Reject):
            rejects.append(item)
            new_rejects += [] if known.has(item) else [item]
            continue
        hashes.append(item.fetch.raw_hash)
        if not known.has(item):
            lake.put_raw(item.data)  # the bytes first: the log never names what isn't there
            fetches.append(item.fetch)
            written += 1
    lake.append_fetches(fetches, new_rejects)
    read = len(hashes) + len(rejects)
    return StepResult(
        "fetch_documents", partition_key, read, written, len(rejects), rejects=tuple(rejects), raw_hashes=tuple(hashes)
    )


def parse_documents(partition_key: str, *, settings: Settings | None = None) -> StepResult:
    """Make documents of a partition's bytes; what can't be read becomes a reject."""
    settings = settings or load_settings()
    lake = open_lake(settings)
    input_hash = lake.log_hash(checked_key(partition_key))
    rejects = {reject.reject_id: reject for reject in lake.fetch_rejects(partition_key)}
    found: dict[str, Document] = {}
    counts: Counter[str] = Counter(found=len(rejects), repeated=0, forgotten=0)
    fetches = lake.fetches(partition_key)
    for fetch in fetches:
        for _, item in parse_fetch(fetch, lake.get_raw(fetch.raw_hash), settings):
            counts["found"] += 1
            if isinstance(item, Reject):
                counts["repeated"] += item.reject_id in rejects
                rejects.setdefault(item.reject_id, item)
            else:
                counts["repeated"] += item.document_id in found
                found.setdefault(item.document_id, item)  # the earliest fetch's stays
    counts.update(parsed=len(found), rejected=len(rejects))
    lake.write(
        "documents",
        partition_key,
        {Document: list(found.values()), Reject: list(rejects.values())},
        input_hash=input_hash,
        code_version=code_version("documents", settings),
        rows_per_file=settings.shard_size,
        counts=counts,
    )
    details = {name: counts[name] for name in ("found", "repeated")}
    return StepResult(
        "parse_documents", partition_key, len(fetches), len(found), len(rejects), details, by_path(rejects.values())
    )


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


def _as_given(path: str, given: str) -> str:
    """A path that begins as somebody wrote it: ``Path`` drops what seems needless, and they look for what they gave."""
    given = fetching.printable(given)
    inside = PurePath(path).relative_to(PurePath(given))
    return given if inside == PurePath() else posixpath.join(given, str(inside))


def parse_fetch(
    fetch: Fetch, data: bytes, settings: Settings
) -> Iterator[tuple[int | None, Document | Reject]]:
    """The documents in the bytes of a fetch, each with its number in the file, and rejects for what can't be read."""
    from demarche import documents, sources

    position = where = None
    try:
        for raw in sources.parse(fetch, data):
            if isinstance(raw, Reject):
                yield raw.position, raw
                continue
            position, where = raw.position, raw.where
            document = documents.read_document(raw, fetch.partition_key)
            if isinstance(document, Document) and len(document.body) > settings.max_body_characters:
                reason = f"has {len(document.body)} characters, the limit is {settings.max_body_characters}"
                document = reject_of(
                    "parse", fetch.partition_key, fetch.url, position, fetch.raw_hash, "too_long", reason, where
                )
            yield position, document
    except Exception as error:  # one bad file, whatever it does to a parser, never stops the others
        reason = f"can't be parsed ({type(error).__name__}: {first_line(error)})"
        yield position, reject_of(
            "parse", fetch.partition_key, fetch.url, position, fetch.raw_hash, "unreadable", reason, where
        )


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
