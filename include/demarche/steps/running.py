"""All steps one after the other, in one process."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from demarche import fetching
from demarche.records import Document, Reject
from demarche.settings import Settings, load_settings
from demarche.steps.ingestion import fetch_documents, parse_documents
from demarche.steps.ledgers import (
    STATIONS,
    arrival_key,
    code_version,
    hour_that_has_ended,
    is_current,
    open_lake,
    outdated,
    unpaired,
)
from demarche.steps.loading import (
    GateError,
    load_warehouse,
    loaded,
    rebuild_warehouse,
    refuse_foreign_warehouse,
    refuse_lesser_lake,
    unloaded,
)
from demarche.steps.pairing import pair_documents
from demarche.steps.quarantine import held_back
from demarche.steps.results import Progress, StepError, StepResult, by_path, no_progress
from demarche.steps.tagging import is_coded, tag_documents
from demarche.storage import Lake, Manifest


def pending(station: str, partition_key: str | None = None, *, settings: Settings | None = None) -> list[str]:
    """Partitions whose input or code is not what ``station`` last took, in order; and ``partition_key``, where given.

    Stations: documents, tagged, paired, and warehouse for the loader. Raises StepError for another name.
    """
    settings = settings or load_settings()
    if station == "warehouse":
        found = unloaded(settings)
    elif station == "paired":
        found = unpaired(open_lake(settings), settings, loaded(settings))
    else:
        found = outdated(open_lake(settings), station, settings)
    return sorted({*found, partition_key} if partition_key else found)


def next_pending(
    station: str, partition_key: str | None = None, *, most: int | None = None, settings: Settings | None = None
) -> list[str]:
    """What one run is to take of what is pending, at most ``most``: the partition that is asked for, then the newest
    first, so that after a backfill, or a change of code, the present doesn't wait for the past."""
    asked = [partition_key] if partition_key else []
    found = [key for key in reversed(pending(station, settings=settings)) if key != partition_key]
    return (asked + found)[:most]


@dataclass(frozen=True)
class Run:
    """What a run did with its files: those that former runs took count as well."""

    raw_hashes: tuple[str, ...]
    document_count: int
    foreign_count: int  # of those documents: not in English, so stored and not coded
    rejects: tuple[Reject, ...]
    passed_over: tuple[Path, ...] = ()  # hidden and unfinished files
    held: Mapping[str, str] = field(default_factory=dict)  # partitions held back, and why


def run(
    inputs: Sequence[Path],
    *,
    settings: Settings | None = None,
    partition_key: str | None = None,
    progress: Progress = no_progress,
) -> Run:
    """Take files in, and take every step that is pending. New files belong to ``partition_key``; those that a former
    run took stay where they are, so that doing it again changes nothing. A second run over the lake waits its turn.

    Raises StepError, before anything is made, when there is none of the files, or the key can't be that of an arrival.
    """
    settings = settings or load_settings()
    if not any(os.path.lexists(path) for path in inputs):
        named = ", ".join(map(str, inputs))
        raise StepError(f"{named}: no such file or folder — name files and folders that are there")
    partition_key = arrival_key(partition_key or hour_that_has_ended())
    refuse_foreign_warehouse(settings)
    refuse_lesser_lake(settings)
    lake = open_lake(settings)
    with lake.one_run():
        return _run(lake, inputs, partition_key, settings, progress)


def _run(lake: Lake, inputs: Sequence[Path], partition_key: str, settings: Settings, progress: Progress) -> Run:
    fetched = fetch_documents(partition_key, inputs=inputs, settings=settings)
    progress("fetch_documents", fetched.read, fetched.read)
    for number, key in enumerate(keys := pending("documents", settings=settings), 1):
        parse_documents(key, settings=settings)
        progress("parse_documents", number, len(keys))
    for key in pending("tagged", settings=settings):
        tag_documents(key, settings=settings, progress=progress)
    for number, key in enumerate(keys := pending("paired", settings=settings), 1):
        pair_documents(key, settings=settings)
        progress("pair_documents", number, len(keys))
    held: dict[str, str] = {}
    try:
        load_warehouse(settings=settings, progress=progress)
    except GateError as error:
        if not error.held:
            raise
        held = error.held
    passed_over = tuple(fetching.passed_over(inputs))
    return replace(_told(lake, fetched), passed_over=passed_over, held=held | held_back(settings=settings))


def rebuild(
    *, settings: Settings | None = None, from_start: bool = False, progress: Progress = no_progress
) -> StepResult:
    """Derive every partition again from its raw bytes, and the warehouse from that and the journal.

    One that was interrupted goes on where it was: what it had derived by the same code, and is still there byte for
    byte, isn't derived again, unless ``from_start``. How many those were is ``resumed`` in the answer's details.
    """
    settings = settings or load_settings()
    refuse_lesser_lake(settings)
    lake = open_lake(settings)
    with lake.one_run():
        if from_start:
            lake.close_ledger(_REBUILT)
        keys = lake.fetch_keys()
        version = _version_of_all(settings)
        ledger = lake.manifests(_REBUILT)
        resumed = [key for key in keys if _is_rebuilt(lake, key, ledger.get(key), version)]
        progress("partitions", len(resumed), len(keys))
        for number, key in enumerate(sorted(set(keys) - set(resumed)), len(resumed) + 1):
            parse_documents(key, settings=settings)
            tag_documents(key, settings=settings, progress=progress)
            pair_documents(key, settings=settings)
            lake.write(_REBUILT, key, {}, input_hash=lake.log_hash(key), code_version=version)
            progress("partitions", number, len(keys))
        done = rebuild_warehouse(settings=settings, progress=progress)
        lake.close_ledger(_REBUILT)
    return replace(done, step="rebuild", details={"partitions": len(keys), "resumed": len(resumed), **done.details})


_REBUILT = "rebuilt"  # the ledger of a rebuild that hasn't come to its end


def _version_of_all(settings: Settings) -> str:
    return hashlib.sha256("\n".join(code_version(station, settings) for station in STATIONS).encode()).hexdigest()


def _is_rebuilt(lake: Lake, key: str, manifest: Manifest | None, version: str) -> bool:
    is_of_now = is_current(manifest, lake.log_hash(key), version)
    return is_of_now and all(lake.is_whole(station, key) for station in STATIONS)


def _told(lake: Lake, fetched: StepResult) -> Run:
    hashes = set(fetched.raw_hashes)
    keys = sorted({fetch.partition_key for fetch in lake.all_fetches() if fetch.raw_hash in hashes})
    found = {
        row.document_id: is_coded(row)
        for key in keys
        for row in lake.read(Document, key, "documents")
        if row.raw_hash in hashes
    }
    rejects = {
        row.reject_id: row
        for key in keys
        for station in ("documents", "tagged")
        for row in lake.read(Reject, key, station)
        if row.raw_hash in hashes
    }
    rejects |= {row.reject_id: row for row in fetched.rejects}
    foreign_count = sum(not coded for coded in found.values())
    return Run(tuple(sorted(hashes)), len(found), foreign_count, by_path(rejects.values()))
