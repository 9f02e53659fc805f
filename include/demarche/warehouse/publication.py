"""The writer's lock, and how its private file becomes the published one.

Publishing is a copy beside the published file, fsync, and a rename: whoever kills whom at any moment leaves a whole
file under the published name, and readers that have the old one open keep it.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from demarche.warehouse import schema
from demarche.warehouse.connection import Place, reading, refuse_irregular
from demarche.warehouse.ducklake import DuckLake
from demarche.warehouse.errors import Unreadable, Unusable, WarehouseError, WarehouseLocked, is_corrupt, reported

log = logging.getLogger("demarche")

_ABANDONED_SECONDS = 24 * 3600  # a query's private folder this old belongs to a process that was killed


@dataclass(frozen=True)
class Paths:
    """Where the parts of the warehouse published at ``published`` lie."""

    published: Path

    @property
    def work_folder(self) -> Path:
        return self.published.with_name(f".{self.published.name}.work")

    @property
    def work(self) -> Path:
        return self.work_folder / self.published.name

    @property
    def work_log(self) -> Path:
        return self.work_folder / f"{self.published.name}.wal"

    @property
    def lock(self) -> Path:
        return self.work_folder / "lock"

    @property
    def stamp(self) -> Path:
        """Says which file was published last from the work file."""
        return self.work_folder / "published.json"

    @property
    def previous(self) -> Path:
        return self.published.with_name(f"{self.published.name}.previous")

    @property
    def incoming(self) -> Path:
        return self.published.with_name(f".{self.published.name}.tmp.{os.getpid()}")


@contextmanager
def locked(paths: Paths, wait_seconds: float) -> Iterator[None]:
    """Hold the writer's lock. The system gives it back when the process ends, however it ends.

    A work file that turned out damaged is dropped at the end. Raises WarehouseLocked, naming the holder, when another
    process still has the lock after ``wait_seconds``.
    """
    with reported(f"{paths.published}: can't be written to"):
        paths.work_folder.mkdir(parents=True, exist_ok=True)
        handle = open(paths.lock, "a+", encoding="utf-8")  # noqa: SIM115 (closed below; the lock lives as long as it)
    with handle:
        deadline = time.monotonic() + wait_seconds
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    handle.seek(0)
                    holder = handle.read().strip() or "another process"
                    raise WarehouseLocked(
                        f"{paths.published}: {holder} is writing to it — wait for it to end, or ask for more time"
                    ) from None
                time.sleep(min(0.1, max(0.0, deadline - time.monotonic())))
        handle.seek(0)
        handle.truncate()
        handle.write(f"process {os.getpid()} on {socket.gethostname()}")
        handle.flush()
        _sweep(paths)
        try:
            yield
        except (WarehouseError, duckdb.Error) as error:
            if is_corrupt(error):
                discard_work(paths)
            raise


def _sweep(paths: Paths) -> None:
    """Remove what killed processes left behind."""
    folder, name = paths.published.parent, paths.published.name
    for leftover in folder.glob(f".{name}.tmp.*"):
        leftover.unlink(missing_ok=True)
    for leftover in folder.glob(f".{name}.query.*"):
        with suppress(OSError):
            if time.time() - leftover.stat().st_mtime > _ABANDONED_SECONDS:
                leftover.chmod(0o700)
                shutil.rmtree(leftover)
    for leftover in paths.work_folder.iterdir():
        if leftover in (paths.lock, paths.stamp) or leftover.name.startswith(paths.work.name):
            continue
        if leftover.is_dir():
            shutil.rmtree(leftover, ignore_errors=True)
        else:
            leftover.unlink(missing_ok=True)


def _identity(path: Path) -> dict[str, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return {"inode": found.st_ino, "size": found.st_size, "mtime_ns": found.st_mtime_ns}


def published_load(paths: Paths) -> str | None:
    """The load whose state was published last from the work file; None when that was another file than today's."""
    stamp = _stamp(paths)
    load_id = stamp.pop("load_id", None)
    stamp.pop("compact_size", None)
    return load_id if stamp == _identity(paths.published) else None


