"""The warehouse from its file into DuckLake, and back."""

from __future__ import annotations

from pathlib import Path

from demarche.settings import Settings, load_settings
from demarche.steps.ledgers import ducklake_at
from demarche.steps.results import StepError


def migrate_warehouse(
    origin: str, target: str, *, data_path: str | None = None, settings: Settings | None = None
) -> str:
    """Copy a warehouse between a file and DuckLake; what was done, in a line. Raises StepError when it isn't one of
    each, WarehouseError for whatever the disk, the catalog or another writer refuses: what was there stays then."""
    from demarche import warehouse

    settings = settings or load_settings()
    if warehouse.is_ducklake(origin) == warehouse.is_ducklake(target):
        raise StepError("one of FROM and TO must be a file, the other ducklake:postgres:DSN")
    wait, keep = settings.lock_seconds, settings.kept_publications
    if not warehouse.is_ducklake(target):
        lake = warehouse.DuckLake(origin)
        count = warehouse.copy_from_ducklake(lake, Path(target), wait_seconds=wait, keep=keep)
    elif data_path:
        lake = ducklake_at(target, data_path, settings)
        count = warehouse.copy_to_ducklake(Path(origin), lake, wait_seconds=wait)
    else:
        raise StepError("where do DuckLake's data files lie? Name a folder, or s3://bucket/prefix: --data")
    return f"migrate_warehouse: rows {count}"
