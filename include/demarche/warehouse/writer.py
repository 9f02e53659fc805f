"""The one writer: takes partitions, replaces what was resolved from them, commits after the gate, publishes.

with Warehouse.writer(path) as warehouse:
    warehouse.begin()
    warehouse.replace_partitions({"2018-11-06T14": PartitionFiles(input_hash, {Document: [path], …})})
    touched = warehouse.resolved.changed_documents()
    …
    warehouse.resolved.replace_events(…)
    failures = warehouse.gate(checked_at)
    if failures: raise …             # what wasn't committed leaves no trace
    warehouse.commit(loaded_at)
    warehouse.publish()
"""

from __future__ import annotations

import csv
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from demarche import quality, records
from demarche.records import Record, record_id
from demarche.warehouse import checks, marts, schema
from demarche.warehouse.connection import Place
from demarche.warehouse.errors import UnusablePartition, WarehouseError, first_line, remedy, reported
from demarche.warehouse.resolved import Resolved, note_names, start
from demarche.warehouse.schema import Table, quoted, table
from demarche.warehouse.targets import Target, opened

R = TypeVar("R", bound=Record)

RESOLVED: tuple[type[Record], ...] = (
    records.Story,
    records.StoryDocument,
    records.Event,
    records.EventReport,
    records.EventParticipant,
    records.EventStatus,
    records.EventLink,
)
"""What is formed over all partitions; each has a ``load_date`` that bounds what a load replaces."""

LOOKED_UP: tuple[type[Record], ...] = (records.Source, records.Entity, records.Office, records.Place)
"""Small tables that a load replaces whole."""

REPLAYED: tuple[type[Record], ...] = (
    records.Load,
    records.EventRevision,
    records.QualityResult,
    records.SourceHealth,
    records.Decision,
    records.CodeVersion,
    records.Accuracy,
)
"""What can't be derived again: a rebuild brings it back from the journal; what the lake remembers of sources, too."""

_ALL_DATES = (date.min, date.max)


