"""What a load touches of stories and events: found by id, by block and by cluster, and replaced where it differs.

Everything here happens in the writer's open load. Of big tables at most two narrow columns are looked through; wider
rows are read, and rows replaced, within the literal dates that those tell
(`docs/decisions/0010-only-what-a-load-touches.md`).
"""

from __future__ import annotations

import csv
import os
import tempfile
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar, cast

import duckdb

from demarche import records
from demarche.records import Record
from demarche.warehouse import schema
from demarche.warehouse.schema import Table, quoted, table

R = TypeVar("R", bound=Record)
Block = tuple[int, date]
"""The number of a block and its month."""

_MANY_DATES = 400  # more dates than these are bounded by their first and last

_TOUCHED = {
    "changed_documents": "document_id VARCHAR",  # of the partitions that this load takes or forgets
    "changed_names": "table_name VARCHAR, id VARCHAR, load_date DATE, is_gone BOOLEAN",  # what their reports name
    "touched_stories": "story_id VARCHAR",
    "touched_events": "event_id VARCHAR",  # that are new, changed or gone
}


def start(con: duckdb.DuckDBPyConnection) -> None:
    """Begin to note what the open load touches."""
    for name, columns in _TOUCHED.items():
        con.execute(f"CREATE OR REPLACE TEMP TABLE {name} ({columns})")


NAMING: tuple[tuple[type[Record], type[Record], str], ...] = (
    (records.Entity, records.Mention, "entity_id"),
    (records.Entity, records.ReportParticipant, "entity_id"),
    (records.Place, records.Mention, "place_id"),
    (records.Place, records.Report, "place_id"),
)
"""What names entities and places, by which column."""


def note_names(con: duckdb.DuckDBPyConnection, where: Callable[[Table], str], keys: Sequence[str], gone: bool) -> None:
    """Note what the rows of these partitions name; ``where`` selects them in a table, with ``keys`` as parameter."""
    for record, of, column in NAMING:
        source = table("core", of)
        con.execute(
            f"INSERT INTO changed_names SELECT DISTINCT '{record.table}', {column}, load_date, {gone} "
            f"FROM {source.qualified} WHERE {column} IS NOT NULL AND {where(source)}",
            [keys],
        )


