"""The lake: raw bytes and the fetch log, derived Parquet by station and partition, the append-only journal.

It lies behind one URL (a folder, or any fsspec URL). Layout:

    raw/ab/<sha256>.gz                               bytes as received, under their hash
    raw/log/<partition key>/<hash>.jsonl             the fetch log: what arrived; one object per append
    raw/sources/<source>.json                        what a source was last asked, and which of its pages wait
    derived/<table>/<key>/<station>-<hash>.parquet   rows, under the hash of the file
    derived/<station>.manifests/<key>.json           the ledger: which files make up the partition, and out of what
    derived/<station>.notes/<key>/<part>.json        what a station is at, for the attempt after one that was killed
    journal/<kind>/<number>-<hash>.jsonl             what can't be derived again, in order

Readers see only what a manifest lists, and a manifest is replaced in one step, so a partition is never seen half
written. Nothing here asks what time it is, and the same rows give the same bytes. Arrow
is imported by the functions that need it, because the fetch log and the ledgers don't.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import logging
import posixpath
import re
import secrets
import types
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import date, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError

from demarche.records import Fetch, Record, Reject
from demarche.storage.objects import LakeError, LakeFault, open_objects

if TYPE_CHECKING:
    import pyarrow as pa

R = TypeVar("R", bound=Record)
T = TypeVar("T")
Tables = Mapping[type[Record], Sequence[Record]]

log = logging.getLogger("demarche")

_WRITING = timedelta(hours=1)  # within it, a file that no manifest lists may be one that is about to be listed

_NAME = re.compile(r"[a-z_]+")
_KEY = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}")
_HASH = re.compile(r"[0-9a-f]{64}")
_PART = re.compile(r"[a-z]+|\d+")
_SOURCE = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_TRIES = 5  # of a reader whose partition is being replaced


class TableFiles(BaseModel):
    """The files of one table of a partition, by paths relative to the lake, and the number of rows in each."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    files: tuple[str, ...] = ()
    row_counts: tuple[int, ...] = ()

    @property
    def row_count(self) -> int:
        return sum(self.row_counts)

    def joined(self, other: TableFiles) -> TableFiles:
        return TableFiles(files=self.files + other.files, row_counts=self.row_counts + other.row_counts)