def accuracy() -> list[records.Accuracy]:
    """How well this release reads, as measured on the samples by ``docs/figures.py``: the file beside this one."""
    text = files("demarche.warehouse").joinpath("accuracy.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return [records.Accuracy.model_validate({name: value or None for name, value in row.items()}) for row in rows]


@dataclass(frozen=True)
class PartitionFiles:
    """What a load takes of a partition: Parquet files of Document, Mention, Report, ReportParticipant, Signature, Pair
    and Reject, by path.

    ``input_hash`` changes when any of it does. The counts are the parser's: documents found, and of those rejected,
    repeated within the partition, and forgotten; None where it didn't count.
    """

    input_hash: str
    files: Mapping[type[Record], Sequence[str]]
    found_count: int | None = None
    parse_reject_count: int | None = None
    repeated_count: int | None = None
    forgotten_count: int | None = None


@dataclass(frozen=True)
class GateFailure:
    """A check that doesn't let the load be committed, and the partitions that its rows name (if they name any)."""

    result: records.QualityResult
    partition_keys: tuple[str, ...]


@dataclass
class _Pending:
    """What the open transaction has touched so far."""

    keys: dict[str, str] = field(default_factory=dict)  # partition key → input hash
    first_date: date | None = None
    last_date: date | None = None
    is_derived: bool = False  # what is made of events by SQL is made of the present ones
    is_whole: bool = False  # stories and events were replaced by dates, and not only those that are noted as touched

    def touch(self, first: date, last: date) -> None:
        self.first_date = min(first, self.first_date or first)
        self.last_date = max(last, self.last_date or last)

    @property
    def dates(self) -> tuple[date, date] | None:
        return None if self.first_date is None or self.last_date is None else (self.first_date, self.last_date)


class Warehouse:
    """The warehouse's writer; made by ``Warehouse.writer``. Raises WarehouseError for whatever DuckDB or the disk
    refuses."""

    def __init__(self, target: Target, *, is_fresh: bool, keep: int) -> None:
        self._target = target
        self._is_fresh = is_fresh
        self._keep = keep
        self._pending: _Pending | None = None

    @classmethod
    @contextmanager
    def writer(
        cls,
        place: str | Place,
        *,
        wait_seconds: float = 60.0,
        fresh: bool = False,
        keep: int = 3,
        memory_mb: int | None = None,
        threads: int | None = None,
    ) -> Iterator[Warehouse]:
        """The only writer of the warehouse at ``place``, from now until after the last ``publish``.

        ``fresh`` begins an empty one that takes its place (a rebuild); ``keep`` former publications stay. Raises
        WarehouseLocked when another writer doesn't end within ``wait_seconds``, and WarehouseError for what is somebody
        else's, a newer program's, damaged, or must be rebuilt.
        """
        options: dict[str, Any] = {"memory_limit": f"{memory_mb}MB"} if memory_mb else {}
        options |= {"threads": str(threads)} if threads else {}
        at = Path(place) if isinstance(place, str) else place
        with opened(at, wait_seconds=wait_seconds, fresh=fresh, options=options) as target:
            warehouse = cls(target, is_fresh=fresh, keep=keep)
            warehouse._create_if_new()
            yield warehouse

    @property
    def folder(self) -> Path:
        """Where a load may put files aside. What a killed one leaves there, the next writer of a file removes."""
        return self._target.folder

    # --- the transaction -------------------------------------------------------------------------------------
    def begin(self) -> None:
        """Open the load's transaction, and bring an older file's schema up to date within it."""
        with self._doing("a load can't begin"):
            self._target.begin()
            self._pending = _Pending()
            schema.bring_up_to_date(self._open)
            start(self._open)
            self._replace_rows(table("meta", records.Code), schema.codes())
            self._replace_rows(table("meta", records.Accuracy), accuracy())

    def rollback(self) -> None:
        """Drop whatever the load did since ``begin``."""
        if self._pending is not None:
            self._pending = None
            with self._doing("a load can't be taken back"):
                self._open.execute("ROLLBACK")

    def commit(self, loaded_at: datetime, *, code_versions: Mapping[str, str] | None = None) -> records.Load:
        """Note the load and its revisions, and commit.

        ``loaded_at`` (UTC) is moved on where it isn't later than the last load's. Run ``gate`` before.
        """
        pending = self._in_load
        con = self._open
        if loaded_at.tzinfo is None:
            raise ValueError("loaded_at has no time zone")
        with self._doing("a load can't be committed"):
            last = con.execute("SELECT max(loaded_at) FROM meta.loads").fetchone()
            if last and last[0] is not None and loaded_at <= last[0]:
                loaded_at = last[0] + timedelta(microseconds=1)
            taken = (f"{key} {input_hash}" for key, input_hash in sorted(pending.keys.items()))
            load_id = record_id("l", loaded_at.isoformat(), *taken)
            self._derive()
            marts.refresh(con)
            revision_count = self._revise(load_id)
            con.execute("UPDATE meta.partitions SET load_id = ? WHERE load_id = ''", [load_id])
            counts = [self._count(record) for record in (records.Document, records.Report, records.Event)]
            load = records.Load(
                load_id=load_id, loaded_at=loaded_at, partition_count=len(pending.keys),
                document_count=counts[0], report_count=counts[1], event_count=counts[2], revision_count=revision_count,
            )  # fmt: skip
            self._insert_rows(table("meta", records.Load), [load])
            versions = [
                records.CodeVersion(load_id=load_id, component_name=name, code_version=version)
                for name, version in sorted((code_versions or {}).items())
            ]
            self._insert_rows(table("meta", records.CodeVersion), versions)
            self._replace_rows(table("meta", records.QualityCheck), checks.load_checks())
            self._target.commit()
        self._pending = None
        return load

    def publish(self) -> bool:
        """Put what is committed in the published file's place; False when that is what is published already.

        Do it also when there was nothing to load: a writer that was killed between commit and publishing left a load
        that nobody sees yet. Raises WarehouseError when the disk is full; the published file is then as it was.
        """
        if self._pending is not None:
            raise WarehouseError(f"{self._target.name}: a load is still open — commit it before publishing")
        return self._target.publish(self._keep)

    def compact(self, *, worth: float = 0.5) -> bool:
        """Write anew, to be published next, what has more than ``worth`` of its room free; False when it isn't worth
        it."""
        return self._target.compact(worth)

    def expire(self) -> int:
        """Drop the oldest former publications but for those to be kept; how many."""
        return self._target.expire(self._keep)

    # --- what is taken ---------------------------------------------------------------------------------------
    def taken(self) -> dict[str, str]:
        """The ledger: partition key → input hash of what was taken last."""
        rows = self._fetch("SELECT partition_key, input_hash FROM meta.partitions ORDER BY partition_key")
        return dict(rows)

    def replace_partitions(self, partitions: Mapping[str, PartitionFiles]) -> None:
        """Replace these partitions whole by the rows of their files, together: one pass over the tables."""
        pending = self._in_load
        keys = sorted(partitions)
        if not keys:
            return
        days = [date.fromisoformat(key[:10]) for key in keys]
        pending.touch(min(days), max(days))
        pending.keys.update({key: partitions[key].input_hash for key in keys})
        with self._doing(f"partition {keys[0]}{' and others' if len(keys) > 1 else ''} can't be taken"):
            self._open.execute("CREATE OR REPLACE TEMP TABLE affected (document_id VARCHAR)")
            self._collect_affected(keys)
            note_names(self._open, lambda source: _bound(source, keys), keys, gone=True)
            for of_partitions in (*_PARTITIONED, table("meta", records.Partition)):
                self._delete(of_partitions, keys)
            for key in keys:
                self._take_files(key, partitions[key])
            self._collect_affected(keys)
            self._show_smallest_partition()
            note_names(self._open, lambda source: _bound(source, keys), keys, gone=False)
            self._open.execute("INSERT INTO changed_documents SELECT DISTINCT document_id FROM affected")

    def _collect_affected(self, keys: Sequence[str]) -> None:
        for schema_name in ("core", "stage"):
            documents = table(schema_name, records.Document)
            self._open.execute(
                f"INSERT INTO affected SELECT document_id FROM {documents.qualified} WHERE {_bound(documents, keys)}",
                [keys],
            )

    def _delete(self, target: Table, keys: Sequence[str]) -> None:
        self._open.execute(f"DELETE FROM {target.qualified} WHERE {_bound(target, keys)}", [keys])

    def _take_files(self, key: str, partition: PartitionFiles) -> None:
        """Into core for now: which of a document's partitions is shown is settled when all are in."""
        counts: dict[type[Record], int] = {}
        for record, paths in sorted(partition.files.items(), key=lambda item: item[0].table):
            target = next((found for found in _ARRIVALS if found.record is record), None)
            if target is None:
                raise WarehouseError(f"partition {key}: {record.table} isn't taken from partitions")
            counts[record] = self._insert_files(target, key, list(paths))
        ledger = records.Partition(
            partition_key=key,
            input_hash=partition.input_hash,
            load_id="",  # known at the commit
            document_count=counts.get(records.Document, 0),
            mention_count=counts.get(records.Mention, 0),
            report_count=counts.get(records.Report, 0),
            reject_count=counts.get(records.Reject, 0),
            found_count=partition.found_count,
            parse_reject_count=partition.parse_reject_count,
            repeated_count=partition.repeated_count,
            forgotten_count=partition.forgotten_count,
        )
        self._insert_rows(table("meta", records.Partition), [ledger])

    def _insert_files(self, target: Table, key: str, paths: list[str]) -> int:
        if not paths:
            return 0
        con = self._open
        try:
            source = "read_parquet(?, union_by_name => true, hive_partitioning => false)"
            present = {row[0]: row[1] for row in con.execute(f"DESCRIBE SELECT * FROM {source}", [paths]).fetchall()}
            columns = [column for column in target.columns if column.name in present]
            selected = ", ".join(f"{_as(column.sql_type, column.name, present[column.name])}" for column in columns)
            names = ", ".join(column.name for column in columns)
            given: list[Any] = []
            if "load_date" in target.column_names and "load_date" not in present:
                selected, names = f"{selected}, CAST(? AS DATE)", f"{names}, load_date"
                given.append(key[:10])
            if target.record is records.Pair:
                selected, names = f"{selected}, ?", f"{names}, paired_key"
                given.append(key)
            order = ", ".join(name for name in target.record.key if name in present)
            row = con.execute(
                f"INSERT INTO {target.qualified} ({names}) SELECT {selected} FROM {source} ORDER BY {order}",
                [*given, paths],
            ).fetchone()
        except duckdb.Error as error:
            said = f"{target.name} can't be taken from {paths[0]}: {first_line(error)}"
            if isinstance(error, duckdb.OperationalError):  # the disk's or the memory's
                raise WarehouseError(f"partition {key}: {said}{remedy(error)}") from error
            again = f"`demarche parse-documents {key}`, then tag-documents and pair-documents, make it anew"
            raise UnusablePartition(key, f"{said} — {again}") from error
        return int(row[0]) if row else 0

    def _show_smallest_partition(self) -> None:
        """Of a document that stands in several partitions, core keeps the smallest key's rows; stage the others'.

        Which one is shown depends only on what is held, not on the order in which it came.
        """
        con = self._open
        con.execute(
            "CREATE OR REPLACE TEMP TABLE held AS "
            "SELECT DISTINCT document_id, partition_key, is_shown, "
            "min(partition_key) OVER (PARTITION BY document_id) AS shown_key FROM ("
            "SELECT document_id, partition_key, true AS is_shown FROM core.documents "
            "WHERE document_id IN (SELECT document_id FROM affected) UNION ALL "
            "SELECT document_id, partition_key, false FROM stage.documents "
            "WHERE document_id IN (SELECT document_id FROM affected))"
        )
        self._move("core", "stage", "is_shown AND partition_key <> shown_key")
        self._move("stage", "core", "NOT is_shown AND partition_key = shown_key")

    def _move(self, origin: str, target: str, condition: str) -> None:
        con = self._open
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE moving AS SELECT document_id, partition_key FROM held WHERE {condition}"
        )
        keys = [key for (key,) in con.execute("SELECT DISTINCT partition_key FROM moving ORDER BY 1").fetchall()]
        if not keys:
            return
        note_names(con, lambda source: _bound(source, keys), keys, gone=True)
        self._move_rows(origin, target, keys)
        note_names(con, lambda source: _bound(source, keys), keys, gone=False)

    def _move_rows(self, origin: str, target: str, keys: Sequence[str]) -> None:
        con = self._open
        for record in _MOVED:
            source, destination = table(origin, record), table(target, record)
            given = [keys]
            if "document_id" in source.column_names:
                matched = f"(document_id, {source.name}.partition_key) IN (FROM moving)"
            else:
                reports = table(origin, records.Report)
                matched = (
                    f"(report_id, {source.name}.partition_key) IN (SELECT report_id, partition_key "
                    f"FROM {reports.qualified} WHERE {_bound(reports, keys)} "
                    "AND (document_id, partition_key) IN (FROM moving))"
                )
                given.append(keys)
            names = ", ".join(source.column_names)
            where = f"{_bound(source, keys, source.name)} AND {matched}"
            con.execute(
                f"INSERT INTO {destination.qualified} ({names}) SELECT {names} FROM {source.qualified} WHERE {where}",
                given,
            )
            con.execute(f"DELETE FROM {source.qualified} WHERE {where}", given)

    # --- what is formed over all partitions ------------------------------------------------------------------
    @property
    def resolved(self) -> Resolved:
        """Stories and events in the open load, to be looked up and replaced."""
        assert self._in_load is not None
        return Resolved(self._open, self._target.folder, self._insert_rows)

    @contextmanager
    def resolving(self) -> Iterator[Resolved]:
        """The same, with whatever DuckDB or the disk refuses told as WarehouseError."""
        with self._doing("stories and events can't be formed"):
            yield self.resolved

    def is_resolved_by(self, resolution_hash: str) -> bool:
        """Whether stories and events are made by what this hash stands for; else it is noted, and they are dropped, to
        be formed anew."""
        with self._doing("stories and events can't be dropped"):
            if self._fetch("SELECT resolution_hash FROM meta.schema_version") == [(resolution_hash,)]:
                return True
            self.resolved.clear()
            self._open.execute("UPDATE meta.schema_version SET resolution_hash = ?", [resolution_hash])
            self._in_load.touch(*_ALL_DATES)
            self._in_load.is_whole = True
        return False

    def read(self, record_type: type[R]) -> list[R]:
        """All rows of a table of core, or of Signature and Pair, in the order of their key.

        Of signatures and pairs only those of documents that core shows. Columns that stay in the lake (a document's
        body, a signature's hashes) are empty.
        """
        source, condition = _readable(record_type)
        names = [name for name in record_type.model_fields if name in source.column_names]
        columns, order = ", ".join(names), ", ".join(record_type.key)
        rows = self._fetch(f"SELECT DISTINCT {columns} FROM {source.qualified} {condition} ORDER BY {order}")
        omitted = schema.OMITTED.get(record_type, {})
        return [record_type.model_validate({**dict(zip(names, row, strict=True)), **omitted}) for row in rows]

    def replace_resolution(
        self,
        rows: Mapping[type[Record], Iterable[Record]],
        *,
        first_date: date | None = None,
        last_date: date | None = None,
    ) -> None:
        """Replace stories, events and what belongs to them whose ``load_date`` lies between the dates given (all of
        them without); sources, entities, offices and places are replaced whole. Tables not named stay as they are.
        """
        pending = self._in_load
        dates = (first_date or _ALL_DATES[0], last_date or _ALL_DATES[1])
        for record, new in sorted(rows.items(), key=lambda item: item[0].table):
            if record not in RESOLVED and record not in LOOKED_UP:
                raise WarehouseError(f"{record.table} isn't replaced by resolution")
            with self._doing(f"{record.table} can't be replaced"):
                self._replace_rows(table("core", record), new, dates if record in RESOLVED else None)
        if any(record in RESOLVED for record in rows):
            pending.touch(*dates)
            pending.is_whole = True

    def replay(self, record_type: type[Record], rows: Iterable[Record]) -> None:
        """Bring back what only the journal knows: loads, event revisions, quality results, decisions, code versions.
        Replaces what is there of that table."""
        if record_type not in REPLAYED:
            raise WarehouseError(f"{record_type.table} isn't replayed")
        assert self._in_load is not None
        with self._doing(f"{record_type.table} can't be replayed"):
            self._replace_rows(table("meta", record_type), rows)

    def loads(self) -> list[records.Load]:
        """Every load, oldest first: those that the journal lacks after a crash can be written there now."""
        return sorted(self._meta(records.Load, "", []), key=lambda load: load.loaded_at)

    def decision_ids(self) -> set[str]:
        """The reviewers' decisions that the last load applied."""
        return {decision_id for (decision_id,) in self._fetch("SELECT decision_id FROM meta.decisions")}

    def revisions(self, load_id: str) -> list[records.EventRevision]:
        """What a load added, changed or retracted: for the journal."""
        return self._meta(records.EventRevision, "WHERE load_id = ? ORDER BY event_id", [load_id])

    def code_versions(self, load_id: str) -> list[records.CodeVersion]:
        """What made a load: for the journal."""
        return self._meta(records.CodeVersion, "WHERE load_id = ? ORDER BY component_name", [load_id])

    def _meta(self, record_type: type[R], condition: str, given: list[Any]) -> list[R]:
        names = list(record_type.model_fields)
        rows = self._fetch(f"SELECT {', '.join(names)} FROM meta.{record_type.table} {condition}", given)
        return [record_type.model_validate(dict(zip(names, row, strict=True))) for row in rows]

    def gate(self, checked_at: datetime) -> list[GateFailure]:
        """The error checks that the open load fails, over the rows that it touched; none: it may be committed.

        Marts whose SQL changed are made anew before, and what they are made from, since checks may read them.
        """
        pending = self._in_load
        with self._doing("the load can't be checked"):
            self._derive()
            marts.refresh(self._open)
        dates, within = (pending.dates, ()) if pending.is_whole else (_ALL_DATES, self.resolved.show_touched())
        failures = []
        for check in checks.load_checks():
            if dates is None or check.severity_type != "error" or quality.looks_at_the_lake(check):
                continue
            result, keys = checks.run_in(self._open, check, dates, checked_at, shadowed=within)
            if quality.is_alarm(result):
                failures.append(GateFailure(result, keys))
        return failures

    # --- inside ----------------------------------------------------------------------------------------------
    @property
    def _open(self) -> duckdb.DuckDBPyConnection:
        return self._target.con

    @property
    def _in_load(self) -> _Pending:
        if self._pending is None:
            raise WarehouseError(f"{self._target.name}: no load is open — begin one")
        return self._pending

    @contextmanager
    def _doing(self, what: str) -> Iterator[None]:
        with reported(f"{self._target.name}: {what}"):
            yield

    def _fetch(self, sql: str, given: list[Any] | None = None) -> list[tuple[Any, ...]]:
        with self._doing("can't be read"):
            return self._open.execute(sql, given or []).fetchall()

    def _count(self, record: type[Record]) -> int:
        row = self._open.execute(f"SELECT count(*) FROM {table('core', record).qualified}").fetchone()
        return int(row[0]) if row else 0

    def _derive(self) -> None:
        pending = self._in_load
        if not pending.is_derived:
            self.resolved.derive(whole=self._is_fresh or pending.is_whole)
            pending.is_derived = True

    def _create_if_new(self) -> None:
        with self._doing("can't be opened for writing"):
            if not schema.is_made(self._open):
                self._target.begin()
                schema.bring_up_to_date(self._open)
                self._target.commit()

    def _replace_rows(self, target: Table, rows: Iterable[Record], dates: tuple[date, date] | None = None) -> None:
        where = f"WHERE load_date BETWEEN {_literal(dates[0])} AND {_literal(dates[1])}" if dates else ""
        self._open.execute(f"DELETE FROM {target.qualified} {where}")
        self._insert_rows(target, rows)

    def _insert_rows(self, target: Table, rows: Iterable[Record]) -> None:
        """Rows go in through a file of JSON lines: row by row, DuckDB would take a thousand times as long."""
        omitted = set(schema.OMITTED.get(target.record, ()))
        with tempfile.NamedTemporaryFile("wb", dir=self._target.folder, suffix=".jsonl", delete=False) as handle:
            try:
                count = 0
                for row in rows:
                    handle.write(row.model_dump_json(exclude=omitted).encode() + b"\n")
                    count += 1
                handle.close()
                if count:
                    self._insert_json(target, handle.name)
            finally:
                os.unlink(handle.name)

    def _insert_json(self, target: Table, path: str) -> None:
        names = ", ".join(target.column_names)
        types = ", ".join(f"{column.name}: {quoted(column.sql_type)}" for column in target.columns)
        first = ["load_date"] if "load_date" in target.column_names else []
        order = ", ".join([*first, *(name for name in target.record.key if name != "load_date")])
        self._open.execute(
            f"INSERT INTO {target.qualified} ({names}) SELECT {names} FROM "
            f"read_json(?, format => 'newline_delimited', columns => {{{types}}}) ORDER BY {order}",
            [path],
        )

    def _revise(self, load_id: str) -> int:
        """Note the events that differ from what was believed before: new, changed, or gone."""
        pending, con = self._in_load, self._open
        names = ", ".join(table("core", records.Event).column_names)
        if self._is_fresh or pending.is_whole:
            first, last = _ALL_DATES if self._is_fresh or pending.dates is None else pending.dates
            before = now = f"load_date BETWEEN {_literal(first)} AND {_literal(last)}"
        else:
            touched = "event_id IN (FROM touched_events)"
            before = f"{self.resolved.dates(table('meta', records.EventRevision), touched)} AND {touched}"
            now = f"{self.resolved.dates(table('core', records.Event), touched)} AND {touched}"
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE believed AS SELECT {names} FROM ("
            f"SELECT r.* FROM meta.event_revisions AS r JOIN meta.loads AS l ON l.load_id = r.load_id WHERE {before} "
            "QUALIFY row_number() OVER (PARTITION BY r.event_id ORDER BY l.loaded_at DESC, l.load_id DESC) = 1"
            ") WHERE NOT is_retracted"
        )
        row = con.execute(
            f"INSERT INTO meta.event_revisions ({names}, load_id, is_retracted) "
            f"SELECT {names}, ?, is_retracted FROM ("
            f"SELECT *, false AS is_retracted FROM (SELECT {names} FROM core.events WHERE {now} "
            f"EXCEPT SELECT {names} FROM believed) UNION ALL BY NAME "
            "SELECT *, true AS is_retracted FROM believed "
            f"ANTI JOIN (SELECT event_id FROM core.events WHERE {now}) AS e ON e.event_id = believed.event_id"
            ") ORDER BY load_date, event_id",
            [load_id],
        ).fetchone()
        return int(row[0]) if row else 0


