"""Declared web archives: each file is a part by itself, dealt to a task of its own, and gone on with after a crash."""

from __future__ import annotations

import glob
import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from demarche.fetching import Fetched, FetchError, Known, Order, SourceState
from demarche.fetching.archives import RemoteFile, read_archive, read_remote_archive
from demarche.fetching.files import files_in, is_archive, state_of
from demarche.fetching.states import Health, Progress
from demarche.records import Reject
from demarche.sources.declaring import Declaration
from demarche.steps.appending import Appended, append
from demarche.storage import Lake

if TYPE_CHECKING:
    from demarche.fetching.web import WebClient

PAGES_PER_APPEND = 200  # that one object of the log holds: what a crash makes us read again
MARK = "#"
"""Between a source's id and the place of a part."""
_PATTERN = frozenset("*?[")


def part_ids(source: Declaration) -> list[str]:
    """Names of an archive source's parts, ``id#place``, in order."""
    if source.url or source.urls:
        return [f"{source.id}{MARK}{url}" for url in (source.url, *source.urls) if url]
    assert source.path is not None
    if _PATTERN & set(str(source.path)):
        found = [Path(name) for name in sorted(glob.glob(str(source.path), recursive=True)) if Path(name).is_file()]
    elif source.path.is_dir():
        found = [path for path in files_in(source.path) if is_archive(path)]
    else:
        found = [source.path]
    return [f"{source.id}{MARK}{path}" for path in found]


def one_part(source: Declaration, part_id: str) -> Declaration:
    """The declaration of a part alone."""
    place = part_id.partition(MARK)[2]
    is_url = place in (source.url, *source.urls)
    there = {"url": place if is_url else None, "path": None if is_url else Path(place)}
    return source.model_copy(update={**there, "urls": ()})


def state_name(source: Declaration) -> str:
    """Under which name the lake remembers a part."""
    return f"{source.id[:47]}-{hashlib.sha256(f'{source.id} {source.place}'.encode()).hexdigest()[:16]}"


def is_read(part: Declaration, state: SourceState) -> bool:
    """Whether nothing is left to read: on the web, archives don't change; a file is as it was."""
    if state.archive is None or not state.archive.is_whole:
        return False
    try:
        return part.path is None or state_of(part.path.stat()).etag == state.archive.etag
    except OSError:
        return True  # it was read, and is gone


def joint_health(states: list[SourceState]) -> tuple[Health, int]:
    """How a source of several parts fares, and how many of them are still to be read: as the one that fails longest."""
    healths = [state.health for state in states]
    failing = [health for health in healths if health.failing_since_at]
    worst = min(failing, key=lambda health: health.failing_since_at or datetime.max, default=None)
    latest = {
        name: max((at for health in healths if (at := getattr(health, name))), default=None)
        for name in ("asked_at", "succeeded_at")
    }
    joint = (worst or Health()).model_copy(update=latest | {"new_count": sum(health.new_count for health in healths)})
    return joint, sum(1 for state in states if state.archive is None or not state.archive.is_whole)


def read_part(
    part: Declaration,
    order: Order,
    lake: Lake,
    state: SourceState,
    client: WebClient | None,
    save: Callable[[], None],
) -> Appended:
    """Keep the pages of a part, from where the last run was ended; ``save`` is called whenever some were kept. A
    failure is noted in ``state``."""
    at = datetime.now(UTC)
    progress = state.archive = state.archive or Progress()
    keys = {order.partition_key, state.open_key or order.partition_key}
    known = Known(
        [fetch for key in keys for fetch in lake.fetches(key) if fetch.source_name == order.source_name],
        [row for key in keys for row in lake.fetch_rejects(key)],
    )
    state.open_key = order.partition_key
    kept = Appended()
    try:
        found = pages_of(part, order, progress, client)
        kept = append(lake, found, known, PAGES_PER_APPEND, save)
    except FetchError as error:
        state.fail(at, error)
    except FileNotFoundError:
        state.fail(at, FetchError("vanished", f"{part.place}: no such file — correct the sources file"))
    else:
        state.open_key = None
        state.succeed(order.partition_key, at, kept.written)
    save()
    return kept


def pages_of(
    part: Declaration, order: Order, progress: Progress, client: WebClient | None
) -> Iterator[Fetched | Reject]:
    """The pages of a part, from where ``progress`` says; none of a file that still grows. Raises FetchError and
    FileNotFoundError."""
    if client and part.url:
        return read_remote_archive(RemoteFile(client, part.url, 1.0 / part.requests_per_second), order, progress)
    assert part.path is not None
    before = part.path.stat()
    if time.time() - before.st_mtime < order.settle_seconds:
        time.sleep(order.settle_seconds)
        if state_of(part.path.stat()) != state_of(before):
            return iter(())  # it still grows, and waits for the next run
    return read_archive(part.path, order, progress)


def client_or_none(part: Declaration, make: Callable[[], WebClient]) -> WebClient | nullcontext[None]:
    """A client for a part on the web."""
    return make() if part.url else nullcontext()
