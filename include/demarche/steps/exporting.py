"""Exports: chosen events in a folder, in a form that other programs read, with a data package that describes them."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from demarche.exports import FORMS, REMOVED, Package, Resource, write_calendar, write_package
from demarche.exports.package import Written
from demarche.selection import Selection
from demarche.settings import Settings, load_settings
from demarche.steps.ledgers import warehouse_of
from demarche.steps.results import Progress, StepError, StepResult, no_progress

if TYPE_CHECKING:
    from demarche.warehouse.exporting import Export


def export(
    form: str,
    folder: Path,
    selection: Selection | None = None,
    *,
    since_load: str | None = None,
    settings: Settings | None = None,
    progress: Progress = no_progress,
) -> StepResult:
    """Write the selected events in a form of ``FORMS`` into ``folder``, which must not be there or be empty; all of it
    is there afterwards, or nothing. With ``since_load``, only what later loads changed, and ``removed.csv``: the events
    that were changed and are not in the export any more.

    Raises StepError for an unknown form or a folder with something in it, WarehouseError when there is no readable
    warehouse, no such load, or no room.
    """
    from demarche import warehouse

    settings = settings or load_settings()
    if form not in FORMS:
        raise StepError(f"no form of export is called {form} — there are: {', '.join(FORMS)}")
    shape = FORMS[form]
    selection = selection or Selection()
    if selection.status_types is None and shape.status_types:
        selection = Selection(**{**vars(selection), "status_types": shape.status_types})
    with (
        _whole(folder) as (incoming, spill),
        warehouse.open_export(warehouse_of(settings), selection, since_load, spill) as found,
    ):
        package = Package(
            form=form, program_version=version("demarche"), licence=settings.export_licence, load_id=found.load_id,
            loaded_at=found.loaded_at, since_load=found.since_load, selection=selection.told,
            event_count=found.event_count,
        )  # fmt: skip
        for resource in (*shape.resources, *([REMOVED] if since_load else [])):
            count = _write(found, resource, incoming, package, progress)
            package.written.append(_written(found, resource, incoming, count))
        (incoming / "datapackage.json").write_bytes(write_package(package))
    counts = {one.resource.name: one.row_count for one in package.written}
    return StepResult("export", None, details={"of_events": package.event_count, **counts})


def _write(found: Export, resource: Resource, folder: Path, package: Package, progress: Progress) -> int:
    target = folder / resource.path
    tell = partial(progress, resource.name)
    if resource.encoding == "geojson":
        return found.write_features(target, tell)
    if resource.encoding == "icalendar":
        data, count = write_calendar(found.placed_events(), made_at=package.loaded_at, version=package.program_version)
        target.write_bytes(data)
        return count
    return found.copy(resource, target, tell)


def _written(found: Export, resource: Resource, folder: Path, count: int) -> Written:
    target = folder / resource.path
    if target.is_dir():
        files = sorted(path for path in target.rglob("*") if path.is_file())
        paths = tuple(path.relative_to(folder).as_posix() for path in files)
        return Written(resource, found.describe(resource), count, paths, sum(f.stat().st_size for f in files), None)
    with open(target, "rb") as handle:
        sha256 = hashlib.file_digest(handle, "sha256").hexdigest()
    return Written(resource, found.describe(resource), count, (resource.path,), target.stat().st_size, sha256)


@contextmanager
def _whole(folder: Path) -> Iterator[tuple[Path, Path]]:
    """A folder that takes the place of ``folder`` at the end, and one for what is only needed meanwhile."""
    folder = folder.resolve()  # what a link leads to; and ``.`` has no name
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise StepError(f"{folder}: there is something already — name a folder that isn't there or is empty")
    folder.parent.mkdir(parents=True, exist_ok=True)
    incoming = folder.with_name(f".{folder.name}.incoming.{os.getpid()}")
    spill = incoming.with_name(f"{incoming.name}.spill")
    try:
        incoming.mkdir()
        yield incoming, spill
        if folder.exists():
            folder.rmdir()
        incoming.rename(folder)
    finally:
        shutil.rmtree(incoming, ignore_errors=True)
        shutil.rmtree(spill, ignore_errors=True)
