"""What is where, how fresh it is, and what is missing."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution, requires
from pathlib import Path
from typing import TYPE_CHECKING, Any

from demarche import fetching, language
from demarche.settings import Settings, SettingsError, load_settings, unknown_variables
from demarche.steps.ledgers import STATIONS, open_lake, unpairable, warehouse_of
from demarche.steps.loading import unloaded
from demarche.steps.quarantine import held_back
from demarche.steps.running import pending
from demarche.storage import LakeError

if TYPE_CHECKING:
    from demarche.warehouse import Place

NEEDED_BYTES = 1_000_000_000
NEEDED_PYTHON = (3, 11)


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: whether it is as it should be, and what to do if not."""

    is_good: bool
    subject: str
    text: str


def status(*, settings: Settings | None = None) -> dict[str, Any]:
    """Where lake, warehouse and drop folder are, what they hold, and per station the newest and the pending; by key
    why a partition is held back, or set aside, and which the warehouse lacks although they are ready."""
    settings = settings or load_settings()
    lake = open_lake(settings)
    fetched = lake.fetch_keys()
    row: dict[str, Any] = {"station": "fetched", "partitions": len(fetched), "newest": max(fetched, default=None)}
    stations = [{**row, "changed_at": None, "pending": 0}]
    for station in STATIONS:
        times = lake.manifest_times(station)
        row = {"station": station, "partitions": len(times), "newest": max(times, default=None)}
        changed_at = max(times.values()).isoformat(timespec="seconds") if times else None
        stations.append({**row, "changed_at": changed_at, "pending": len(pending(station, settings=settings))})
    held = held_back(settings=settings)
    ready = [key for key in unloaded(settings) if key not in held]
    return {
        "lake": settings.lake_url,
        **_warehouse_status(settings),
        **_drop_status(settings),
        "not_loaded": len(ready),
        "not_loaded_keys": ready,
        "held_back": held,
        "set_aside": unpairable(lake, settings),
        "stations": stations,
    }


def _warehouse_status(settings: Settings) -> dict[str, Any]:
    from demarche import warehouse

    path = warehouse_of(settings)
    if not path.exists():
        return {"warehouse": f"{path} (none yet)"}
    found = warehouse.overview(path)
    return {
        "warehouse": str(path),
        "loaded_at": found.loaded_at.isoformat(timespec="seconds") if found.loaded_at else None,
        "newest_published_date": found.newest_published_date.isoformat() if found.newest_published_date else None,
        "documents": found.document_count,
        "reports": found.report_count,
        "events": found.event_count,
        "rejects": found.reject_count,
    }


def _drop_status(settings: Settings) -> dict[str, Any]:
    if not settings.drop_folder.is_dir():
        return {"drop_folder": f"{settings.drop_folder} (none yet)"}
    return {
        "drop_folder": str(settings.drop_folder),
        "dropped_files": sum(1 for _ in fetching.files_in(settings.drop_folder)),
    }


def diagnose(read_settings: Callable[[], Settings] = load_settings) -> list[Finding]:
    """Everything that work needs, each with what to do where it is missing."""
    found = [_python(), _packages(), _model()]
    try:
        settings = read_settings()
    except SettingsError as error:
        return [*found, Finding(False, "settings", str(error))]
    found[-1] = _model(settings.model_name)
    return [*found, *_settings(), *_places(settings)]


def _python() -> Finding:
    wanted, present = (".".join(map(str, version)) for version in (NEEDED_PYTHON, sys.version_info[:3]))
    return Finding(sys.version_info >= NEEDED_PYTHON, "python", f"{present}; {wanted} or newer is needed")


def _packages() -> Finding:
    needed = [line for line in requires("demarche") or [] if "extra ==" not in line]
    missing = []
    for line in needed:
        name = line.split(";")[0].strip()
        for mark in "<>=!~ [":
            name = name.split(mark)[0]
        try:
            distribution(name)
        except PackageNotFoundError:
            missing.append(line)
    if missing:
        return Finding(False, "packages", f"missing: {', '.join(missing)} — `make setup`, or pip install them")
    return Finding(True, "packages", f"all {len(needed)} are installed")


def _model(name: str | None = None) -> Finding:
    try:
        return Finding(True, "language model", language.model_version(name))
    except language.ModelError as error:
        return Finding(False, "language model", str(error))


def _settings() -> Iterator[Finding]:
    unknown = unknown_variables()
    yield Finding(not unknown, "settings", f"no such setting: {', '.join(unknown)}" if unknown else "read")


def _places(settings: Settings) -> Iterator[Finding]:
    try:
        open_lake(settings)
    except LakeError as error:
        yield Finding(False, "lake", str(error))
    else:
        yield (
            _writable("lake", Path(settings.lake_url))
            if "://" not in settings.lake_url
            else Finding(True, "lake", settings.lake_url)
        )
    yield _warehouse(warehouse_of(settings))
    has_drop_folder = settings.drop_folder.is_dir()
    advice = "" if has_drop_folder else f" is not there — mkdir -p {settings.drop_folder} (only the schedule needs it)"
    yield Finding(True, "drop folder", f"{settings.drop_folder}{advice}")
    free = shutil.disk_usage(_existing(settings.warehouse_path.parent)).free
    advice = "" if free >= NEEDED_BYTES else f"; {NEEDED_BYTES / 1e9:.0f} GB are wanted: make room"
    yield Finding(free >= NEEDED_BYTES, "disk", f"{free / 1e9:.1f} GB free for the warehouse{advice}")


def _warehouse(path: Place) -> Finding:
    """Whether it can be read, if there is one, and whether there can be a next one."""
    from demarche import warehouse

    place = _writable("warehouse", path.parent) if isinstance(path, Path) else Finding(True, "warehouse", str(path))
    try:
        if not place.is_good or not path.exists():
            return place
        found = warehouse.overview(path)
    except warehouse.WarehouseError as error:
        return Finding(False, "warehouse", str(error))
    return Finding(True, "warehouse", f"{path}: {found.event_count} events of {found.document_count} documents")


def _writable(subject: str, folder: Path) -> Finding:
    existing = _existing(folder)
    is_good = existing.is_dir() and os.access(existing, os.W_OK)
    advice = "" if is_good else f": {existing} can't be written to — give this user the right to, or name another place"
    return Finding(is_good, subject, f"{folder}{advice}")


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    folder = folder.absolute()
    return next((place for place in (folder, *folder.parents) if place.exists()), folder)