def _arrivals() -> tuple[Table, ...]:
    core = tuple(table("core", record) for record in schema.OF_DOCUMENTS)
    return (*core, table("stage", records.Signature), table("stage", records.Pair), table("meta", records.Reject))


_ARRIVALS = _arrivals()
"""Where the rows of a partition's files go."""

_MOVED = (records.ReportParticipant, records.Report, records.Mention, records.Document)
"""What moves between core and stage with a document, participants first: they are found by their reports. All
signatures stay in stage, whoever is shown."""

_PARTITIONED = (*_ARRIVALS, *(table("stage", record) for record in _MOVED))
"""Every table that has rows of a partition."""


def _literal(day: date) -> str:
    return f"DATE '{day.isoformat()}'"


def _bound(target: Table, keys: Sequence[str], alias: str = "") -> str:
    """A condition for the rows of these partitions, with the one parameter ``keys`` and, literally, their days."""
    prefix = f"{alias}." if alias else ""
    column = "paired_key" if target.record is records.Pair else "partition_key"
    condition = f"list_contains(?, {prefix}{column})"
    if "load_date" in target.column_names:
        days = sorted({key[:10] for key in keys})
        condition = f"{prefix}load_date BETWEEN DATE '{days[0]}' AND DATE '{days[-1]}' AND {condition}"
    return condition


def _as(sql_type: str, name: str, present_type: str) -> str:
    return f"CAST({name} AS {sql_type})" if present_type != sql_type else name


def _readable(record: type[Record]) -> tuple[Table, str]:
    if record is records.Signature:
        return table("stage", record), (
            "WHERE (document_id, partition_key) IN (SELECT document_id, partition_key FROM core.documents)"
        )
    if record is records.Pair:
        return table("stage", record), (
            "WHERE (document_id, partition_key) IN (SELECT document_id, partition_key FROM core.documents) "
            "AND (other_document_id, other_partition_key) IN (SELECT document_id, partition_key FROM core.documents)"
        )
    if record not in schema.CORE:
        raise WarehouseError(f"{record.table} isn't a table of core")
    return table("core", record), ""
