"""What is where, how fresh it is, and what is missing."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution, requires
from pathlib import Path
from typing import Any

from demarche import fetching, language
from demarche.sending import faults
from demarche.settings import Settings, SettingsError, load_settings, unknown_variables, variable
from demarche.steps.gazetteer import load_additions, load_index
from demarche.steps.ledgers import STATIONS, open_lake, unpairable, warehouse_of
from demarche.steps.loading import loaded, unloaded
from demarche.steps.quarantine import held_back
from demarche.steps.running import pending
from demarche.steps.sources import count_unread_files, declared_sources
from demarche.steps.watching import declared_watches, ways_of
from demarche.storage import Backup, Lake, LakeError

NEEDED_BYTES = 1_000_000_000
NEEDED_PYTHON = (3, 11)


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: whether it is as it should be, and what to do if not; the variable that it hangs
    on, if one does. What can wait is no reason not to start."""

    is_good: bool
    subject: str
    text: str
    variable: str = ""
    can_wait: bool = False

    def __str__(self) -> str:
        return f"{self.variable or self.subject}: {self.text}"


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
        **_drop_status(lake, settings),
        "not_loaded": len(ready),
        "not_loaded_keys": ready,
        "held_back": held,
        "set_aside": unpairable(lake, settings, loaded(settings)),
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


def _drop_status(lake: Lake, settings: Settings) -> dict[str, Any]:
    if not settings.drop_folder.is_dir():
        return {"drop_folder": f"{settings.drop_folder} (none yet)"}
    return {
        "drop_folder": str(settings.drop_folder),
        "dropped_files": sum(1 for _ in fetching.files_in(settings.drop_folder)),
        "not_read": count_unread_files(lake, settings),
    }


def diagnose(read_settings: Callable[[], Settings] = load_settings) -> list[Finding]:
    """Everything that work needs, each with what to do where it is missing; all settings that are wrong among it."""
    found = [_python(), _packages()]
    try:
        settings = read_settings()
    except SettingsError as error:
        found += [Finding(False, "settings", why, name) for name, why in error.problems.items()]
        settings = error.others or Settings()
    found += [_model(settings.model_name), *_unknown(), *_places(settings)]
    return [*found, *_files(settings), *_notices(settings)]


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


def _model(name: str | None) -> Finding:
    try:
        return Finding(True, "language model", language.model_version(name))
    except language.ModelError as error:
        return Finding(False, "language model", str(error), variable("model_name") if name else "")


def _unknown() -> Iterator[Finding]:
    for name in unknown_variables():
        yield Finding(False, "settings", "is set, but there is no such setting", name, can_wait=True)


def _places(settings: Settings) -> Iterator[Finding]:
    yield _lake("lake", "lake_url", settings.lake_url, lambda: open_lake(settings))
    if settings.backup_url:
        yield _lake("backup", "backup_url", settings.backup_url, lambda: Backup(settings.backup_url))
    yield _warehouse(settings)
    folder = settings.drop_folder
    if os.path.isdir(folder):
        yield Finding(True, "drop folder", str(folder))
    elif os.path.lexists(folder):
        yield Finding(False, "drop folder", f"{folder} is no folder", variable("drop_folder"))
    elif (made := _writable("drop folder", "drop_folder", folder)).is_good:
        text = f"{folder} is not there — mkdir -p {folder} (only the schedule needs it)"
        yield Finding(True, "drop folder", text)
    else:
        yield made
    yield _writable("reports", "reports_folder", settings.reports_folder)
    free = shutil.disk_usage(_existing(settings.warehouse_path.parent)).free
    advice = "" if free >= NEEDED_BYTES else f"; {NEEDED_BYTES / 1e9:.0f} GB are wanted: make room"
    yield Finding(free >= NEEDED_BYTES, "disk", f"{free / 1e9:.1f} GB free for the warehouse{advice}", can_wait=True)


def _lake(subject: str, name: str, url: str, open_it: Callable[[], object]) -> Finding:
    try:
        open_it()
    except LakeError as error:
        return Finding(False, subject, str(error), variable(name))
    return Finding(True, subject, url) if "://" in url else _writable(subject, name, Path(url))


def _files(settings: Settings) -> Iterator[Finding]:
    """What is written by hand: whether it is there, where it is named, and can be read."""
    yield _read("sources", "sources_file", lambda: f"{len(declared_sources(settings))}: the drop folder included")
    yield _read("names", "gazetteer_file", lambda: f"{len(load_additions(settings).rows)} of your own")
    yield _read("names", "gazetteer_index", lambda: "no index" if load_index(settings) is None else "an index")
    yield _read("watches", "watches_file", lambda: str(len(declared_watches(settings))))
    if (folder := settings.checks_folder) is not None:
        is_good = folder.is_dir()
        advice = "" if is_good else ": no such folder — name one with checks of your own, or unset it"
        yield Finding(is_good, "checks", f"{folder}{advice}", variable("checks_folder"))


def _read(subject: str, name: str, read: Callable[[], str]) -> Finding:
    try:
        return Finding(True, subject, read())
    except (ValueError, OSError) as error:  # ours are: StepError, CodebookError, DeclarationError, WatchError
        return Finding(False, subject, str(error), variable(name))


def _notices(settings: Settings) -> Iterator[Finding]:
    for name, why in faults(ways_of(settings)).items():
        yield Finding(False, "notices", why, variable(f"notice_{name}"))


def _warehouse(settings: Settings) -> Finding:
    """Whether it can be read, if there is one, and whether there can be a next one."""
    from demarche import warehouse

    name = "warehouse_url" if settings.warehouse_url else "warehouse_path"
    try:
        path = warehouse_of(settings)
        place = Finding(True, "warehouse", str(path))
        if isinstance(path, Path):
            place = _writable("warehouse", name, path.parent)
        if not place.is_good or not path.exists():
            return place
        found = warehouse.overview(path)
    except (warehouse.WarehouseError, ValueError) as error:
        return Finding(False, "warehouse", str(error), variable(name))
    return Finding(True, "warehouse", f"{path}: {found.event_count} events of {found.document_count} documents")


def _writable(subject: str, name: str, folder: Path) -> Finding:
    existing = _existing(folder)
    is_good = _takes_files(existing)
    advice = "" if is_good else f": {existing} can't be written to — give this user the right to, or name another place"
    return Finding(is_good, subject, f"{folder}{advice}", variable(name))


def _takes_files(folder: Path) -> bool:
    """Tried, because rights don't tell all: root has every one, even where nothing can be made, as in /proc."""
    try:
        with tempfile.TemporaryDirectory(prefix=".demarche-", dir=folder):
            return True
    except OSError:
        return False


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    folder = folder.absolute()
    return next((place for place in (folder, *folder.parents) if os.path.exists(place)), folder)