class Manifest(BaseModel):
    """A line of a station's ledger: what a partition consists of, and what it was made from."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    station: str
    partition_key: str
    input_hash: str
    code_version: str
    output_hash: str
    tables: dict[str, TableFiles]
    counts: dict[str, int] = {}
    compared: dict[str, str] = {}  # in former lakes: what `demarche.steps.ledgers.compared_with` tells now

    def row_count(self, record_type: type[Record]) -> int:
        return self.tables.get(record_type.table, TableFiles()).row_count


class Lake:
    """The lake at ``url``. Raises LakeError when the URL's protocol isn't installed, it is no folder, or an object is
    damaged."""

    def __init__(self, url: str) -> None:
        self.url = str(url)
        self._objects = open_objects(self.url)
        self.root = self._objects.root

    # --- raw bytes and the fetch log -------------------------------------------------------------------------
    def put_raw(self, data: bytes) -> str:
        """Keep ``data`` under its SHA-256 and return that. Keeping the same bytes again writes nothing."""
        raw_hash = hashlib.sha256(data).hexdigest()
        path = self._raw_path(raw_hash)
        if not self._objects.has(path):
            self._put(path, gzip.compress(data, compresslevel=6, mtime=0))
        return raw_hash

    def get_raw(self, raw_hash: str) -> bytes:
        """The bytes with this SHA-256. Raises LakeError when they are missing or no longer have it."""
        path = self._raw_path(raw_hash)
        try:
            data = gzip.decompress(self._get(path))
        except FileNotFoundError:
            raise LakeFault(f"{path}: these raw bytes are gone — restore them from a backup") from None
        except (OSError, EOFError) as error:
            raise LakeFault(f"{path}: damaged ({error}) — restore it from a backup") from error
        if hashlib.sha256(data).hexdigest() != raw_hash:
            raise LakeFault(f"{path}: its bytes don't have the hash it is named by — restore it from a backup")
        return data

    def has_raw(self, raw_hash: str) -> bool:
        """Whether these bytes are still there."""
        return self._objects.has(self._raw_path(raw_hash))

    def remove_raw(self, raw_hash: str) -> int:
        """Remove these bytes for good; 1 where they were there, else 0."""
        was_there = self.has_raw(raw_hash)
        self._remove(self._raw_path(raw_hash))
        return int(was_there)

    def raw_sizes(self) -> dict[str, int]:
        """Bytes that each raw entry takes, compressed, by hash."""
        sizes: dict[str, int] = {}
        for name in self._names("raw"):
            if len(name) == 2:
                found = self._objects.sizes(self._path("raw", name))
                sizes |= {entry.removesuffix(".gz"): size for entry, size in found.items()}
        return {name: size for name, size in sizes.items() if _HASH.fullmatch(name)}

    def append_fetches(self, fetches: Sequence[Fetch], rejects: Sequence[Reject] = ()) -> None:
        """Append lines to the fetch log, one object per partition: all of them are there afterwards, or none."""
        lines: dict[str, list[str]] = {}
        appended: tuple[Fetch | Reject, ...] = (*fetches, *rejects)
        for record in appended:
            line = json.dumps({record.table: record.model_dump(mode="json")}, ensure_ascii=False, sort_keys=True)
            lines.setdefault(record.partition_key, []).append(line)
        for key, of_partition in lines.items():
            data = "".join(line + "\n" for line in sorted(of_partition)).encode()
            name = hashlib.sha256(data).hexdigest()
            self._put(self._path("raw", "log", _checked(_KEY, key), f"{name}.jsonl"), data)

    def fetches(self, partition_key: str) -> list[Fetch]:
        """What the fetch log says arrived in a partition, the earliest first: what comes later displaces nothing."""
        found = [Fetch.model_validate(line["fetches"]) for line in self._log(partition_key) if "fetches" in line]
        return sorted(found, key=lambda fetch: (fetch.fetched_at, fetch.url, fetch.raw_hash))

    def fetch_rejects(self, partition_key: str) -> list[Reject]:
        """What could not be fetched in a partition: there are no bytes of it, so the log keeps it."""
        found = [Reject.model_validate(line["rejects"]) for line in self._log(partition_key) if "rejects" in line]
        return sorted({reject.reject_id: reject for reject in found}.values(), key=lambda reject: reject.reject_id)

    def rewrite_log(self, partition_key: str, change: Callable[[Fetch | Reject], Fetch | Reject | None]) -> None:
        """Change lines of a partition's fetch log in their places, or leave them out: only to take back what must not
        be kept."""
        for name in self._names("raw", "log", _checked(_KEY, partition_key)):
            path = self._path("raw", "log", partition_key, name)
            lines = list(self._json_lines(path))
            kinds: tuple[type[Fetch], type[Reject]] = (Fetch, Reject)
            rows = [kind.model_validate(line[kind.table]) for line in lines for kind in kinds if kind.table in line]
            changed = [{row.table: row.model_dump(mode="json")} for row in map(change, rows) if row]
            if changed != lines:
                self._put(path, _lines_of(changed))

    def fetch_keys(self) -> list[str]:
        """The keys of all partitions in which something was fetched or tried."""
        return [name for name in self._names("raw", "log") if _KEY.fullmatch(name)]

    def log_hash(self, partition_key: str) -> str:
        """Changes whenever something is appended to the partition's fetch log: the input hash of parsing."""
        return _hash_of(self._names("raw", "log", partition_key))

    def all_fetches(self) -> list[Fetch]:
        """Everything that was ever fetched, by partition."""
        return [fetch for key in self.fetch_keys() for fetch in self.fetches(key)]

    def _log(self, partition_key: str) -> Iterator[dict[str, Any]]:
        for name in self._names("raw", "log", _checked(_KEY, partition_key)):
            yield from self._json_lines(self._path("raw", "log", partition_key, name))

    # --- what is remembered of sources -----------------------------------------------------------------------
    def source_state(self, source: str) -> str | None:
        """What was remembered of a source, as JSON; None where it wasn't asked yet."""
        try:
            return self._get(self._source_path(source)).decode()
        except FileNotFoundError:
            return None

    def put_source_state(self, source: str, state: str) -> None:
        """Remember this of a source, in the place of what was."""
        self._put(self._source_path(source), state.encode())

    def asked_sources(self) -> list[str]:
        """The sources of which something is remembered, by their ids; an archive's parts by names of their own."""
        return [name.removesuffix(".json") for name in self._names("raw", "sources") if name.endswith(".json")]

    @contextmanager
    def one_asking(self, source: str) -> Iterator[None]:
        """One run over a source at a time. On one machine, as ``_exclusive``."""
        path = self._source_path(source).removesuffix(".json") + ".lock"
        with self._objects.locked(path):
            yield

    def _source_path(self, source: str) -> str:
        return self._path("raw", "sources", f"{_checked(_SOURCE, source)}.json")

    # --- derived tables --------------------------------------------------------------------------------------
    def write(
        self,
        station: str,
        partition_key: str,
        tables: Tables,
        *,
        input_hash: str,
        code_version: str,
        rows_per_file: int | None = None,
        counts: Mapping[str, int] | None = None,
    ) -> Manifest:
        """Replace a station's partition as a whole. Of a table with more than ``rows_per_file`` rows there are several
        files, the first rows by key in the first."""
        with self._exclusive(station, partition_key):
            files = self._write_tables(station, partition_key, tables, rows_per_file)
            return self._commit(station, partition_key, files, input_hash, code_version, counts or {})

    def write_shard(
        self, station: str, partition_key: str, index: int, tables: Tables, *, input_hash: str, code_version: str,
        counts: Mapping[str, int] | None = None,
    ) -> None:  # fmt: skip
        """Stage a part of a partition; no reader sees it before ``commit``. Staging it again replaces it."""
        path = posixpath.join(self._stage(station, partition_key, input_hash, code_version), f"{index:06d}.json")
        with self._exclusive(station, partition_key):
            files = self._write_tables(station, partition_key, tables, None)
            staged = {table: found.model_dump() for table, found in files.items()}
            self._put(path, _json({"tables": staged, "counts": dict(counts or {})}))

    def commit(
        self, station: str, partition_key: str, shard_count: int, *, input_hash: str, code_version: str
    ) -> Manifest:
        """Make the staged shards 0 … ``shard_count`` - 1 the partition. Raises LakeError when one is missing. Doing it
        again gives the same, although the stage was cleared by the first time."""
        stage = self._stage(station, partition_key, input_hash, code_version)
        with self._exclusive(station, partition_key):
            try:
                staged = [json.loads(self._get(posixpath.join(stage, f"{i:06d}.json"))) for i in range(shard_count)]
            except FileNotFoundError as error:
                present = self.manifest(station, partition_key)
                if present and (present.input_hash, present.code_version) == (input_hash, code_version):
                    return present
                raise LakeFault(f"{error.filename or error}: a shard is missing — run its task again") from None
            files: dict[str, TableFiles] = {}
            counts: Counter[str] = Counter()
            for shard in staged:
                counts.update(shard["counts"])
                for table, found in shard["tables"].items():
                    files[table] = files.get(table, TableFiles()).joined(TableFiles.model_validate(found))
            manifest = self._commit(station, partition_key, files, input_hash, code_version, counts)
            self._remove_folder(posixpath.dirname(stage))
            return manifest

    def manifest(self, station: str, partition_key: str) -> Manifest | None:
        """The ledger's line of a partition; None where the station has not been, or left what can't be read: its next
        run takes that again."""
        path = self._manifest_path(station, partition_key)
        try:
            return _read_manifest(path, self._get(path))
        except FileNotFoundError:
            return None

    def manifests(self, station: str) -> dict[str, Manifest]:
        """A station's whole ledger, by partition key in order, without lines that can't be read."""
        paths = {key: self._manifest_path(station, key) for key in self.taken_keys(station)}
        found = self._objects.get_all(list(paths.values()))
        read = {key: _read_manifest(path, found[path]) for key, path in paths.items() if path in found}
        return {key: manifest for key, manifest in read.items() if manifest}

    def taken_keys(self, station: str) -> list[str]:
        """The keys of all partitions that a station has taken, in order: the ledger, unread."""
        names = self._names("derived", f"{_checked(_NAME, station)}.manifests")
        keys = (name.removesuffix(".json") for name in names if name.endswith(".json"))
        return [key for key in keys if _KEY.fullmatch(key)]

    def manifest_times(self, station: str) -> dict[str, datetime]:
        """When each of a station's partitions was last replaced (UTC)."""
        return {key: self._objects.changed_at(self._manifest_path(station, key)) for key in self.taken_keys(station)}

    def manifest_time(self, station: str, partition_key: str) -> datetime | None:
        """When a station last replaced this partition (UTC); None when it never took it."""
        try:
            return self._objects.changed_at(self._manifest_path(station, partition_key))
        except FileNotFoundError:
            return None

    def read(self, record_type: type[R], partition_key: str, station: str, file_index: int | None = None) -> list[R]:
        """The rows of a table, as its station left them in a partition; of one of its files where an index is given."""
        found = self._read_files(record_type, partition_key, station, file_index, partial(from_parquet, record_type))
        return [row for rows in found for row in rows]

    def read_columns(
        self, record_type: type[Record], partition_key: str, station: str, names: Sequence[str]
    ) -> list[Any]:
        """Columns of a table, as its station left them in a partition, without a record per row.

        Those of numbers in lists come as two NumPy arrays, the values of all rows and where each row's begin (one more
        than there are rows); others as lists.
        """
        found = self._read_files(record_type, partition_key, station, None, partial(_columns, record_type, names))
        return [_joined([columns[place] for columns in found], record_type, name) for place, name in enumerate(names)]

    def _read_files(
        self, record_type: type[Record], partition_key: str, station: str, file_index: int | None,
        read: Callable[[bytes], T],
    ) -> list[T]:  # fmt: skip
        for _ in range(_TRIES):
            manifest = self.manifest(station, partition_key)
            if manifest is None:
                return []
            files = manifest.tables.get(record_type.table, TableFiles()).files
            wanted = files if file_index is None else files[file_index : file_index + 1]
            try:
                return [self._read_table(record_type, path, read) for path in wanted]
            except FileNotFoundError as error:
                missing = error  # the partition was replaced between manifest and file: look again
        raise LakeFault(f"{missing}: listed by a manifest, but missing — run {station} for {partition_key} again")

    def paths(self, record_type: type[Record], station: str, partition_key: str) -> list[str]:
        """Full paths (URLs, when not local) of a table's files in a partition; none where it has no rows."""
        manifest = self.manifest(station, partition_key)
        return self.listed_paths(manifest, record_type) if manifest else []

    def listed_paths(self, manifest: Manifest, record_type: type[Record]) -> list[str]:
        """Full paths of a table's files as ``manifest`` lists them."""
        full = [self._path(path) for path in manifest.tables.get(record_type.table, TableFiles()).files]
        return [self._objects.url(path) for path in full]

    def at_hand(self, paths: Sequence[str], folder: Path) -> list[str]:
        """Listed files as files of this machine: themselves, or copies in ``folder`` of what lies in object storage.

        Raises LakeFault when one is gone, or isn't what its name says."""
        found = []
        for path in paths:
            name = path.removeprefix(self._objects.url(self.root)).lstrip("/")
            data = self._as_written(name)
            if "://" in path:
                copy = folder / f"{name.replace('/', '-')}"
                copy.write_bytes(data)
                path = str(copy)
            found.append(path)
        return found

    def is_whole(self, station: str, partition_key: str) -> bool:
        """Whether a station has taken a partition and every file that its manifest lists is there, byte for byte."""
        return self.manifest(station, partition_key) is not None and self.damage(station, partition_key) is None

    def damage(self, station: str, partition_key: str) -> str | None:
        """The first file of a station's partition that isn't as it was written, and what is wrong with it."""
        manifest = self.manifest(station, partition_key)
        try:
            for found in manifest.tables.values() if manifest else ():
                for path in found.files:
                    self._as_written(path)
        except LakeFault as error:
            return str(error)
        return None

    def distrust(self, station: str, partition_key: str) -> None:
        """Have a station take a partition again that it took: to its next run, other code has made it."""
        with self._exclusive(station, partition_key):
            if manifest := self.manifest(station, partition_key):
                self._put_manifest(manifest.model_copy(update={"code_version": ""}))

    def _as_written(self, path: str) -> bytes:
        full = self._path(path)
        try:
            data = self._get(full)
        except FileNotFoundError:
            raise LakeFault(f"{full}: is gone") from None
        except OSError as error:
            raise LakeFault(f"{full}: can't be read ({error.strerror})") from error
        if not hashlib.sha256(data).hexdigest().startswith(path.removesuffix(".parquet").rpartition("-")[2]):
            raise LakeFault(f"{full}: isn't what was written")
        return data

    def close_ledger(self, station: str) -> None:
        """Remove a ledger that is needed no more, of a job that has come to its end."""
        self._remove_folder(self._path("derived", f"{_checked(_NAME, station)}.manifests"))

    def _write_tables(self, station: str, key: str, tables: Tables, rows_per_file: int | None) -> dict[str, TableFiles]:
        return {kind.table: self._write_table(station, key, kind, rows, rows_per_file) for kind, rows in tables.items()}

    def _write_table(
        self, station: str, key: str, record_type: type[Record], rows: Sequence[Record], rows_per_file: int | None
    ) -> TableFiles:
        ordered = sorted(rows, key=lambda row: [_sortable(getattr(row, name)) for name in record_type.key])
        size = rows_per_file or len(ordered) or 1
        files = []
        for start in range(0, len(ordered), size):
            data = parquet_bytes(record_type, ordered[start : start + size])
            name = f"{_checked(_NAME, station)}-{hashlib.sha256(data).hexdigest()[:32]}.parquet"
            path = posixpath.join("derived", record_type.table, _checked(_KEY, key), name)
            self._put(self._path(path), data)
            files.append(path)
        counts = [min(size, len(ordered) - start) for start in range(0, len(ordered), size)]
        return TableFiles(files=tuple(files), row_counts=tuple(counts))

    def _read_table(self, record_type: type[Record], path: str, read: Callable[[bytes], T]) -> T:
        import pyarrow as pa

        full = self._path(path)
        data = self._get(full)
        try:
            return read(data)
        except (pa.ArrowException, OSError, ValueError, TypeError) as error:
            reason = str(error).splitlines()[0]
            raise LakeFault(
                f"{full}: not a table of {record_type.table} ({reason}) — `demarche rebuild` makes it anew"
            ) from error

    def _commit(
        self, station: str, key: str, files: Mapping[str, TableFiles], input_hash: str, code_version: str,
        counts: Mapping[str, int],
    ) -> Manifest:  # fmt: skip
        tables = {table: files[table] for table in sorted(files)}
        manifest = Manifest(
            station=station, partition_key=key, input_hash=input_hash, code_version=code_version,
            output_hash=_hash_of([path for found in tables.values() for path in found.files]),
            tables=tables, counts=dict(sorted(counts.items())),
        )  # fmt: skip
        self._put_manifest(manifest)
        self._sweep(manifest)
        return manifest

    def sweep(self, station: str, partition_key: str) -> None:
        """Remove whatever a station's manifest doesn't list, also what another writer may be about to list."""
        with self._exclusive(station, partition_key):
            if manifest := self.manifest(station, partition_key):
                self._sweep(manifest, spares_others=False)

    def _sweep(self, manifest: Manifest, *, spares_others: bool = True) -> None:
        """Remove the station's files of this partition that the manifest doesn't list: former ones, and those that a
        killed run left. Staged shards are listed by their stage and stay. Where nothing keeps two writers apart, what
        was written lately stays, too: it may be of the other one, who lists it next."""
        kept = {path for found in manifest.tables.values() for path in found.files} | self._staged_files(manifest)
        prefix = f"{manifest.station}-"
        for table in self._names("derived"):
            for name in self._names("derived", table, manifest.partition_key) if "." not in table else ():
                path = posixpath.join("derived", table, manifest.partition_key, name)
                if name.startswith(prefix) and path not in kept:
                    if spares_others and self._is_of_another_writer(path, manifest):
                        continue
                    self._remove(self._path(path))

    def _is_of_another_writer(self, path: str, manifest: Manifest) -> bool:
        """Whether it may be; by the clock of the storage alone, whatever ours says."""
        if self._objects.has_locks:
            return False
        written = self._objects.changed_at(self._manifest_path(manifest.station, manifest.partition_key))
        try:
            return written - self._objects.changed_at(self._path(path)) < _WRITING
        except FileNotFoundError:
            return True

    def _staged_files(self, manifest: Manifest) -> set[str]:
        folder = self._path("derived", f"{manifest.station}.stages", manifest.partition_key)
        found = self._objects.all(folder)
        staged = [json.loads(self._get(path)) for path in found if path.endswith(".json")]
        return {path for shard in staged for table in shard["tables"].values() for path in table["files"]}

    def _put_manifest(self, manifest: Manifest) -> None:
        path = self._manifest_path(manifest.station, manifest.partition_key)
        self._put(path, _json(manifest.model_dump(mode="json")))

    def _manifest_path(self, station: str, key: str) -> str:
        return self._path("derived", f"{_checked(_NAME, station)}.manifests", f"{_checked(_KEY, key)}.json")

    def _stage(self, station: str, key: str, input_hash: str, code_version: str) -> str:
        name = _hash_of([input_hash, code_version])[:32]
        return self._path("derived", f"{_checked(_NAME, station)}.stages", _checked(_KEY, key), name)

    @contextmanager
    def _exclusive(self, station: str, key: str) -> Iterator[None]:
        """One writer of a partition at a time, on one machine; the lock falls with the process that holds it. Object
        stores have none: there one writer's rows win, and the next run mends what is missing."""
        path = self._path("derived", f"{_checked(_NAME, station)}.locks", _checked(_KEY, key))
        with self._objects.locked(path):
            yield

    @contextmanager
    def one_run(self) -> Iterator[None]:
        """One run of all steps at a time: two would clear each other's stages. On one machine, as ``_exclusive``."""
        with self._objects.locked(self._path("run.lock")):
            yield

    # --- notes of a station to itself ------------------------------------------------------------------------
    def note(self, station: str, partition_key: str, part: str) -> dict[str, Any]:
        """What a station noted of a part of a partition; empty where it noted nothing, or nothing that can be read."""
        return self.notes(station, part, [partition_key]).get(partition_key, {})

    def put_note(self, station: str, partition_key: str, part: str, note: Mapping[str, Any]) -> None:
        self._put(self._note_path(station, partition_key, part), _json(note))

    def notes(self, station: str, part: str, keys: Iterable[str] | None = None) -> dict[str, dict[str, Any]]:
        """What a station noted of this part of partitions, or of these ones, by their keys."""
        if keys is None:
            keys = self._names("derived", f"{_checked(_NAME, station)}.notes")
        paths = {self._note_path(station, key, part): key for key in keys}
        found = {}
        for path, data in self._objects.get_all(list(paths)).items():
            with suppress(ValueError):
                note = json.loads(data)
                if isinstance(note, dict) and note:
                    found[paths[path]] = note
        return found

    def remove_note(self, station: str, partition_key: str, part: str) -> None:
        self._remove(self._note_path(station, partition_key, part))

    def _note_path(self, station: str, key: str, part: str) -> str:
        return self._path(
            "derived", f"{_checked(_NAME, station)}.notes", _checked(_KEY, key), f"{_checked(_PART, part)}.json"
        )

    # --- the journal -----------------------------------------------------------------------------------------
    def append_journal(self, kind: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Append rows (JSON values, dates and instants) as one object. Nothing is ever changed or removed."""
        if not rows:
            return
        names = self._names("journal", _checked(_NAME, kind))
        number = int(names[-1].split("-")[0]) + 1 if names else 0
        self._put(self._path("journal", kind, f"{number:012d}-{secrets.token_hex(8)}.jsonl"), _lines_of(rows))

    def rewrite_journal(self, kind: str, change: Callable[[dict[str, Any]], dict[str, Any] | None]) -> None:
        """Change or drop (None) rows of a kind in their places: only to take back what must not be kept."""
        for name in self._names("journal", _checked(_NAME, kind)):
            path = self._path("journal", kind, name)
            rows = list(self._json_lines(path))
            changed = [row for row in map(change, rows) if row is not None]
            if changed != rows:
                self._put(path, _lines_of(changed))

    def journal(self, kind: str) -> list[dict[str, Any]]:
        """All rows of a kind, in the order in which they were appended."""
        folder = ("journal", _checked(_NAME, kind))
        return [row for name in self._names(*folder) for row in self._json_lines(self._path(*folder, name))]

    # --- another lake ----------------------------------------------------------------------------------------
    def take_missing(self, other: Lake) -> int:
        """Take the raw bytes, fetch log and journal that ``other`` has and this lake lacks, and what is remembered of
        sources that this one never asked; how many objects. Those are never changed, so that one which is there is the
        same; what is remembered does change, and is taken by ``take_source_states``."""
        taken = 0
        for part in ("raw", "journal"):
            held = set(self._all(part))
            for path in other._all(part):
                if path not in held:
                    self._put(self._path(path), other._get(other._path(path)))
                    taken += 1
        return taken

    def take_source_states(self, other: Lake) -> int:
        """Remember of each source what ``other`` does, in the place of what was; of how many that was something
        else."""
        taken = 0
        for source in other.asked_sources():
            state = other.source_state(source)
            if state is not None and state != self.source_state(source):
                self.put_source_state(source, state)
                taken += 1
        return taken

    def _all(self, part: str) -> list[str]:
        """The paths of all objects under a part, relative to the lake, in order; what is half written isn't one."""
        relative = (path.removeprefix(self.root).lstrip("/") for path in self._objects.all(self._path(part)))
        return sorted(path for path in relative if not posixpath.basename(path).startswith("."))

    # --- objects ---------------------------------------------------------------------------------------------
    def _path(self, *parts: str) -> str:
        return posixpath.join(self.root, *parts)

    def _raw_path(self, raw_hash: str) -> str:
        return self._path("raw", _checked(_HASH, raw_hash)[:2], f"{raw_hash}.gz")

    def _names(self, *parts: str) -> list[str]:
        """Names in a folder, in order; none where there is no such folder. What is half written isn't listed."""
        return self._objects.names(self._path(*parts))

    def _get(self, path: str) -> bytes:
        return self._objects.get(path)

    def _put(self, path: str, data: bytes) -> None:
        self._objects.put(path, data)

    def _remove(self, path: str) -> None:
        self._objects.remove(path)

    def _remove_folder(self, path: str) -> None:
        self._objects.remove_all(path)

    def _json_lines(self, path: str) -> Iterator[dict[str, Any]]:
        try:
            for line in io.BytesIO(self._get(path)):
                yield json.loads(line)
        except ValueError as error:
            raise LakeFault(f"{path}: damaged ({error}) — restore it from a backup") from error


# --- a backup ------------------------------------------------------------------------------------------------
class Backup:
    """A backup at ``url``: a lake with raw bytes and journal, and whole files beside it, each with its checksum.

    lake/                       as a lake is, without what can be derived
    warehouse/<name>            a file, and behind it
    warehouse/<name>.sha256     its checksum: a file without one was never finished
    """

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self.lake = Lake(f"{self.url}/lake")
        self._files = Lake(f"{self.url}/warehouse")

    def names(self) -> list[str]:
        """The files that are whole, in order of name."""
        found = self._files._names()
        return [name for name in found if f"{name}.sha256" in found]

    def keep(self, path: Path, name: str) -> bool:
        """Copy a file there under ``name``, unless it is there already. Raises LakeError when it can't be written."""
        if name in self.names():
            return False
        target = self._files._path(name)
        try:
            self._files._objects.take(str(path), target)
            self._files._put(f"{target}.sha256", _checksum(path).encode())
        except OSError as error:
            raise LakeError(f"backup {target}: not written ({error.strerror or error}) — what it had stays") from error
        return True

    def fetch(self, name: str | None, path: Path) -> None:
        """Copy a file from there, the last by name where none is given. Raises LakeError when there is none, or when it
        isn't what was kept."""
        names = self.names()
        if not names or (name and name not in names):
            listed = f"there are: {', '.join(names)}" if names else "it has none"
            raise LakeFault(f"backup {self.url}: no warehouse {name or 'is there'} — {listed}")
        source = self._files._path(name or names[-1])
        self._files._objects.fetch(source, str(path))
        if _checksum(path) != self._files._get(f"{source}.sha256").decode().strip():
            raise LakeFault(f"backup {source}: isn't what was backed up — restore another one: {', '.join(names)}")

    def expire(self, keep: int) -> None:
        """Remove the first files by name but for ``keep``."""
        for name in self.names()[:-keep]:
            self._files._remove(self._files._path(f"{name}.sha256"))
            self._files._remove(self._files._path(name))


def _checksum(path: Path) -> str:
    with open(path, "rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


# --- Arrow and Parquet ---------------------------------------------------------------------------------------
@cache
def arrow_schema(record_type: type[Record]) -> pa.Schema:
    """A record's columns as Arrow fields, each with its description. Raises TypeError for a type that has none."""
    import pyarrow as pa

    fields = []
    for name, info in record_type.model_fields.items():
        arrow_type, nullable = _arrow_type(info.annotation)
        described = {"description": info.description} if info.description else None
        fields.append(pa.field(name, arrow_type, nullable=nullable, metadata=described))
    return pa.schema(fields, metadata={"table": record_type.table})


def parquet_bytes(record_type: type[Record], rows: Sequence[Record]) -> bytes:
    """Rows as a Parquet file; the same rows in the same order are the same bytes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = arrow_schema(record_type)
    columns = {
        field.name: pa.array([_to_arrow(getattr(row, field.name)) for row in rows], type=field.type) for field in schema
    }
    sink = io.BytesIO()
    pq.write_table(pa.table(columns, schema=schema), sink, compression="zstd", version="2.6", row_group_size=10_000)
    return sink.getvalue()


def from_parquet(record_type: type[R], data: bytes) -> list[R]:
    """The rows of a Parquet file; columns that a former version did not write have their default."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.ParquetFile(pa.BufferReader(data)).read()  # read_table would import pandas, which takes a second
    maps = [field.name for field in arrow_schema(record_type) if pa.types.is_map(field.type)]
    rows = table.to_pylist()
    for row in rows:
        row.update({name: dict(row[name] or ()) for name in maps if name in row})
    return [record_type.model_validate(row) for row in rows]


def _columns(record_type: type[Record], names: Sequence[str], data: bytes) -> list[pa.ChunkedArray]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.ParquetFile(pa.BufferReader(data)).read(columns=list(names))
    return [table[name] for name in names]


def _joined(chunked: Sequence[pa.ChunkedArray], record_type: type[Record], name: str) -> Any:
    import pyarrow as pa

    kind = arrow_schema(record_type).field(name).type
    column = pa.chunked_array([chunk for one in chunked for chunk in one.chunks], type=kind).combine_chunks()
    if not pa.types.is_list(kind):
        return column.to_pylist()
    column = pa.concat_arrays(column.chunks) if isinstance(column, pa.ChunkedArray) else column
    return column.flatten().to_numpy(zero_copy_only=False), column.offsets.to_numpy(zero_copy_only=False)


def _arrow_type(annotation: Any) -> tuple[pa.DataType, bool]:
    """The Arrow type of an annotation, and whether it may be null."""
    import pyarrow as pa

    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _arrow_type(arguments[0])
    if origin in (Union, types.UnionType):
        (inner,) = (argument for argument in arguments if argument is not type(None))
        return _arrow_type(inner)[0], True
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        return pa.list_(pa.field("item", _arrow_type(arguments[0])[0], nullable=False)), False
    if origin is dict:
        return pa.map_(_arrow_type(arguments[0])[0], _arrow_type(arguments[1])[0]), False
    if annotation in (scalars := _scalar_types()):
        return scalars[annotation], False
    raise TypeError(f"no Arrow type for {annotation}")


@cache
def _scalar_types() -> dict[type, pa.DataType]:
    import pyarrow as pa

    return {
        str: pa.string(),
        int: pa.int64(),
        float: pa.float64(),
        bool: pa.bool_(),
        date: pa.date32(),
        datetime: pa.timestamp("us", tz="UTC"),
    }


def _to_arrow(value: Any) -> Any:
    if isinstance(value, dict):
        return sorted(value.items())
    if isinstance(value, datetime) and value.tzinfo is None:
        raise ValueError(f"an instant without a time zone: {value}")
    return value


def _sortable(value: Any) -> tuple[bool, Any]:
    return (value is not None, value)


def _checked(pattern: re.Pattern[str], value: str) -> str:
    """A name that goes into a path. Raises LakeError for anything but the names that we make."""
    if not pattern.fullmatch(value):
        raise LakeFault(f"{value!r} is no name in the lake — a partition key looks like 2018-11-06T14")
    return value


def _read_manifest(path: str, data: bytes) -> Manifest | None:
    try:
        return Manifest.model_validate_json(data)
    except ValidationError:
        log.warning("%s: no manifest of this version; the station takes its partition again in its next run", path)
        return None


def _hash_of(parts: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def _lines_of(rows: Sequence[Mapping[str, Any]]) -> bytes:
    lines = (json.dumps(row, ensure_ascii=False, sort_keys=True, default=_as_text) + "\n" for row in rows)
    return "".join(lines).encode()


def _as_text(value: Any) -> str:
    if isinstance(value, date):  # an instant is a date, too
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} can't go into the journal")
