"""Where a writer's work goes: into a private file that is published by rename, or into DuckLake, where a commit is what
publishes. What differs between the two while one writes is here and nowhere else."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import duckdb

from demarche.warehouse import publication, schema
from demarche.warehouse.connection import CONFIG, STORAGE, Place, connect, refuse_irregular
from demarche.warehouse.ducklake import DuckLake
from demarche.warehouse.errors import WarehouseConflict, WarehouseError, first_line, is_corrupt, reported
from demarche.warehouse.publication import Paths
from demarche.warehouse.schema import quoted

_A_DAY = "INTERVAL 1 DAY"
_LAST_LOAD = """
SELECT load_id, loaded_at, document_count, event_count FROM meta.loads AT (VERSION => {version})
ORDER BY loaded_at DESC LIMIT 1
"""
_GROWN = 1.5
"""A file is written anew when it is published and has grown so much since that was done last: what reloading leaves in
half-filled blocks stays below that, and a warehouse that really grows is written anew ever more seldom."""


class Target(Protocol):
    """A warehouse that is written to. The lock is held as long as it is open."""

    name: str  # for messages
    folder: Path  # for what is put aside meanwhile

    @property
    def con(self) -> duckdb.DuckDBPyConnection: ...  # raises WarehouseError once it is published
    def begin(self) -> None: ...  # a transaction; where the target is to be made afresh, with nothing in it
    def commit(self) -> None: ...  # raises WarehouseConflict where another's commit was in the way: begin again
    def publish(self, keep: int, *, always: bool = False) -> bool: ...  # False where its last load is published
    def compact(self, worth: float) -> bool: ...  # write anew what has more than that share of its room free
    def expire(self, keep: int) -> int: ...  # drop the oldest former states but for ``keep``; how many


def opened(
    place: Place, *, wait_seconds: float, fresh: bool, options: Mapping[str, Any] | None = None
) -> AbstractContextManager[Target]:
    """The warehouse at ``place`` for its one writer, made where there is none; with ``fresh``, another takes its place.

    ``options`` are DuckDB's. Raises WarehouseLocked when another writer doesn't end within ``wait_seconds``, and
    WarehouseError for what is somebody else's, a newer program's, damaged, or must be rebuilt.
    """
    if isinstance(place, DuckLake):
        return _opened_lake(place, wait_seconds, fresh, options or {})
    return _opened_file(place, wait_seconds, fresh, options or {})


@contextmanager
def rewriting(
    place: Place, failed: str, *, fresh: bool, wait_seconds: float, keep: int
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a writer's connection to the warehouse at ``place``, an empty one where ``fresh``; publish it at the end.

    Whoever takes it commits what is to be there. Raises WarehouseError, beginning with ``place`` and ``failed``, for
    whatever DuckDB, the disk or another writer refuses; what was published stays then.
    """
    with opened(place, wait_seconds=wait_seconds, fresh=fresh) as target:
        with reported(f"{place}: {failed}"):
            yield target.con
        target.publish(keep, always=True)


# --- a file ------------------------------------------------------------------------------------------------------
@contextmanager
def _opened_file(path: Path, wait_seconds: float, fresh: bool, options: Mapping[str, Any]) -> Iterator[Target]:
    paths = Paths(path.absolute())
    refuse_irregular(paths.published)
    with publication.locked(paths, wait_seconds):
        publication.prepare(paths, fresh=fresh)
        target = _File(paths, options)
        try:
            yield target
        finally:
            target.close()