def compact_size(paths: Paths) -> int | None:
    """Bytes of the work file when it was made or written anew last; None where nobody knows."""
    size: int | None = _stamp(paths).get("compact_size")
    return size


def _stamp(paths: Paths) -> dict[str, Any]:
    try:
        stamp = json.loads(paths.stamp.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def _write_stamp(paths: Paths, load_id: str, compact_size: int) -> None:
    stamp = {**(_identity(paths.published) or {}), "load_id": load_id, "compact_size": compact_size}
    partial = paths.stamp.with_suffix(".partial")
    partial.write_text(json.dumps(stamp), encoding="utf-8")
    os.replace(partial, paths.stamp)


def prepare(paths: Paths, *, fresh: bool) -> None:
    """Make the work file ready; the lock must be held. Without one, the writer begins with an empty warehouse.

    The work file is used as it is when the published one was made from it, or is missing or damaged (it is published
    again then); otherwise it is copied from the published one, and where that is damaged from the newest former
    publication that isn't: what that lacks, the next load brings. ``fresh`` begins an empty one. Raises WarehouseError
    for a published file that isn't a warehouse of ours, or is damaged while there is nothing to mend it from.
    """
    published, former = paths.published, publications(paths.published)
    if fresh:
        if not has_copies(published):
            _refuse_foreign(published)
        discard_work(paths)
        return
    with reported(f"{published}: can't be prepared for writing"):
        work_is_good = paths.work.exists() and _is_good(paths.work)
        if not work_is_good:
            discard_work(paths)
        if not _exists(published):
            if work_is_good:
                log.warning("%s: not there any more — the writer's own copy takes its place", published)
            return
        found = _junk(published) if (work_is_good or former) and published.is_file() else None
        found = found or damage(published)
        if found is None and work_is_good and not published_load(paths):  # somebody put, or changed, it there
            found = flaw(published)
        if found is None:
            if not work_is_good or not published_load(paths):
                _copy_from_published(paths)
            return
        if not work_is_good:
            sound = next((one for one in reversed(former) if _is_good(one, whole=True)), None)
            if sound is None:
                raise Unusable(f"{found}{ways_out(published, found)}")
            _copy(sound, paths.work)
        log.warning("%s — %s takes its place", found, "the writer's own copy" if work_is_good else sound)


def _exists(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


def _refuse_foreign(path: Path) -> None:
    """Raises WarehouseError for what exists and never was a warehouse: it isn't ours to replace."""
    refuse_irregular(path)
    if not _exists(path):
        return
    junk = _junk(path)
    if junk is not None:
        raise Unusable(f"{junk}{ways_out(path, junk)}")
    with suppress(Unreadable), reading(path) as con:
        schema.refuse_foreign(con, path)


def _junk(path: Path) -> str | None:
    with reported(f"{path}: can't be read"), open(path, "rb") as handle:
        is_duckdb = handle.read(12)[8:] == b"DUCK"
    if is_duckdb:
        return None
    if has_copies(path):
        return f"{path}: not a DuckDB file any more"
    return f"{path}: not a DuckDB file, so no warehouse of ours — name another file, or remove it if it was one"


def has_copies(path: Path) -> bool:
    """Whether the writer's copy or former publications say that a warehouse was here."""
    return Paths(path).work.exists() or bool(publications(path))


def damage(path: Path) -> str | None:
    """None for a good warehouse file, else what is wrong with one that can't be read.

    Raises WarehouseError when the file is somebody else's, a newer program's, or must be rebuilt.
    """
    _refuse_foreign(path)
    if not path.exists() and has_copies(path):
        return f"{path}: not there any more"
    inode = path.stat().st_ino if path.exists() else None
    try:
        with reading(path) as con:
            schema.refuse_unless_ours(con, path)
            size = con.execute("SELECT max(used_blocks * block_size) FROM pragma_database_size()").fetchone()
    except Unreadable as error:
        return str(error)
    now = path.stat()
    if size and now.st_size < size[0] and now.st_ino == inode:  # else it was replaced meanwhile by a smaller one
        return f"{path}: cut short, {now.st_size} of at least {size[0]} bytes"
    return None


def flaw(path: Path) -> str | None:
    """The same, after reading every row and with it every checksum: takes as long as reading the whole file."""
    found = damage(path)
    if found is None:
        try:
            with reading(path) as con:
                read_all(con, path)
        except Unreadable as error:
            return str(error)
    return found


def read_all(con: duckdb.DuckDBPyConnection, path: Place) -> int:
    """Read every row of the current database's tables; how many there are.

    Raises Unreadable when the last load, of the warehouse at ``path``, counted others than there are.
    """
    total = 0
    for (name,) in con.execute(
        "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE database_name = current_database()"
    ).fetchall():
        row = con.execute(f"SELECT count(*), bit_xor(hash(t)) FROM {name} AS t").fetchone()
        total += row[0] if row else 0
    counted = con.execute(
        "SELECT document_count, report_count, event_count FROM meta.loads ORDER BY loaded_at DESC LIMIT 1"
    ).fetchone()
    held = con.execute(
        "SELECT (SELECT count(*) FROM core.documents), (SELECT count(*) FROM core.reports), "
        "(SELECT count(*) FROM core.events)"
    ).fetchone()
    if counted is not None and counted != held:
        anew = " — `demarche rebuild` makes it anew from the lake" if isinstance(path, DuckLake) else ""
        raise Unreadable(
            f"{path}: holds {held} documents, reports and events, where its last load counted {counted}{anew}"
        )
    return total


def distrust(path: Path) -> None:
    """Have the next writer look at every row of what is published, and publish its own copy if some can't be read."""
    Paths(path.absolute()).stamp.unlink(missing_ok=True)


def refuse_damaged(path: Path) -> None:
    """Raises WarehouseError for a file that can't be read as a warehouse, saying how to have a good one again."""
    found = damage(path)
    if found is not None:
        raise Unreadable(f"{found}{ways_out(path, found)}")


@contextmanager
def reading_sound(path: Place) -> Iterator[duckdb.DuckDBPyConnection]:
    """As ``reading``, of what was looked at before; what turns out damaged within the block says what to do."""
    if isinstance(path, DuckLake):
        with reading(path) as con:
            schema.refuse_unless_ours(con, path)
            yield con
        return
    refuse_damaged(path)
    try:
        with reading(path) as con:
            yield con
    except Unreadable as error:
        raise Unreadable(f"{error}{ways_out(path, str(error))}") from error


def ways_out(path: Path, found: str) -> str:
    """What to do about a damaged warehouse, to be put behind what is wrong with it."""
    if " — " in found:
        return ""
    kept = len(publications(path))
    ways = ["`demarche maintain-warehouse` publishes the writer's own copy again"] if Paths(path).work.exists() else []
    ways += [f"`demarche restore` brings back one of {kept} former publications"] if kept else []
    return f" — {', '.join([*ways, '`demarche rebuild` makes it anew from the lake'])}"


def _is_good(path: Path, *, whole: bool = False) -> bool:
    try:
        return (flaw(path) if whole else damage(path)) is None
    except WarehouseError:
        return False


def _copy(source: Path, work: Path) -> None:
    partial = work.with_name("partial")
    shutil.copyfile(source, partial)
    partial.chmod(0o644)
    os.replace(partial, work)


def _copy_from_published(paths: Paths) -> None:
    discard_work(paths)
    _copy(paths.published, paths.work)
    with reading(paths.work) as con:
        load_id = last_load(con)
    _write_stamp(paths, load_id, paths.work.stat().st_size)


def last_load(con: duckdb.DuckDBPyConnection) -> str:
    """The newest load of the current database; empty when there was none."""
    row = con.execute("SELECT load_id FROM meta.loads ORDER BY loaded_at DESC, load_id DESC LIMIT 1").fetchone()
    return row[0] if row else ""


def discard_work(paths: Paths) -> None:
    """Remove the work file; the next writer begins with a copy of the published one."""
    for path in (paths.stamp, paths.work_log, paths.work):
        path.unlink(missing_ok=True)


def publish(paths: Paths, source: Path, *, load_id: str, keep: int, compact_size: int | None = None) -> None:
    """Put a copy of ``source`` in the published file's place and keep the one before it, of these ``keep``.

    ``source`` must be closed and checkpointed; ``load_id`` is its last load, ``compact_size`` its bytes when it was
    written anew last, if that isn't now. Raises WarehouseError when the disk is
    full or the folder isn't writable; the published file is then as it was.
    """
    incoming = paths.incoming
    with reported(f"{paths.published}: not published, the last publication stays"):
        try:
            shutil.copyfile(source, incoming)
            incoming.chmod(0o444)
            _sync(incoming)
            if keep and _exists(paths.published) and _is_good(paths.published):
                _keep(paths)
            os.replace(incoming, paths.published)
            _sync(paths.published.parent)
        finally:
            incoming.unlink(missing_ok=True)
        _write_stamp(paths, load_id, compact_size or source.stat().st_size)
        expire(paths.published, keep)


def _keep(paths: Paths) -> None:
    """The published file under the instant at which it was published."""
    seconds, nanoseconds = divmod(paths.published.stat().st_mtime_ns, 10**9)
    instant = time.strftime("%Y%m%dT%H%M%S", time.gmtime(seconds))
    paths.previous.mkdir(exist_ok=True)
    kept = paths.previous / f"{instant}.{nanoseconds:09d}Z.duckdb"
    kept.unlink(missing_ok=True)
    try:
        os.link(paths.published, kept)
    except OSError:  # a file system without hard links
        shutil.copyfile(paths.published, kept)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def publications(path: Path) -> list[Path]:
    """The kept former publications of the warehouse at ``path``, oldest first."""
    folder = Paths(path).previous
    return sorted(folder.glob("*.duckdb")) if folder.is_dir() else []


def expire(path: Path, keep: int) -> int:
    """Remove the oldest former publications but for ``keep``; how many those were."""
    expired = publications(path)[: -keep or None]
    for publication in expired:
        publication.unlink(missing_ok=True)
    return len(expired)


def chosen_publication(path: Path, wanted: str) -> Path:
    """The kept publication with this number (1 is the newest) or name. Raises WarehouseError when there is none."""
    kept = publications(path)
    if wanted.isdecimal() and 1 <= int(wanted) <= len(kept):
        return kept[-int(wanted)]
    for publication in kept:
        if wanted in (publication.name, publication.stem, str(publication)):
            return publication
    raise WarehouseError(
        f"{path}: no former publication {wanted} is kept — `demarche restore --warehouse {path}` lists the {len(kept)} "
        "that are"
    )


def restore(path: Path, publication: Path, *, wait_seconds: float = 0.0, keep: int = 3) -> None:
    """Publish a former publication again; the next load goes on from it. Raises WarehouseError if it isn't readable."""
    paths = Paths(path)
    with locked(paths, wait_seconds):
        _refuse_foreign(path)
        if not publication.exists():
            raise WarehouseError(f"{publication}: no such publication — there are: {_listed(publications(path))}")
        found = flaw(publication)
        if found is not None:
            raise WarehouseError(f"{found} — take another one")
        discard_work(paths)
        with reported(f"{publication}: can't be copied"):
            shutil.copyfile(publication, paths.work)  # publishing may drop it as expired
        try:
            publish(paths, paths.work, load_id="", keep=keep)
        finally:
            discard_work(paths)


def _listed(paths: list[Path]) -> str:
    return ", ".join(str(path) for path in paths) or "none"
