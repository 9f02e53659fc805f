"""Chosen events of the published warehouse, written to files by DuckDB itself."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from demarche.exports import Described, Resource
from demarche.selection import CONDITION, Selection
from demarche.warehouse import marts
from demarche.warehouse.connection import Place
from demarche.warehouse.errors import WarehouseError, reported
from demarche.warehouse.publication import reading_sound
from demarche.warehouse.schema import quoted

Tell = Callable[[int, int], None]
"""Is told how much of a file is done, of how much."""

_BATCH = 10_000
_POLL_SECONDS = 0.2
_CHOSEN = f"""
CREATE TEMP TABLE chosen AS
SELECT
    event_id,
    CAST('0x' || substr(event_id, 2, 15) AS BIGINT) AS GLOBALEVENTID,
    coalesce(strftime(coalesce(start_date, first_reported_date), '%Y-%m'), 'undated') AS month
FROM core.events
WHERE {CONDITION}
    AND ($since_load IS NULL OR event_id IN (SELECT event_id FROM changed))
"""
_CHANGED = """
CREATE TEMP TABLE changed AS
SELECT DISTINCT event_id
FROM meta.event_revisions JOIN meta.loads USING (load_id)
WHERE loaded_at > (SELECT loaded_at FROM meta.loads WHERE load_id = $since_load)
"""
_REMOVED = """
CREATE TEMP TABLE removed AS
SELECT event_id, CAST('0x' || substr(event_id, 2, 15) AS BIGINT) AS GLOBALEVENTID
FROM changed ANTI JOIN chosen USING (event_id);
COMMENT ON COLUMN removed.event_id IS 'An event that former exports may hold and this one does not';
COMMENT ON COLUMN removed.GLOBALEVENTID IS 'Its number in exports in the formats of GDELT';
"""
_PLACED = """
SELECT e.*, p.latitude, p.longitude, coalesce(r.revision_count, 0) AS revision_count
FROM mart.events AS e
JOIN chosen USING (event_id)
LEFT JOIN core.places AS p USING (place_id)
LEFT JOIN (
    SELECT event_id, count(*) AS revision_count FROM meta.event_revisions SEMI JOIN chosen USING (event_id) GROUP BY ALL
) AS r USING (event_id)
ORDER BY event_id
"""
_FEATURES = """
SELECT CAST(json_object(
    'type', 'Feature',
    'id', f.event_id,
    'geometry', CASE
        WHEN longitude IS NOT NULL THEN json_object('type', 'Point', 'coordinates', [longitude, latitude])
    END,
    'properties', to_json(e)
) AS VARCHAR)
FROM mart.events AS e
JOIN (
    SELECT event_id, latitude, longitude
    FROM chosen JOIN core.events USING (event_id) LEFT JOIN core.places USING (place_id)
) AS f ON f.event_id = e.event_id
ORDER BY f.event_id
"""
# What a spreadsheet would run as a formula, as in ``printing``; other letters than these never begin one.
_FORMULA = r"(^|;)(\s*[=+\-@＝＋－＠])"
_UNPRINTABLE = r"[\pC\pZ]"


class Export:
    """The chosen events of one publication; made by ``open_export``."""

    def __init__(self, con: duckdb.DuckDBPyConnection, since_load: str | None) -> None:
        self._con = con
        self.since_load = since_load  # the whole id
        row = con.execute("SELECT load_id, loaded_at FROM meta.loads ORDER BY loaded_at DESC LIMIT 1").fetchone()
        if row is None:
            raise WarehouseError("nothing was loaded yet — there is nothing to export")
        self.load_id: str = row[0]
        self.loaded_at: datetime = row[1]

    @property
    def event_count(self) -> int:
        return self._count("chosen")

    def describe(self, resource: Resource) -> list[Described]:
        """The columns of a resource's relation with their comments."""
        schema, _, name = resource.relation.rpartition(".")
        found = self._con.execute(
            "SELECT column_name, data_type, comment, NOT is_nullable FROM duckdb_columns() WHERE table_name = $name "
            "AND schema_name = CASE $schema WHEN '' THEN 'main' ELSE $schema END "
            "AND (database_name = current_database() OR database_name = 'temp') ORDER BY column_index",
            {"schema": schema, "name": name},
        ).fetchall()
        if any(comment is None for _, _, comment, _ in found):  # DuckLake has none of views' columns
            meant = marts.meanings()
            found = [(one, kind, said or meant.get((name, one)), needed) for one, kind, said, needed in found]
        return [Described(*column) for column in found]

    def copy(self, resource: Resource, target: Path, tell: Tell) -> int:
        """Write a resource's rows to ``target``, a file or (Parquet, by month) a folder; how many rows."""
        rows = f"{resource.relation} AS t JOIN chosen ON chosen.{resource.event_column} = t.{resource.event_column}"
        if resource.relation == "removed":
            rows = "removed AS t"
        order = ", ".join(f"t.{name}" for name in resource.key)
        columns = self.describe(resource)
        if resource.encoding == "parquet":
            sql = f"SELECT t.*, chosen.month FROM {rows} ORDER BY chosen.month, {order}"
            options = "FORMAT parquet, COMPRESSION zstd, PARTITION_BY (month), FILENAME_PATTERN 'part-{i}'"
        elif resource.encoding == "csv":
            sql = f"SELECT {', '.join(map(_safe, columns))} FROM {rows} ORDER BY {order}"
            options = "FORMAT csv, HEADER, DELIMITER ',', NULLSTR ''"
        else:
            sql = f"SELECT {', '.join(map(_unbroken, columns))} FROM {rows} ORDER BY {order}"
            options = "FORMAT csv, HEADER false, DELIMITER '\t', QUOTE '', ESCAPE '', NULLSTR ''"
        count = self._run(f"COPY ({sql}) TO {quoted(str(target))} ({options})", tell)
        if not count and resource.encoding == "parquet":  # no month, so no file: one that has the columns
            target.mkdir(exist_ok=True)
            self._run(f"COPY ({sql}) TO {quoted(str(target / 'part-0.parquet'))} (FORMAT parquet)", tell)
        return count

    def write_features(self, target: Path, tell: Tell) -> int:
        """Write the events as a GeoJSON FeatureCollection, a feature a line; how many."""
        total, done = self.event_count, 0
        cursor = self._con.execute(_FEATURES)
        with open(target, "w", encoding="utf-8") as out:
            out.write('{"type":"FeatureCollection","features":[')
            while batch := cursor.fetchmany(_BATCH):
                out.write(",\n" if done else "\n")
                out.write(",\n".join(line for (line,) in batch))
                done += len(batch)
                tell(done, total)
            out.write("\n]}\n")
        return done

    def placed_events(self) -> Iterator[dict[str, Any]]:
        """The events with coordinates and how often they were revised, as rows."""
        cursor = self._con.execute(_PLACED)
        names = [column[0] for column in cursor.description or ()]
        while batch := cursor.fetchmany(_BATCH):
            for row in batch:
                yield dict(zip(names, row, strict=True))

    def _count(self, relation: str) -> int:
        row = self._con.execute(f"SELECT count(*) FROM {relation}").fetchone()
        return int(row[0]) if row else 0

    def _run(self, sql: str, tell: Tell) -> int:
        """Execute a COPY in a thread of its own, and tell how far it is, in per cent."""
        found: list[Any] = []

        def work() -> None:
            try:
                found.append(self._con.execute(sql).fetchone())
            except duckdb.Error as error:
                found.append(error)

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        while True:
            thread.join(_POLL_SECONDS)
            if not thread.is_alive():
                break
            tell(max(0, int(self._con.query_progress())), 100)
        (answer,) = found
        if isinstance(answer, duckdb.Error):
            raise answer
        tell(100, 100)
        return int(answer[0])


