"""All steps one after the other, in one process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from demarche.records import Document, Reject
from demarche.settings import Settings, load_settings
from demarche.steps.ingestion import fetch_documents, parse_documents
from demarche.steps.ledgers import hour_that_has_ended, open_lake, outdated, unpaired
from demarche.steps.loading import (
    load_warehouse,
    rebuild_warehouse,
    refuse_foreign_warehouse,
    refuse_lesser_lake,
    unloaded,
)
from demarche.steps.pairing import pair_documents
from demarche.steps.results import Progress, StepResult, by_path, no_progress
from demarche.steps.tagging import tag_documents
from demarche.storage import Lake


def pending(station: str, partition_key: str | None = None, *, settings: Settings | None = None) -> list[str]:
    """Partitions whose input or code is not what ``station`` last took, in order; and ``partition_key``, where given.

    Stations: documents, tagged, paired, and warehouse for the loader. Raises StepError for another name.
    """
    settings = settings or load_settings()
    if station == "warehouse":
        found = unloaded(settings)
    elif station == "paired":
        found = unpaired(open_lake(settings), settings)
    else:
        found = outdated(open_lake(settings), station, settings)
    return sorted({*found, partition_key} if partition_key else found)


@dataclass(frozen=True)
class Run:
    """What a run did with its files: those that former runs took count as well."""

    raw_hashes: tuple[str, ...]
    document_count: int
    rejects: tuple[Reject, ...]


def run(
    inputs: Sequence[Path],
    *,
    settings: Settings | None = None,
    partition_key: str | None = None,
    progress: Progress = no_progress,
) -> Run:
    """Take files in, and take every step that is pending. New files belong to ``partition_key``; those that a former
    run took stay where they are, so that doing it again changes nothing. A second run over the lake waits its turn.
    """
    settings = settings or load_settings()
    refuse_foreign_warehouse(settings)
    refuse_lesser_lake(settings)
    lake = open_lake(settings)
    with lake.one_run():
        return _run(lake, inputs, partition_key, settings, progress)


def _run(lake: Lake, inputs: Sequence[Path], partition_key: str | None, settings: Settings, progress: Progress) -> Run:
    fetched = fetch_documents(partition_key or hour_that_has_ended(), inputs=inputs, settings=settings)
    progress("fetch_documents", fetched.read, fetched.read)
    for number, key in enumerate(keys := pending("documents", settings=settings), 1):
        parse_documents(key, settings=settings)
        progress("parse_documents", number, len(keys))
    for key in pending("tagged", settings=settings):
        tag_documents(key, settings=settings, progress=progress)
    for number, key in enumerate(keys := pending("paired", settings=settings), 1):
        pair_documents(key, settings=settings)
        progress("pair_documents", number, len(keys))
    load_warehouse(settings=settings, progress=progress)
    return _told(lake, fetched)


def rebuild(*, settings: Settings | None = None, progress: Progress = no_progress) -> StepResult:
    """Derive every partition again from its raw bytes, and the warehouse from that and the journal."""
    settings = settings or load_settings()
    refuse_lesser_lake(settings)
    keys = open_lake(settings).fetch_keys()
    for number, key in enumerate(keys, 1):
        parse_documents(key, settings=settings)
        tag_documents(key, settings=settings, progress=progress)
        pair_documents(key, settings=settings)
        progress("partitions", number, len(keys))
    return rebuild_warehouse(settings=settings, progress=progress)


def _told(lake: Lake, fetched: StepResult) -> Run:
    hashes = set(fetched.raw_hashes)
    keys = sorted({fetch.partition_key for fetch in lake.all_fetches() if fetch.raw_hash in hashes})
    found = {row.document_id for key in keys for row in lake.read(Document, key, "documents") if row.raw_hash in hashes}
    rejects = {
        row.reject_id: row
        for key in keys
        for station in ("documents", "tagged")
        for row in lake.read(Reject, key, station)
        if row.raw_hash in hashes
    }
    rejects |= {row.reject_id: row for row in fetched.rejects}
    return Run(tuple(sorted(hashes)), len(found), by_path(rejects.values()))