class _File:
    def __init__(self, paths: Paths, options: Mapping[str, Any]) -> None:
        self._paths = paths
        spill = {"temp_directory": str(paths.work_folder / "spill")}
        self._options = {**CONFIG, "storage_compatibility_version": STORAGE, **spill, **options}
        self.name = str(paths.published)
        self.folder = paths.work_folder
        with reported(f"{self.name}: can't be opened for writing"):
            self._con: duckdb.DuckDBPyConnection | None = connect(str(paths.work), self._options)

    @property
    def con(self) -> duckdb.DuckDBPyConnection:
        if self._con is None:
            raise WarehouseError(f"{self.name}: already published — open a new writer")
        return self._con

    def begin(self) -> None:
        self.con.execute("BEGIN")

    def commit(self) -> None:
        self.con.execute("COMMIT")

    def publish(self, keep: int, *, always: bool = False) -> bool:
        with reported(f"{self.name}: can't be published"):
            load_id = publication.last_load(self.con)
            if not always and load_id == publication.published_load(self._paths):
                return False
            self.con.execute("CHECKPOINT")
            self.close()
            compact_size = publication.compact_size(self._paths)
            if compact_size and self._paths.work.stat().st_size > _GROWN * compact_size and self._is_written_anew():
                compact_size = None
        publication.publish(self._paths, self._paths.work, load_id=load_id, keep=keep, compact_size=compact_size)
        return True

    def compact(self, worth: float) -> bool:
        """Loads reuse what they freed, so that this pays after much was forgotten."""
        with reported(f"{self.name}: can't be compacted"):
            self.con.execute("CHECKPOINT")
            blocks = self.con.execute("SELECT free_blocks, total_blocks FROM pragma_database_size()").fetchone()
            if not blocks or blocks[0] <= worth * blocks[1]:
                return False
            self.close()
            self._paths.stamp.unlink(missing_ok=True)  # so that it is published, though its last load is
            self._write_anew()
            self._con = connect(str(self._paths.work), self._options)
        return True

    def _is_written_anew(self) -> bool:
        """Whether there was room to do so; if not, the next publication tries it again."""
        try:
            self._write_anew()
        except (OSError, duckdb.Error) as error:
            if is_corrupt(error):
                raise
            return False
        return True

    def _write_anew(self) -> None:
        """Put a copy without free and half-filled blocks in the place of the closed work file."""
        work = self._paths.work
        partial = work.with_name("compacted")
        partial.unlink(missing_ok=True)
        con = connect(config=self._options)
        try:
            con.execute(f"ATTACH {quoted(str(work))} AS old (READ_ONLY)")
            con.execute(f"ATTACH {quoted(str(partial))} AS new (STORAGE_VERSION {quoted(STORAGE)})")
            con.execute("COPY FROM DATABASE old TO new")
            con.close()
            os.replace(partial, work)
        finally:
            con.close()
            for leftover in work.parent.glob(f"{partial.name}*"):
                leftover.unlink()

    def expire(self, keep: int) -> int:
        return publication.expire(self._paths.published, keep)

    def close(self) -> None:
        if self._con is not None:
            self._con.close()  # what wasn't committed is gone
            self._con = None


# --- DuckLake ----------------------------------------------------------------------------------------------------
@contextmanager
def _opened_lake(lake: DuckLake, wait_seconds: float, fresh: bool, options: Mapping[str, Any]) -> Iterator[Target]:
    lake.folder.mkdir(parents=True, exist_ok=True)
    with lake.locked(wait_seconds) as ask_after_lock:
        con = connect(config={**CONFIG, "temp_directory": str(lake.folder / "spill"), **options})
        try:
            with reported(f"{lake}: can't be opened for writing"):
                lake.attach(con, read_only=False)
                if not fresh and schema.version(con) is not None:
                    schema.refuse_unless_ours(con, lake)
            yield _Lake(lake, con, ask_after_lock, is_fresh=fresh)
        finally:
            with suppress(duckdb.Error):  # closing with a transaction whose server is gone would end the process
                con.execute("ROLLBACK")
            con.close()


