"""The warehouse from its file into DuckLake, and back."""

from __future__ import annotations

from pathlib import Path

from demarche.settings import Settings, load_settings
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
    if warehouse.is_ducklake(target):
        folder = str(Path(data_path).absolute()) + "/" if data_path else None
        if folder is None:
            raise StepError("where do DuckLake's data files lie? Name a folder: --data")
        count = warehouse.copy_to_ducklake(Path(origin), target, folder, wait_seconds=settings.lock_seconds)
    else:
        count = warehouse.copy_from_ducklake(
            origin, Path(target), wait_seconds=settings.lock_seconds, keep=settings.kept_publications
        )
    return f"migrate_warehouse: rows {count}"