class Resolved:
    """The tables of stories and events in an open load. ``insert`` puts records into a table."""

    def __init__(
        self, con: duckdb.DuckDBPyConnection, folder: Path, insert: Callable[[Table, Iterable[Record]], None]
    ) -> None:
        self._con = con
        self._folder = folder
        self._insert = insert

    # --- looking up ------------------------------------------------------------------------------------------
    def changed_documents(self) -> set[str]:
        """The documents of the partitions that this load took or forgot, as they were before and as they are now."""
        return self._ids("SELECT DISTINCT document_id FROM changed_documents")

    def documents_by_day(self) -> list[tuple[date, int]]:
        """The days of the documents that core shows, and how many each has."""
        return self._con.execute("SELECT load_date, count(*) FROM core.documents GROUP BY ALL ORDER BY ALL").fetchall()

    def documents_of(self, first: date, last: date) -> set[str]:
        """The documents that core shows of these days."""
        between = f"BETWEEN {_literal(first)} AND {_literal(last)}"
        return self._ids(f"SELECT document_id FROM core.documents WHERE load_date {between}")

    def alike(self, document_ids: Collection[str]) -> set[str]:
        """These documents, and all that pairs, equal words or their former clusters connect with them."""
        with self._given(document_ids):
            self._con.execute(
                "CREATE OR REPLACE TEMP TABLE paired AS "
                "SELECT other_document_id AS document_id, other_partition_key AS partition_key FROM stage.pairs "
                "WHERE document_id IN (FROM given) "
                "UNION SELECT document_id, partition_key FROM stage.pairs WHERE other_document_id IN (FROM given)"
            )
            self._con.execute(
                "CREATE OR REPLACE TEMP TABLE near AS SELECT id AS document_id FROM given "
                "UNION SELECT document_id FROM core.documents WHERE (document_id, partition_key) IN (FROM paired) "
                "UNION SELECT document_id FROM core.documents WHERE content_hash IN ("
                "SELECT content_hash FROM core.documents WHERE document_id IN (FROM given))"
            )
        return self._ids(
            "SELECT document_id FROM near UNION SELECT document_id FROM stage.story_clusters WHERE cluster_number IN ("
            "SELECT cluster_number FROM stage.story_clusters WHERE document_id IN (FROM near))"
        )

    def of_stories(self, document_ids: Collection[str]) -> set[str]:
        """These documents, and all others of their stories."""
        with self._given(document_ids):
            return self._ids(
                "SELECT id FROM given UNION SELECT document_id FROM core.story_documents WHERE story_id IN ("
                "SELECT story_id FROM core.story_documents WHERE document_id IN (FROM given))"
            )

    def rows(self, record: type[R], column: str, ids: Collection[str], columns: Sequence[str] = ()) -> list[R]:
        """The rows of a table of core, or of signatures and pairs, whose ``column`` is one of ``ids``.

        Of pairs and signatures only those of, and among, documents that core shows and whose ids are given. With
        ``columns``, only these are filled, and unchecked.
        """
        if not ids:
            return []
        source = table("stage" if record in (records.Signature, records.Pair) else "core", record)
        names = [name for name in columns or record.model_fields if name in source.column_names]
        found: list[R] = []
        with self._given(ids):
            where = f"{column} IN (FROM given)"
            if "load_date" in source.column_names:
                where = f"{self.dates(source, where)} AND {where}"
            for prefix in ("", "other_") if source.name == "pairs" else ("",) if source.schema == "stage" else ():
                where += (
                    f" AND ({prefix}document_id, {prefix}partition_key) IN "
                    "(SELECT document_id, partition_key FROM core.documents WHERE document_id IN (FROM given))"
                )
            unique = "DISTINCT " if source.name == "pairs" else ""  # both partitions may have found it
            cursor = self._con.execute(f"SELECT {unique}{', '.join(names)} FROM {source.qualified} WHERE {where}")
            omitted = schema.OMITTED.get(record, {})
            made = cast(Callable[..., R], record.model_construct)
            while chunk := cursor.fetchmany(10_000):
                values = [dict(zip(names, row, strict=True)) for row in chunk]
                if columns:
                    found += [made(**row) for row in values]
                else:
                    found += [record.model_validate(row | omitted) for row in values]
        return found

    def clusters_telling(self, document_ids: Collection[str]) -> set[int]:
        """The clusters of the events that reports of these documents were in."""
        with self._given(document_ids):
            return self._numbers(
                "SELECT DISTINCT cluster_number FROM stage.event_clusters WHERE event_id IN ("
                "SELECT event_id FROM core.event_reports WHERE document_id IN (FROM given))"
            )

    def clusters_in(self, blocks: Collection[Block]) -> set[int]:
        """The clusters that have a seat in one of these blocks."""
        with self._given(blocks, "number BIGINT, month DATE"):
            return self._numbers(
                f"SELECT DISTINCT cluster_number FROM stage.block_seats WHERE {_months(blocks)} "
                "AND (block_number, month_date) IN (FROM given)"
            )

    def full_blocks(self, clusters: Collection[int], size: int) -> set[Block]:
        """The blocks of these clusters with more than ``size`` seats."""
        with self._given(clusters, "number BIGINT"):
            blocks: list[Block] = self._con.execute(
                "SELECT DISTINCT block_number, month_date FROM stage.block_seats WHERE cluster_number IN (FROM given)"
            ).fetchall()
        with self._given(blocks, "number BIGINT, month DATE"):
            full = self._con.execute(
                f"SELECT block_number, month_date FROM stage.block_seats WHERE {_months(blocks)} "
                f"AND (block_number, month_date) IN (FROM given) GROUP BY ALL HAVING count(*) > {size}"
            ).fetchall()
        return set(full)

    def seats(
        self, blocks: Mapping[Block, int], without: Collection[int], size: int
    ) -> dict[Block, list[tuple[date, int]]]:
        """The seats (day, number of the coding) that clusters but those ``without`` have in these blocks, where they
        and so many others as the mapping says are more than ``size``."""
        found: dict[Block, list[tuple[date, int]]] = defaultdict(list)
        with self._given(blocks, "number BIGINT, month DATE"):
            self._con.execute("CREATE OR REPLACE TEMP TABLE blocks AS FROM given")
        with self._given(without, "number BIGINT"):
            rows = self._con.execute(
                "SELECT block_number, month_date, seat_date, coding_number FROM stage.block_seats "
                f"WHERE {_months(blocks)} AND (block_number, month_date) IN (FROM blocks) "
                "AND cluster_number NOT IN (FROM given)"
            ).fetchall()
        for number, month, day, coding in rows:
            found[number, month].append((day, coding))
        return {block: seats for block, seats in found.items() if len(seats) + blocks[block] > size}

    def events_of(self, clusters: Collection[int]) -> dict[str, date]:
        """The events of these clusters, each with its load date."""
        with self._given(clusters, "number BIGINT"):
            rows = self._con.execute(
                "SELECT event_id, load_date FROM stage.event_clusters WHERE cluster_number IN (FROM given)"
            ).fetchall()
        return dict(rows)

    def reports_of(self, event_ids: Collection[str]) -> dict[str, list[tuple[str, str]]]:
        """Of each of these events the reports that tell it, with their documents."""
        found: dict[str, list[tuple[str, str]]] = defaultdict(list)
        with self._given(event_ids):
            rows = self._con.execute(
                "SELECT event_id, report_id, document_id FROM core.event_reports WHERE event_id IN (FROM given)"
            ).fetchall()
        for event_id, report_id, document_id in rows:
            found[event_id].append((report_id, document_id))
        return found

    def seekers(self, offers: Collection[tuple[int, date]]) -> set[str]:
        """The events that look for links under one of these keys on its day."""
        if not offers:
            return set()
        days = [day for _, day in offers]
        with self._given(offers, "number BIGINT, day DATE"):
            return self._ids(
                "SELECT DISTINCT event_id FROM stage.event_keys JOIN given ON number = key_number "
                "AND day BETWEEN first_date AND last_date "
                f"WHERE is_sought AND first_date <= {_literal(max(days))} AND last_date >= {_literal(min(days))}"
            )

    def offers(self, event_ids: Collection[str]) -> set[tuple[int, date]]:
        """The keys under which these events are found, and the days."""
        with self._given(event_ids):
            return set(
                self._con.execute(
                    "SELECT DISTINCT key_number, first_date FROM stage.event_keys "
                    "WHERE NOT is_sought AND event_id IN (FROM given)"
                ).fetchall()
            )

    def found_by(self, event_ids: Collection[str], limit: int) -> set[str]:
        """The events that these look for: of each key the last ``limit``."""
        with self._given(event_ids):
            return self._ids(
                "SELECT DISTINCT other_id FROM (SELECT other.event_id AS other_id FROM stage.event_keys AS one "
                "JOIN stage.event_keys AS other ON other.key_number = one.key_number AND NOT other.is_sought "
                "AND other.first_date BETWEEN one.first_date AND one.last_date "
                "WHERE one.is_sought AND one.event_id IN (FROM given) "
                "QUALIFY row_number() OVER (PARTITION BY one.event_id, one.key_number "
                f"ORDER BY other.first_date DESC, other.event_id DESC) <= {limit})"
            )

    def named(self, record: type[Record]) -> tuple[dict[str, date], set[str]]:
        """The ids of entities or places that this load's partitions name now, each with the first day on which one of
        them does, and those that they named before."""
        rows = self._con.execute(
            "SELECT id, is_gone, min(load_date) FROM changed_names WHERE table_name = ? GROUP BY ALL",
            [record.table],
        ).fetchall()
        return {name: day for name, is_gone, day in rows if not is_gone}, {name for name, is_gone, _ in rows if is_gone}

    def all_names(self, record: type[Record]) -> set[str]:
        """The ids of all entities or places that anything names."""
        columns = [(column, table("core", of)) for names, of, column in NAMING if names is record]
        named = [f"SELECT {name} FROM {of.qualified} WHERE {name} IS NOT NULL" for name, of in columns]
        return self._ids(" UNION ".join(named))

    def select(self, sql: str, ids: Collection[str]) -> list[tuple[Any, ...]]:
        """The answer to SQL of our own that looks at ``given``, a table of these ids."""
        with self._given(ids):
            return self._con.execute(sql).fetchall()

    # --- checking --------------------------------------------------------------------------------------------
    def show_touched(self) -> tuple[str, ...]:
        """Make temporary tables of what the load touched, under the names of core's, and name them: what the gate has
        to look at, with everything that it refers to but sources, entities, offices and places."""
        con = self._con
        stories, changed = "(FROM touched_stories)", "(FROM changed_documents)"
        linked = "SELECT unnest([event_id, other_event_id]) FROM core.event_links"
        con.execute(
            "CREATE OR REPLACE TEMP TABLE checked_events AS SELECT event_id FROM touched_events UNION "
            f"{linked} WHERE event_id IN (FROM touched_events) OR other_event_id IN (FROM touched_events)"
        )
        con.execute(
            "CREATE OR REPLACE TEMP TABLE checked_reports AS SELECT report_id, document_id FROM core.event_reports "
            "WHERE event_id IN (FROM checked_events)"
        )
        con.execute(
            "CREATE OR REPLACE TEMP TABLE checked_documents AS SELECT document_id FROM changed_documents UNION "
            f"SELECT document_id FROM core.story_documents WHERE story_id IN {stories} UNION "
            "SELECT document_id FROM checked_reports"
        )
        events = "(FROM checked_events)"
        shown: dict[type[Record], str] = {
            records.Story: f"story_id IN {stories}",
            records.StoryDocument: "document_id IN (SELECT document_id FROM core.story_documents "
            f"WHERE story_id IN {stories})",
            records.Document: "document_id IN (FROM checked_documents)",
            records.Mention: f"document_id IN {changed}",
            records.Report: "document_id IN (FROM checked_documents)",
            records.ReportParticipant: "report_id IN (SELECT report_id FROM temp.reports)",
            records.Event: f"event_id IN {events}",
            records.EventReport: "report_id IN (SELECT report_id FROM checked_reports)",
            records.EventParticipant: f"event_id IN {events}",
            records.EventStatus: f"event_id IN {events}",
            records.EventLink: "event_id IN (FROM touched_events) OR other_event_id IN (FROM touched_events)",
        }
        for record, where in shown.items():
            source = table("core", record)
            con.execute(
                f"CREATE OR REPLACE TEMP TABLE {source.name} AS SELECT * FROM {source.qualified} "
                f"WHERE {self.dates(source, where)} AND ({where})"
            )
        return tuple(record.table for record in shown)

    # --- replacing -------------------------------------------------------------------------------------------
    def replace_stories(self, document_ids: Collection[str], rows: Mapping[type[Record], Sequence[Record]]) -> None:
        """Put these stories, their documents and clusters in the place of those that these documents were in."""
        with self._given(document_ids):
            former = self._ids("SELECT DISTINCT story_id FROM core.story_documents WHERE document_id IN (FROM given)")
            self._con.execute("DELETE FROM stage.story_clusters WHERE document_id IN (FROM given)")
        self._insert(table("stage", records.StoryCluster), rows[records.StoryCluster])
        for record in (records.Story, records.StoryDocument):
            self._replace("story_id", former, record, rows[record], "touched_stories")

    def replace_events(
        self, clusters: Collection[int], event_ids: Collection[str], rows: Mapping[type[Record], Sequence[Record]]
    ) -> None:
        """Put these events, what hangs on them but their links, their clusters and seats in the place of these ones."""
        with self._given(clusters, "number BIGINT"):
            for kept in (records.EventCluster, records.BlockSeat):
                target = table("stage", kept)
                self._con.execute(f"DELETE FROM {target.qualified} WHERE cluster_number IN (FROM given)")
                self._insert(target, rows[kept])
        for record in (records.Event, records.EventReport, records.EventParticipant, records.EventStatus):
            self._replace("event_id", event_ids, record, rows[record], "touched_events")

    def touched_events(self, event_ids: Collection[str]) -> set[str]:
        """Those of these events that are new, changed or gone so far."""
        with self._given(event_ids):
            return self._ids("SELECT DISTINCT event_id FROM touched_events WHERE event_id IN (FROM given)")

    def replace_keys(self, event_ids: Collection[str], rows: Sequence[Record]) -> None:
        """Put these keys in the place of those of these events."""
        with self._given(event_ids):
            self._con.execute("DELETE FROM stage.event_keys WHERE event_id IN (FROM given)")
        self._insert(table("stage", records.EventKey), rows)

    def replace_links(self, event_ids: Collection[str], rows: Sequence[Record]) -> None:
        """Put these links in the place of those that these events have to others."""
        self._replace("event_id", event_ids, records.EventLink, rows, "touched_events")

    def replace_looked_up(self, record: type[Record], ids: Collection[str], rows: Sequence[Record]) -> None:
        """Put these entities or places in the place of those with these ids."""
        target = table("core", record)
        with self._given(ids):
            self._con.execute(f"DELETE FROM {target.qualified} WHERE {record.key[0]} IN (FROM given)")
        self._insert(target, rows)

    def derive(self, *, whole: bool) -> None:
        """Make anew what is made by SQL of events that the load touched, or whose documents it did; or of all."""
        con, where = self._con, "true"
        if not whole:
            con.execute(
                "CREATE OR REPLACE TEMP TABLE told_anew AS SELECT event_id FROM touched_events UNION "
                "SELECT event_id FROM core.event_reports WHERE document_id IN (FROM changed_documents)"
            )
            where = "event_id IN (FROM told_anew)"
        former = where if whole else f"{self.dates(table('core', records.ReadableEvent), where)} AND {where}"
        for record in (records.ReadableEvent, records.EventPair):
            con.execute(f"DELETE FROM {table('core', record).qualified} WHERE {former}")
        derive(con, where if whole else f"{self.dates(table('core', records.Event), where)} AND {where}")

    def clear(self) -> None:
        """Drop all stories and events: they are formed anew."""
        made = (records.Story, records.StoryDocument, records.Event, records.EventReport, records.EventParticipant,
                records.EventStatus, records.EventLink, records.Entity, records.Place, records.ReadableEvent,
                records.EventPair)  # fmt: skip
        for target in (
            *(table("core", record) for record in made),
            *(table("stage", record) for record in schema.CLUSTERED),
        ):
            self._con.execute(f"DELETE FROM {target.qualified}")

    def _replace(
        self, key: str, ids: Collection[str], record: type[Record], rows: Sequence[Record], touched: str
    ) -> None:
        """Of the rows of these ids, take out those that aren't among the new ones, and add those that weren't there."""
        target = table("core", record)
        names, keys = ", ".join(target.column_names), ", ".join(record.key)
        self._con.execute(f"CREATE OR REPLACE TEMP TABLE fresh AS SELECT {names} FROM {target.qualified} LIMIT 0")
        self._insert(Table("temp", "fresh", "", target.columns, record), rows)
        with self._given(ids):
            where = f"{key} IN (FROM given)"
            where = f"{self.dates(target, where)} AND {where}"
            self._con.execute(
                f"CREATE OR REPLACE TEMP TABLE former AS SELECT {names} FROM {target.qualified} WHERE {where}"
            )
        self._con.execute("CREATE OR REPLACE TEMP TABLE gone AS (FROM former EXCEPT FROM fresh)")
        days = [day for (day,) in self._con.execute("SELECT DISTINCT load_date FROM gone").fetchall()]
        self._con.execute(
            f"DELETE FROM {target.qualified} WHERE {_among(days)} AND ({keys}) IN (SELECT {keys} FROM gone)"
        )
        self._con.execute("CREATE OR REPLACE TEMP TABLE added AS (FROM fresh EXCEPT FROM former)")
        self._con.execute(
            f"INSERT INTO {target.qualified} ({names}) SELECT {names} FROM added ORDER BY load_date, {keys}"
        )
        self._con.execute(f"INSERT INTO {touched} SELECT {key} FROM gone UNION SELECT {key} FROM added")

    # --- inside ----------------------------------------------------------------------------------------------
    def _ids(self, sql: str) -> set[str]:
        return {name for (name,) in self._con.execute(sql).fetchall()}

    def _numbers(self, sql: str) -> set[int]:
        return {number for (number,) in self._con.execute(sql).fetchall()}

    @contextmanager
    def _given(self, rows: Collection[Any], columns: str = "id VARCHAR") -> Iterator[None]:
        """A temporary table ``given`` of these values, or tuples of values: our own ids, numbers and dates.

        They go in through a file: as a parameter, a list of 100,000 would take seconds.
        """
        types = ", ".join(f"{quoted(name)}: {quoted(kind)}" for name, kind in map(str.split, columns.split(", ")))
        self._con.execute(f"CREATE OR REPLACE TEMP TABLE given ({columns})")
        if rows:
            handle, path = tempfile.mkstemp(dir=self._folder, suffix=".csv")
            try:
                with open(handle, "w", encoding="utf-8", newline="") as file:
                    csv.writer(file).writerows(row if isinstance(row, tuple) else (row,) for row in rows)
                self._con.execute(
                    f"INSERT INTO given SELECT * FROM read_csv(?, header => false, auto_detect => false, "
                    f"delim => ',', quote => '\"', columns => {{{types}}})",
                    [path],
                )
            finally:
                os.unlink(path)
        yield

    def dates(self, source: Table, where: str) -> str:
        """The load dates of the rows that a condition selects, as a literal condition: wide rows are then looked for
        where they are, and not everywhere."""
        found = self._con.execute(f"SELECT DISTINCT load_date FROM {source.qualified} WHERE {where}").fetchall()
        return _among([day for (day,) in found])


