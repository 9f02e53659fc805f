"""The warehouse's upkeep: tidy, compact, verify, back up, and come back from a backup."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from demarche.settings import Settings, load_settings
from demarche.steps.ledgers import open_lake, warehouse_of
from demarche.steps.loading import keep_journal, open_writer
from demarche.steps.results import StepResult
from demarche.steps.retention import expire_raw
from demarche.storage import Backup, Lake


def maintain_warehouse(*, settings: Settings | None = None) -> StepResult:
    """Publish what a killed writer left unpublished, sweep away the rest of what it left, write the file anew when that
    pays, drop former publications beyond those to be kept, read every row of what is published, back it up with the
    lake's raw bytes and journal where a place for it is set, and remove raw bytes that have served their time (settings
    ``raw_days`` and ``raw_gigabytes``).

    The writer's lock is held until the backup is done. Raises WarehouseError for a file that can't be read to its end,
    LakeError when the backup can't be written.
    """

    settings = settings or load_settings()
    lake = open_lake(settings)
    path = warehouse_of(settings)
    with open_writer(settings) as warehouse:
        keep_journal(lake, warehouse)
        is_compacted = warehouse.compact()
        is_new = warehouse.publish()
        details = {"published": int(is_new), "compacted": int(is_compacted)}
        details["expired"] = warehouse.expire()
    if path.exists():
        details |= _verify(settings)
        if settings.backup_url:
            details["backed_up"] = back_up(Backup(settings.backup_url), lake, settings, keep=settings.kept_backups)
    with lake.one_run():
        details |= expire_raw(lake, settings, datetime.now(UTC))
    return StepResult("maintain_warehouse", None, details=details)


def _verify(settings: Settings) -> dict[str, int]:
    """Read every row of what is published. Where that fails, the writer's copy takes its place, if that is whole."""
    from demarche import warehouse as store

    path = warehouse_of(settings)
    try:
        return {"verified": store.verify(path)}
    except store.Unreadable:
        if not isinstance(path, Path):
            raise
        store.distrust(path)
        with open_writer(settings) as warehouse:
            is_new = warehouse.publish()
        return {"verified": store.verify(path), "mended": int(is_new)}


def back_up(backup: Backup, lake: Lake, settings: Settings, *, keep: int) -> int:
    """Take what the backup lacks of the lake's raw bytes and journal, and the published warehouse, of whose states the
    last ``keep`` stay; how many objects were copied."""
    with open_writer(settings):  # while it is copied, nobody publishes another one
        return _copy(backup, lake, settings, keep)


def _copy(backup: Backup, lake: Lake, settings: Settings, keep: int) -> int:
    from demarche import warehouse as store

    place = warehouse_of(settings)
    copied = backup.lake.take_missing(lake) + backup.lake.take_source_states(lake)
    found = store.overview(place) if place.exists() else None
    if found and found.loaded_at and found.load_id:
        with _beside(settings, "backup") as file:
            if isinstance(place, store.DuckLake):
                store.copy_from_ducklake(place, file, wait_seconds=0, keep=0)
            else:
                file = place
            copied += backup.keep(file, f"{found.loaded_at:%Y%m%dT%H%M%S}-{found.load_id}.duckdb")
        backup.expire(keep)
    return copied


@contextmanager
def _beside(settings: Settings, what: str) -> Iterator[Path]:
    """A place for a file beside the warehouse, that is gone afterwards."""
    path = settings.warehouse_path
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{path.name}.{what}.", dir=path.parent) as folder:
        yield Path(folder) / path.name


def restore_backup(url: str, *, name: str | None = None, settings: Settings | None = None) -> StepResult:
    """Bring back from the backup at ``url`` what the lake lacks of raw bytes and journal, and publish the newest state
    of the warehouse, or the one called ``name``. What is derived is made again by the next run.

    Raises LakeError when there is no such state or it isn't what was backed up.
    """
    from demarche import warehouse as store

    settings = settings or load_settings()
    backup = Backup(url)
    place = warehouse_of(settings)
    with _beside(settings, "restore") as fetched:
        backup.fetch(name, fetched)
        store.verify(fetched)
        brought = open_lake(settings).take_missing(backup.lake)
        if isinstance(place, store.DuckLake):
            store.copy_to_ducklake(fetched, place, wait_seconds=settings.lock_seconds)
        else:
            store.restore(place, fetched, wait_seconds=settings.lock_seconds, keep=settings.kept_publications)
    held = store.overview(place)
    details = {"objects": brought, "documents": held.document_count, "events": held.event_count}
    return StepResult("restore", None, details=details)