@contextmanager
def open_export(path: Place, selection: Selection, since_load: str | None, spill_folder: Path) -> Iterator[Export]:
    """The events of ``selection`` in the warehouse published at ``path``; those alone that loads after ``since_load``
    (its id, or the beginning) changed. What doesn't fit into memory goes to ``spill_folder``.

    Raises WarehouseError when there is no readable warehouse or no such load, or the files can't be written.
    """
    with reading_sound(path) as con, reported(f"{path}: not exported"):
        con.execute(f"SET temp_directory = {quoted(str(spill_folder))}")
        con.execute("SET enable_progress_bar = true; SET enable_progress_bar_print = false")
        export = Export(con, _load_of(con, path, since_load))
        con.execute(_CHANGED, {"since_load": export.since_load})
        con.execute(_CHOSEN, {**selection.parameters, "since_load": export.since_load})
        con.execute(_REMOVED)
        yield export


def _load_of(con: duckdb.DuckDBPyConnection, path: Place, wanted: str | None) -> str | None:
    if wanted is None:
        return None
    found = con.execute("SELECT load_id FROM meta.loads WHERE starts_with(load_id, ?) LIMIT 2", [wanted]).fetchall()
    if len(found) != 1 or not wanted:
        what = "several loads begin" if found else "no load begins"
        raise WarehouseError(
            f'{path}: {what} with {wanted!r} — `demarche query "SELECT load_id FROM meta.loads"` lists them'
        )
    return str(found[0][0])


def _safe(column: Described) -> str:
    """A column as an expression that no spreadsheet runs."""
    name = f't."{column.name}"'
    text = f"array_to_string({name}, ', ')" if column.sql_type == "VARCHAR[]" else name
    if column.sql_type.startswith("VARCHAR"):
        plain = f"regexp_replace({text}, {quoted(_UNPRINTABLE)}, ' ', 'g')"
        marked = quoted(r"\1'\2")
        return f"regexp_replace({plain}, {quoted(_FORMULA)}, {marked}, 'g') AS \"{column.name}\""
    if column.sql_type == "TIMESTAMP WITH TIME ZONE":
        return f"strftime({name}, '%Y-%m-%dT%H:%M:%SZ') AS \"{column.name}\""
    return f'{text} AS "{column.name}"'


def _unbroken(column: Described) -> str:
    """A column as an expression without tabs and line ends: nothing is quoted in GDELT's files."""
    if column.sql_type == "VARCHAR":
        return f"regexp_replace(t.\"{column.name}\", '\\pC', ' ', 'g') AS \"{column.name}\""
    return f't."{column.name}"'