def derive(con: duckdb.DuckDBPyConnection, where: str = "true") -> None:
    """Add to the tables that are made of events by SQL what is to be told of those for which ``where`` holds."""
    con.execute(f"CREATE OR REPLACE TEMP TABLE chosen_events AS FROM core.events WHERE {where}")
    days = con.execute("SELECT DISTINCT best_load_date FROM chosen_events WHERE best_load_date NOT NULL").fetchall()
    for name in ("reports", "documents"):
        among = _among([day for (day,) in days])
        con.execute(f"CREATE OR REPLACE TEMP VIEW chosen_{name} AS FROM core.{name} WHERE {among}")
    for record in (records.ReadableEvent, records.EventPair):
        target = table("core", record)
        rows = files("demarche").joinpath("sql", f"{target.name}.sql").read_text(encoding="utf-8")
        names = ", ".join(target.column_names)
        con.execute(f"INSERT INTO {target.qualified} ({names}) SELECT {names} FROM ({rows})")


def _among(days: Sequence[date]) -> str:
    if not days:
        return "false"
    if len(days) > _MANY_DATES:
        return f"load_date BETWEEN {_literal(min(days))} AND {_literal(max(days))}"
    return f"load_date IN ({', '.join(map(_literal, sorted(days)))})"


def _months(blocks: Iterable[Block]) -> str:
    """A literal bound for the months of blocks, which most seats of a warehouse lie outside of."""
    months = {month for _, month in blocks}
    if not months:
        return "false"
    undated = f"month_date = {_literal(records.UNDATED)}"
    dated = sorted(months - {records.UNDATED})
    return f"({undated} OR month_date BETWEEN {_literal(dated[0])} AND {_literal(dated[-1])})" if dated else undated


def _literal(day: date) -> str:
    return f"DATE '{day.isoformat()}'"