class _Lake:
    def __init__(self, lake: DuckLake, con: duckdb.DuckDBPyConnection, ask_after_lock: Any, *, is_fresh: bool) -> None:
        self.name = str(lake)
        self.folder = lake.folder
        self.con = con
        self._ask_after_lock = ask_after_lock
        self._is_fresh = self._is_rebuilt = is_fresh
        self._is_new = False

    def begin(self) -> None:
        self.con.execute("BEGIN")
        if self._is_fresh:
            drop_all(self.con)

    def commit(self) -> None:
        self._ask_after_lock()
        try:
            self.con.execute("COMMIT")
        except duckdb.TransactionException as error:  # somebody without the lock: a compaction by hand
            raise WarehouseConflict(f"{self.name}: {first_line(error)} — run it again") from error
        self._is_new, self._is_fresh = True, False

    def publish(self, keep: int, *, always: bool = False) -> bool:
        """A commit was seen at once. What was made afresh to keep nothing of what was before, drops that now."""
        is_new, self._is_new = self._is_new, False
        if is_new and self._is_rebuilt and not keep:
            self._drop_snapshots("snapshot_id < (SELECT max(snapshot_id) FROM lake.snapshots())")
            self._call("ducklake_cleanup_old_files", "cleanup_all => true")
        return is_new

    def compact(self, worth: float) -> bool:
        """Join small files, and write those anew of which so much was deleted."""
        joined = self._call("ducklake_merge_adjacent_files")
        return bool(joined + self._call("ducklake_rewrite_data_files", f"delete_threshold => {worth}"))

    def expire(self, keep: int) -> int:
        """What a reader may have begun with today stays, and of ``keep`` former loads the last snapshot: upkeep and
        imports make snapshots too, which are no states to come back to. Files that nobody knows are a killed writer's:
        the lock is ours, so no living one's, and for all that they stay for a day."""
        with reported(f"{self.name}: its snapshots can't be looked at"):
            newest = [version for version, _ in islice(states(self.con), keep + 1)]
        is_old = f"snapshot_time < now() - {_A_DAY} AND snapshot_id < (SELECT max(snapshot_id) FROM lake.snapshots())"
        count = self._drop_snapshots(f"{is_old} AND NOT list_contains({newest}, snapshot_id)")
        self._call("ducklake_cleanup_old_files", f"older_than => now() - {_A_DAY}")
        self._call("ducklake_delete_orphaned_files", f"older_than => now() - {_A_DAY}")
        return count

    def _drop_snapshots(self, where: str) -> int:
        with reported(f"{self.name}: snapshots can't be dropped"):
            rows = self.con.execute(f"SELECT snapshot_id FROM lake.snapshots() WHERE {where}").fetchall()
        versions = [version for (version,) in rows]
        if versions:
            self._call("ducklake_expire_snapshots", f"versions => {versions}")
        return len(versions)

    def _call(self, function: str, options: str = "") -> int:
        """Call one of DuckLake's functions of upkeep; how many rows it tells."""
        with reported(f"{self.name}: can't be tidied"):
            return len(self.con.execute(f"CALL {function}('lake'{', ' * bool(options)}{options})").fetchall())


def states(con: duckdb.DuckDBPyConnection) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """What the attached lake held after each load of which a snapshot is kept, newest first: the load's last snapshot,
    after upkeep at best; and the load's id, instant, and numbers of documents and events."""
    seen = set()
    versions = con.execute("SELECT snapshot_id FROM lake.snapshots() ORDER BY snapshot_id DESC").fetchall()
    for (version,) in versions:
        try:
            row = con.execute(_LAST_LOAD.format(version=int(version))).fetchone()
        except duckdb.CatalogException:  # from before there were tables
            continue
        if row is not None and row[0] not in seen:
            seen.add(row[0])
            yield version, row


def drop_all(con: duckdb.DuckDBPyConnection) -> None:
    """Drop every table and view of a warehouse, within the caller's transaction."""
    for kind, function, column in (("VIEW", "duckdb_views", "view_name"), ("TABLE", "duckdb_tables", "table_name")):
        for schema_name, name in con.execute(
            f"SELECT schema_name, {column} FROM {function}() WHERE database_name = current_database() AND NOT internal"
        ).fetchall():
            if schema_name in schema.SCHEMAS:
                con.execute(f'DROP {kind} {schema_name}."{name}"')
