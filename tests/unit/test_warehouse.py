"""The warehouse: schema, loads, publishing, refusals. Queries have test_warehouse_query.py, checks test_quality.py."""

from __future__ import annotations

import errno
import os
import re
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from demarche import records
from demarche.records import Document, Event, Pair, Report, Signature
from demarche.warehouse import (
    PartitionFiles,
    Warehouse,
    WarehouseError,
    WarehouseLocked,
    expire,
    overview,
    publication,
    publications,
    query,
    restore,
    schema,
    snapshot,
    verify,
)
from demarche.warehouse.connection import reading
from demarche.warehouse.publication import refuse_damaged
from warehouse_world import (
    LOADED_AT,
    NOTHING,
    document,
    key,
    load,
    parquet,
    participants,
    partition,
    report,
    resolution,
    resolve,
    signature,
    stored,
)

FIRST, SECOND = document("first", key(1)), document("second", key(2))


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a published warehouse of two partitions; copied by ``path``, never changed."""
    folder = tmp_path_factory.mktemp("loaded")
    load(
        folder / "w.duckdb",
        {key(1): partition(folder / "lake", [FIRST]), key(2): partition(folder / "lake", [SECOND])},
    )
    return folder


@pytest.fixture
def path(loaded: Path, tmp_path: Path) -> Path:
    shutil.copytree(loaded, tmp_path, dirs_exist_ok=True)
    return tmp_path / "w.duckdb"


def tamper(path: Path, *statements: str) -> None:
    """Write into the published file, as nobody should: to make it what a test needs it to be."""
    path.chmod(0o644)
    with duckdb.connect(str(path)) as con:
        for statement in statements:
            con.execute(statement)


def rows(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{path}' AS w (READ_ONLY)")
        con.execute("USE w")
        return con.execute(sql).fetchall()


# --- schema ------------------------------------------------------------------------------------------------------
def test_every_table_view_and_column_is_commented(path: Path) -> None:
    relations = rows(
        path,
        "SELECT schema_name || '.' || table_name, comment FROM duckdb_tables() WHERE database_name = 'w' UNION ALL "
        "SELECT schema_name || '.' || view_name, comment FROM duckdb_views() "
        "WHERE NOT internal AND database_name = 'w'",
    )
    columns = rows(
        path,
        "SELECT schema_name || '.' || table_name || '.' || column_name, comment FROM duckdb_columns() "
        "WHERE NOT internal AND database_name = 'w'",
    )
    assert len(relations) > 35
    assert len(columns) > 400
    assert [name for name, comment in [*relations, *columns] if not comment] == []


def test_a_table_has_the_columns_of_its_record(path: Path) -> None:
    columns = dict(
        rows(
            path,
            "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = 'events' AND schema_name = 'core'",
        )
    )
    assert list(columns) == list(Event.model_fields)
    assert columns["start_date"] == "DATE"
    assert columns["actor_names"] == "VARCHAR[]"


def test_bodies_stay_in_the_lake(path: Path) -> None:
    assert rows(path, "SELECT 1 FROM duckdb_columns() WHERE column_name IN ('body', 'sample_hashes')") == []


def test_only_what_ducklake_shares_is_used(path: Path) -> None:
    kinds = rows(path, "SELECT DISTINCT constraint_type FROM duckdb_constraints() WHERE database_name = 'w'")
    assert kinds == [("NOT NULL",)]
    assert rows(path, "SELECT 1 FROM duckdb_indexes() UNION ALL SELECT 1 FROM duckdb_sequences()") == []


def test_text_takes_half_the_room_of_the_default_storage(path: Path) -> None:
    (tags,) = rows(path, "SELECT tags['storage_version'] FROM duckdb_databases() WHERE database_name = 'w'")
    assert tags[0].startswith("v1.5")


def test_ids_in_which_events_are_looked_for_are_not_packed(path: Path) -> None:
    with Warehouse.writer(path) as warehouse:
        con = warehouse._open
        con.execute(
            "INSERT INTO core.event_reports BY NAME SELECT 'e' || md5(i::VARCHAR) AS event_id, 'r' || md5(i::VARCHAR) "
            "AS report_id, 'd' AS document_id, DATE '2024-01-01' AS load_date, DATE '2024-01-01' AS report_load_date, "
            "'first' AS merge_rule FROM range(20_000) AS r(i)"
        )
        con.execute("CHECKPOINT")
        packed = con.execute(
            "SELECT DISTINCT column_name FROM pragma_storage_info('core.event_reports') "
            "WHERE segment_type = 'VARCHAR' AND compression = 'DICT_FSST'"
        ).fetchall()
    assert ("report_id",) in packed
    assert ("event_id",) not in packed


def test_a_column_without_sql_type_is_a_clear_error() -> None:
    class Odd(records.Record):
        table = "odd"
        key = ("value",)
        value: complex

    with pytest.raises(TypeError, match=r"Odd\.value"):
        schema._table("core", Odd)


# --- loading -----------------------------------------------------------------------------------------------------
def test_a_load_shows_documents_events_and_their_evidence(path: Path) -> None:
    found = rows(path, "SELECT actor_text, status_type, sentence_text, document_url FROM mart.events ORDER BY 4")
    assert found[0] == ("Ruritania; Graustark", "occurred", report(FIRST).sentence_text, FIRST.canonical_url)
    assert len(found) == 2
    assert rows(path, "SELECT field_rules['title'] FROM core.documents LIMIT 1") == [("heading",)]
    assert overview(path).event_count == 2


def test_a_second_load_of_the_same_changes_nothing(path: Path) -> None:
    before = snapshot(path)
    load(path, {key(1): partition(path.parent / "lake", [FIRST])}, after_hours=1)
    assert snapshot(path) == before
    assert rows(path, "SELECT revision_count FROM meta.loads ORDER BY loaded_at") == [(2,), (0,)]


def test_the_ledger_says_what_was_taken(path: Path) -> None:
    with Warehouse.writer(path) as warehouse:
        taken = warehouse.taken()
    assert taken == {
        key(1): partition(path.parent / "other", [FIRST]).input_hash,
        key(2): partition(path.parent / "other", [SECOND]).input_hash,
    }
    assert rows(path, "SELECT DISTINCT load_id IN (SELECT load_id FROM meta.loads) FROM meta.partitions") == [(True,)]


def test_a_partition_is_replaced_whole(path: Path) -> None:
    third = document("third", key(1))
    load(path, {key(1): partition(path.parent / "lake", [third])}, after_hours=1)
    assert {row[0] for row in rows(path, "SELECT document_id FROM core.documents")} == {
        third.document_id,
        SECOND.document_id,
    }
    assert rows(path, "SELECT count(*) FROM core.report_participants") == [(4,)]


def test_what_an_emptied_partition_brought_is_gone(path: Path) -> None:
    load(path, {}, emptied=[key(1)], after_hours=1)
    assert rows(path, "SELECT document_id FROM core.documents") == [(SECOND.document_id,)]
    held = "SELECT partition_key, document_count FROM meta.partitions ORDER BY partition_key"
    assert rows(path, held) == [(key(1), 0), (key(2), 1)]
    assert rows(path, "SELECT count(*) FROM core.mentions") == [(1,)]


def test_a_document_in_two_partitions_is_shown_from_the_smaller(path: Path) -> None:
    again = FIRST.model_copy(update={"partition_key": key(5), "path": "drop/again.txt"})
    load(path, {key(5): partition(path.parent / "lake", [again])}, after_hours=1)
    assert rows(path, "SELECT path FROM core.documents WHERE path LIKE '%again%' OR path LIKE '%first%'") == [
        (FIRST.path,)
    ]
    assert rows(path, "SELECT count(*) FROM core.reports") == [(2,)]
    assert rows(path, "SELECT count(*) FROM stage.report_participants") == [(2,)]
    load(path, {}, emptied=[key(1)], after_hours=2)
    assert rows(path, "SELECT path, partition_key FROM core.documents WHERE path LIKE '%again%'") == [
        (again.path, key(5))
    ]
    assert rows(path, "SELECT count(*) FROM core.report_participants") == [(4,)]
    assert rows(path, "SELECT count(*) FROM stage.documents") == [(0,)]


def test_a_smaller_partition_that_comes_late_takes_over(path: Path) -> None:
    early = FIRST.model_copy(update={"partition_key": key(0), "path": "drop/early.txt"})
    load(path, {key(0): partition(path.parent / "lake", [early])}, after_hours=1)
    assert rows(path, "SELECT path FROM core.documents WHERE document_id = '" + FIRST.document_id + "'") == [
        (early.path,)
    ]
    assert rows(path, "SELECT partition_key FROM stage.documents") == [(key(1),)]


def test_records_come_back_as_they_went_in(path: Path) -> None:
    with Warehouse.writer(path) as warehouse:
        assert warehouse.read(Document) == sorted([stored(FIRST), stored(SECOND)], key=lambda d: d.document_id)
        assert warehouse.read(Report) == sorted([report(FIRST), report(SECOND)], key=lambda r: r.report_id)
        told = [found for of in (report(FIRST), report(SECOND)) for found in participants(of)]
        assert warehouse.read(records.ReportParticipant) == sorted(told, key=lambda p: (p.report_id, p.ordinal))
        (one, _) = warehouse.read(Signature)
        assert one.sample_hashes == ()
        assert one.content_hash in (signature(FIRST).content_hash, signature(SECOND).content_hash)


def test_pairs_are_read_while_core_shows_both_documents(path: Path) -> None:
    pair = Pair(
        document_id=FIRST.document_id, other_document_id=SECOND.document_id, partition_key=key(1),
        other_partition_key=key(2), similarity_score=0.9, containment_score=1.0,
    )  # fmt: skip
    found = partition(path.parent / "lake", [SECOND])
    files = {**found.files, Pair: [parquet(path.parent / "lake" / "pairs.parquet", Pair, [pair])]}
    with Warehouse.writer(path) as warehouse:
        warehouse.begin()
        warehouse.replace_partitions({key(2): PartitionFiles("new", files)})
        assert warehouse.read(Pair) == [pair]
        warehouse.replace_partitions({key(1): NOTHING})
        assert warehouse.read(Pair) == []


def test_what_was_not_committed_leaves_no_trace(path: Path) -> None:
    before = snapshot(path, ("core", "mart", "meta", "stage"))
    with Warehouse.writer(path) as warehouse:
        warehouse.begin()
        warehouse.replace_partitions({key(7): partition(path.parent / "lake", [document("lost", key(7))])})
        resolve(warehouse)
    with Warehouse.writer(path) as warehouse:
        assert sorted(warehouse.taken()) == [key(1), key(2)]
        assert not warehouse.publish()
    assert snapshot(path, ("core", "mart", "meta", "stage")) == before


def test_rollback_takes_a_load_back_and_another_can_begin(path: Path) -> None:
    with Warehouse.writer(path) as warehouse:
        warehouse.begin()
        warehouse.replace_partitions(dict.fromkeys((key(1), key(2)), NOTHING))
        warehouse.rollback()
        assert sorted(warehouse.taken()) == [key(1), key(2)]
        warehouse.begin()


def test_steps_out_of_order_are_refused(path: Path) -> None:
    with Warehouse.writer(path) as warehouse:
        with pytest.raises(WarehouseError, match="begin one"):
            warehouse.replace_partitions({})
        warehouse.begin()
        with pytest.raises(WarehouseError, match="commit it before"):
            warehouse.publish()
        with pytest.raises(WarehouseError, match="fetches isn't taken"):
            warehouse.replace_partitions({key(1): PartitionFiles("x", {records.Fetch: ["a.parquet"]})})
        with pytest.raises(WarehouseError, match="mentions isn't replaced by resolution"):
            warehouse.replace_resolution({records.Mention: []})
        with pytest.raises(WarehouseError, match="events isn't replayed"):
            warehouse.replay(Event, [])


def test_a_damaged_file_of_the_lake_is_named(path: Path) -> None:
    bad = path.parent / "bad.parquet"
    bad.write_bytes(b"PAR1 this was cut")
    with Warehouse.writer(path) as warehouse:
        warehouse.begin()
        with pytest.raises(WarehouseError, match=r"bad\.parquet.*parse-documents 2024-03-04T03"):
            warehouse.replace_partitions({key(3): PartitionFiles("x", {Document: [str(bad)]})})


def test_a_column_that_an_older_partition_lacks_is_null(path: Path) -> None:
    older = document("older", key(3), section_name="World")
    file = parquet(path.parent / "older.parquet", Document, [older], without=("section_name",))
    with Warehouse.writer(path) as warehouse:
        warehouse.begin()
        warehouse.replace_partitions({key(3): PartitionFiles("x", {Document: [file]})})
        (found,) = [d for d in warehouse.read(Document) if d.document_id == older.document_id]
    assert found.section_name is None


def test_hostile_text_is_only_text(path: Path) -> None:
    hostile = "'; DROP TABLE core.events; -- \x00 \U0001f9ff ${}"
    third = document("hostile", key(3), title=hostile, path=hostile)
    load(path, {key(3): partition(path.parent / "lake", [third])}, after_hours=1)
    assert (hostile,) in rows(path, "SELECT title FROM mart.events")


def test_resolution_between_dates_leaves_the_rest(path: Path) -> None:
    later = document("later", key(1, day=9))
    load(path, {later.partition_key: partition(path.parent / "lake", [later])}, after_hours=1)
    with Warehouse.writer(path) as warehouse:
        warehouse.begin()
        day = report(later).load_date
        warehouse.replace_resolution(resolution([], []), first_date=day, last_date=day)
        assert len(warehouse.read(Event)) == 2


# --- history -----------------------------------------------------------------------------------------------------
def test_what_was_believed_then_can_be_asked(path: Path) -> None:
    load(path, {}, after_hours=1, changes={"place_name": "Strelsau"})
    load(path, {}, after_hours=2, emptied=[key(1)], changes={"place_name": "Strelsau"})

    def believed(hours: float) -> list[tuple[Any, ...]]:
        instant = LOADED_AT + timedelta(hours=hours)
        return rows(path, f"SELECT place_name FROM mart.events_as_of(TIMESTAMP '{instant:%Y-%m-%d %H:%M}') ORDER BY 1")

    assert believed(-1) == []
    assert believed(0.5) == [(None,), (None,)]
    assert believed(1.5) == [("Strelsau",), ("Strelsau",)]
    assert believed(2.5) == [("Strelsau",)]


def test_each_revision_names_its_load_and_goes_to_the_journal(path: Path) -> None:
    done = load(path, {}, after_hours=1, emptied=[key(1)])
    with Warehouse.writer(path) as warehouse:
        (gone,) = warehouse.revisions(done.load_id)
        assert [found.load_id for found in warehouse.loads()][-1] == done.load_id
    assert (gone.is_retracted, gone.best_report_id) == (True, report(FIRST).report_id)


def test_a_rebuild_gives_equal_tables_and_keeps_the_history(path: Path) -> None:
    load(path, {}, after_hours=1, changes={"place_name": "Strelsau"})
    before, meta = snapshot(path), snapshot(path, ("meta",))
    with Warehouse.writer(path) as warehouse:
        loads = warehouse.loads()
        revisions = [found for done in loads for found in warehouse.revisions(done.load_id)]
    lake = path.parent / "lake"
    with Warehouse.writer(path, fresh=True) as warehouse:
        warehouse.begin()
        warehouse.replay(records.Load, loads)
        warehouse.replay(records.EventRevision, revisions)
        warehouse.replace_partitions({key(2): partition(lake, [SECOND]), key(1): partition(lake, [FIRST])})
        resolve(warehouse, place_name="Strelsau")
        done = warehouse.commit(LOADED_AT + timedelta(hours=2))
        assert warehouse.publish()
    assert snapshot(path) == before
    assert done.revision_count == 0
    assert snapshot(path, ("meta",))["meta.event_revisions"] == meta["meta.event_revisions"]


def test_loads_are_never_at_the_same_instant(path: Path) -> None:
    done = load(path, {}, after_hours=0)
    assert done.loaded_at == LOADED_AT + timedelta(microseconds=1)


def test_code_versions_are_kept(path: Path) -> None:
    assert rows(path, "SELECT component_name, code_version FROM meta.code_versions") == [("coder", "1")]


# --- publishing --------------------------------------------------------------------------------------------------
def test_the_published_file_is_not_writable_and_nothing_else_is_left(path: Path) -> None:
    assert path.stat().st_mode & 0o222 == 0
    assert sorted(entry.name for entry in path.parent.iterdir()) == [".w.duckdb.work", "lake", "w.duckdb"]


def test_readers_of_this_process_see_each_publication(path: Path) -> None:
    old = duckdb.connect()
    old.execute(f"ATTACH '{path}' AS w (READ_ONLY)")
    load(path, {}, emptied=[key(1)], after_hours=1)
    assert old.execute("SELECT count(*) FROM w.core.events").fetchone() == (2,)
    assert overview(path).event_count == 1
    old.close()


@pytest.mark.parametrize("function", ["copyfile", "fsync"])
def test_a_full_disk_leaves_the_published_file_as_it_was(
    path: Path, monkeypatch: pytest.MonkeyPatch, function: str
) -> None:
    before = path.read_bytes()

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    module = "demarche.warehouse.publication." + {"copyfile": "shutil.copyfile", "fsync": "os.fsync"}[function]
    with monkeypatch.context() as patch, Warehouse.writer(path) as warehouse:
        warehouse.begin()
        warehouse.replace_partitions({key(1): NOTHING})
        resolve(warehouse)
        warehouse.commit(LOADED_AT + timedelta(hours=1))
        patch.setattr(module, full)
        with pytest.raises(WarehouseError, match=r"not published.*No space left"):
            warehouse.publish()
    assert path.read_bytes() == before
    assert not list(path.parent.glob("*.tmp.*"))
    with Warehouse.writer(path) as warehouse:
        assert warehouse.publish()
    assert overview(path).event_count == 1


def test_a_load_that_a_killed_writer_committed_is_published_by_the_next(path: Path) -> None:
    with Warehouse.writer(path) as warehouse:
        warehouse.begin()
        warehouse.replace_partitions({key(1): NOTHING})
        resolve(warehouse)
        warehouse.commit(LOADED_AT + timedelta(hours=1))
    assert overview(path).event_count == 2
    with Warehouse.writer(path) as warehouse:
        assert warehouse.publish()
        with pytest.raises(WarehouseError, match="open a new writer"):
            warehouse.taken()
    assert overview(path).event_count == 1
    with Warehouse.writer(path) as warehouse:
        assert not warehouse.publish()


def test_former_publications_are_kept_and_restored(path: Path) -> None:
    before = snapshot(path)
    for hours in range(1, 6):
        load(path, {}, emptied=[key(1)], after_hours=hours)
    assert len(publications(path)) == 3
    restore(path, publications(path)[-1])
    assert overview(path).event_count == 1
    load(path, {key(1): partition(path.parent / "lake", [FIRST])}, after_hours=9)
    assert snapshot(path) == before


# --- upkeep ------------------------------------------------------------------------------------------------------
def test_a_file_that_is_mostly_free_is_written_anew(path: Path) -> None:
    with Warehouse.writer(path) as warehouse:
        assert not warehouse.compact()
        warehouse._open.execute("CREATE TABLE meta.bulk AS SELECT uuid() AS a, uuid() AS b FROM range(400_000)")
        warehouse._open.execute("CHECKPOINT")
        size = (path.parent / f".{path.name}.work" / path.name).stat().st_size  # later, free blocks at its end are cut
        warehouse._open.execute("DROP TABLE meta.bulk")
    before = snapshot(path, ("core", "mart", "meta", "stage"))
    with Warehouse.writer(path) as warehouse:
        assert warehouse.compact()
        assert not warehouse.compact()
        assert warehouse.publish()
    assert path.stat().st_size < size / 2
    assert snapshot(path, ("core", "mart", "meta", "stage")) == before
    comments = "SELECT count(*) FROM duckdb_columns() WHERE schema_name = 'mart' AND comment IS NULL AND NOT internal"
    assert rows(path, comments) == [(0,)]
    assert len(rows(path, "SELECT * FROM mart.events_as_of(TIMESTAMP '2030-01-01')")) == 2
    load(path, {}, after_hours=1, emptied=[key(1)])
    assert overview(path).event_count == 1


def test_a_file_that_grew_by_half_is_written_anew_when_it_is_published(path: Path) -> None:
    size, work = path.stat().st_size, path.parent / f".{path.name}.work" / path.name
    with Warehouse.writer(path) as warehouse:
        for name, count in (("bulk", 400_000), ("last", 50_000)):  # free blocks at the end would be cut
            warehouse._open.execute(f"CREATE TABLE meta.{name} AS SELECT uuid() AS a, uuid() AS b FROM range({count})")
            warehouse._open.execute("CHECKPOINT")
        warehouse._open.execute("DROP TABLE meta.bulk")
        warehouse._open.execute("CHECKPOINT")
    assert work.stat().st_size > 1.6 * size
    load(path, {}, after_hours=1, emptied=[key(1)])
    assert path.stat().st_size < 1.6 * size
    assert overview(path).event_count == 1
    with Warehouse.writer(path) as warehouse:
        assert not warehouse.publish()


def test_without_room_to_be_written_anew_the_file_is_published_as_it_is(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("demarche.warehouse.targets._GROWN", 0.0)
    monkeypatch.setattr("demarche.warehouse.targets._File._write_anew", full)
    load(path, {}, after_hours=1, emptied=[key(1)])
    assert overview(path).event_count == 1


def test_former_publications_beyond_those_to_be_kept_are_dropped(path: Path) -> None:
    for hours in range(1, 4):
        load(path, {}, emptied=[key(1)], after_hours=hours)
    kept = publications(path)
    assert expire(path, 2) == len(kept) - 2
    assert publications(path) == kept[-2:]
    assert expire(path, 0) == 2


def test_verifying_reads_every_row(path: Path) -> None:
    names = "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE database_name = 'w'"
    assert verify(path) == sum(rows(path, f"SELECT count(*) FROM {name}")[0][0] for (name,) in rows(path, names))


def flip(path: Path, words: bytes) -> None:
    """Flip a bit of these words wherever they stand in the data."""
    path.chmod(0o644)
    data = bytearray(path.read_bytes())
    places = [found.start() for found in re.finditer(re.escape(words), data)]
    assert places
    for place in places:
        data[place] ^= 1
    path.write_bytes(data)


def test_a_flipped_bit_anywhere_in_the_data_is_found(path: Path) -> None:
    flip(path, b"Strelsau Courier")
    with pytest.raises(WarehouseError, match="demarche rebuild"):
        verify(path)


def test_rows_that_the_last_load_did_not_count_are_found(path: Path) -> None:
    tamper(path, "DELETE FROM core.events")
    with pytest.raises(WarehouseError, match="its last load counted"):
        verify(path)


def test_restoring_what_is_no_publication_is_refused(path: Path) -> None:
    with pytest.raises(WarehouseError, match="no such publication"):
        restore(path, path.parent / "none.duckdb")
    junk = path.parent / "junk.duckdb"
    junk.write_bytes(b"12345678DUCK" + b"\x00" * 5000)
    with pytest.raises(WarehouseError, match="take another one"):
        restore(path, junk)
    assert overview(path).event_count == 2


@pytest.mark.parametrize("damage", ["deleted", "truncated", "junk", "emptied", "flipped"])
def test_a_damaged_publication_is_mended_by_the_next_writer_and_not_kept(path: Path, damage: str) -> None:
    before = snapshot(path)
    if damage == "flipped":
        flip(path, b"Strelsau Courier")
    else:
        data = path.read_bytes()
        path.unlink()
        if damage != "deleted":
            path.write_bytes({"truncated": data[: len(data) // 3], "junk": b"junk" * 5000, "emptied": b""}[damage])
    with Warehouse.writer(path) as warehouse:
        assert warehouse.publish()
    assert snapshot(path) == before
    assert verify(path)
    assert len(publications(path)) == (damage == "flipped")  # what opens isn't read whole at every publication


def test_a_former_publication_with_flipped_bits_is_not_restored(path: Path) -> None:
    load(path, {key(1): partition(path.parent / "lake", [FIRST])}, after_hours=1)
    (former,) = publications(path)
    flip(former, b"Strelsau Courier")
    before = path.read_bytes()
    with pytest.raises(WarehouseError, match=r"Corrupt.*take another one"):
        restore(path, former)
    assert path.read_bytes() == before


def test_what_a_killed_writer_put_aside_is_removed_by_the_next(path: Path) -> None:
    folder = path.parent / ".w.duckdb.work"
    (folder / "compacted").write_bytes(b"half")
    (folder / "load.x").mkdir()
    (folder / "load.x" / "documents.parquet").write_bytes(b"half")
    with Warehouse.writer(path) as warehouse:
        assert sorted(warehouse.taken()) == [key(1), key(2)]
    assert {found.name for found in folder.iterdir()} == {"lock", "published.json", "w.duckdb"}


def test_a_lost_work_file_is_copied_from_the_publication(path: Path) -> None:
    shutil.rmtree(path.parent / ".w.duckdb.work")
    before = snapshot(path)
    with Warehouse.writer(path) as warehouse:
        assert sorted(warehouse.taken()) == [key(1), key(2)]
        assert not warehouse.publish()
    assert snapshot(path) == before


def test_a_damaged_work_file_is_copied_from_the_publication(path: Path) -> None:
    work = path.parent / ".w.duckdb.work" / "w.duckdb"
    work.write_bytes(work.read_bytes()[:5000])
    with Warehouse.writer(path) as warehouse:
        assert sorted(warehouse.taken()) == [key(1), key(2)]


def test_a_work_file_with_flipped_bits_is_dropped_and_the_next_load_begins_with_the_publication(path: Path) -> None:
    again = {key(1): partition(path.parent / "lake", [FIRST])}
    load(path, again, after_hours=1)
    before = path.read_bytes()
    flip(path.parent / ".w.duckdb.work" / "w.duckdb", key(1).encode())
    with pytest.raises(WarehouseError, match=r"Corrupt.*run it again"):
        load(path, again, after_hours=2)
    assert path.read_bytes() == before
    load(path, again, after_hours=2)
    assert overview(path).event_count == 2


def test_a_query_that_meets_flipped_bits_says_what_to_do(path: Path) -> None:
    flip(path, b"Strelsau Courier")
    with pytest.raises(WarehouseError, match=r"w\.duckdb: .*Corrupt.*`demarche rebuild` makes it anew"):
        query(path, "SELECT * FROM core.documents")


# --- refusals ----------------------------------------------------------------------------------------------------
def refused(path: Path, match: str) -> None:
    data = path.read_bytes() if path.is_file() else b""
    with pytest.raises(WarehouseError, match=match), Warehouse.writer(path):
        pass
    assert (path.read_bytes() if path.is_file() else b"") == data


def test_a_foreign_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("CREATE TABLE accounts (balance INTEGER)")
    refused(path, "no Demarche warehouse")
    with pytest.raises(WarehouseError, match="no Demarche warehouse"), Warehouse.writer(path, fresh=True):
        pass


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("my notes on many days")
    refused(path, "not a DuckDB file")
    with pytest.raises(WarehouseError, match="not a DuckDB file"), Warehouse.writer(path, fresh=True):
        pass


def test_a_folder_is_refused(tmp_path: Path) -> None:
    refused(tmp_path, "a folder")


def test_a_file_that_a_smaller_one_replaces_while_it_is_looked_at_is_not_cut_short(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = iter(range(10))

    @contextmanager
    def replaced_at_the_second_look(file: Path) -> Iterator[duckdb.DuckDBPyConnection]:
        with reading(file) as con:
            yield con
        if next(looks) == 1:
            (tmp_path / "smaller").write_bytes(b"another publication")
            (tmp_path / "smaller").replace(file)

    monkeypatch.setattr(publication, "reading", replaced_at_the_second_look)
    assert publication.damage(path) is None


def test_a_damaged_publication_without_a_work_file_says_what_to_do(path: Path) -> None:
    shutil.rmtree(path.parent / ".w.duckdb.work")
    data = path.read_bytes()
    path.unlink()
    path.write_bytes(data[: len(data) // 3])
    refused(path, "rebuild")
    load(path, {key(1): partition(path.parent / "lake", [FIRST])}, fresh=True)
    assert overview(path).event_count == 1


@pytest.mark.parametrize("damage", ["truncated", "junk"])
def test_where_the_writers_copy_is_lost_too_the_newest_sound_former_publication_is_gone_on_from(
    path: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    for hours in (1, 2):
        load(path, {}, emptied=[key(2)], after_hours=hours)
    first, second = publications(path)
    flip(second, b"Strelsau Courier")
    shutil.rmtree(path.parent / ".w.duckdb.work")
    data = path.read_bytes()
    path.unlink()
    path.write_bytes({"truncated": data[: len(data) // 3], "junk": b"junk" * 5000}[damage])
    with Warehouse.writer(path) as warehouse:
        assert sorted(warehouse.taken()) == [key(1), key(2)], "as the first publication, before anything was forgotten"
        assert warehouse.publish()
    assert re.search(rf"w.duckdb: .* — {first} takes its place", caplog.text)
    assert verify(path)
    assert first in publications(path)


def test_a_newer_file_is_refused(path: Path) -> None:
    tamper(path, "UPDATE meta.schema_version SET schema_version = 999")
    refused(path, r"newer Demarche \(schema 999")
    with pytest.raises(WarehouseError, match="newer"):
        overview(path)


def checksum(data: bytes) -> int:
    """As DuckDB makes it of a block (src/common/checksum.cpp)."""
    total = 5381
    for (word,) in struct.iter_unpack("<Q", data):
        total ^= word * 0xBF58476D1CE4E5B9 & 0xFFFFFFFFFFFFFFFF
    return total


def test_a_file_of_a_newer_duckdb_is_refused_and_stays(path: Path) -> None:
    data = bytearray(path.read_bytes())
    assert int.from_bytes(data[:8], "little") == checksum(bytes(data[8:4096]))
    data[12:20] = (999).to_bytes(8, "little")
    data[:8] = checksum(bytes(data[8:4096])).to_bytes(8, "little")
    path.unlink()
    path.write_bytes(data)
    refused(path, "newer DuckDB .*999.* — update Demarche")
    with pytest.raises(WarehouseError, match="newer DuckDB"):
        overview(path)
    assert path.read_bytes() == data


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("ALTER TABLE core.places ALTER latitude TYPE VARCHAR", "core.places.latitude is VARCHAR"),
        ("ALTER TABLE core.places DROP COLUMN place_type", "core.places lacks the required column place_type"),
        ("ALTER TABLE core.places ADD COLUMN mood VARCHAR", "a column mood that this version doesn't know"),
    ],
)
def test_a_file_that_can_only_be_rebuilt_says_so(path: Path, statement: str, reason: str) -> None:
    tamper(path, statement)
    refused(path, reason + ".*demarche rebuild")
    lake = path.parent / "lake"
    load(path, {key(1): partition(lake, [FIRST]), key(2): partition(lake, [SECOND])}, fresh=True)
    assert overview(path).event_count == 2


def test_an_older_file_gains_columns_tables_and_comments(path: Path) -> None:
    before = snapshot(path)
    tamper(
        path,
        "ALTER TABLE core.places DROP COLUMN latitude",
        "DROP TABLE meta.accuracy",
        "COMMENT ON TABLE core.events IS 'outdated'",
        "UPDATE meta.schema_version SET schema_version = schema_version - 1",
    )
    load(path, {}, after_hours=1)
    assert snapshot(path) == before
    assert rows(path, "SELECT count(*) > 0 FROM meta.accuracy") == [(True,)]
    (comment,) = rows(path, "SELECT comment FROM duckdb_tables() WHERE table_name = 'events'")[0]
    assert comment.startswith("One happening")


def test_a_table_that_is_gone_is_told_and_not_made_empty(path: Path) -> None:
    tamper(path, "DROP TABLE core.stories")
    with pytest.raises(WarehouseError, match=r"the table core\.stories is gone — run `demarche rebuild`"):
        load(path, {}, after_hours=1)


def test_marts_are_made_anew_when_their_sql_changed(path: Path) -> None:
    tamper(
        path,
        "DROP VIEW mart.meetings; CREATE VIEW mart.old AS SELECT 1 AS one",
        "UPDATE meta.schema_version SET mart_hash = 'other'",
    )
    load(path, {}, after_hours=1)
    assert "mart.meetings" in snapshot(path, ("mart",))
    assert "mart.old" not in snapshot(path, ("mart",))


def test_there_is_one_writer_and_the_second_is_told_who(path: Path) -> None:
    with (
        Warehouse.writer(path),
        pytest.raises(WarehouseLocked, match=r"process \d+ on \S+ is writing"),
        Warehouse.writer(path, wait_seconds=0.2),
    ):
        pass


def test_a_second_writer_waits_for_the_first(path: Path) -> None:
    program = (
        "import sys, time\nfrom demarche.warehouse import Warehouse\n"
        f"with Warehouse.writer({str(path)!r}):\n    print('held', flush=True)\n    time.sleep(1)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"
        with pytest.raises(WarehouseLocked, match=f"process {first.pid}"), Warehouse.writer(path, wait_seconds=0):
            pass
        with Warehouse.writer(path, wait_seconds=30) as warehouse:
            assert sorted(warehouse.taken()) == [key(1), key(2)]


def test_no_warehouse_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="no such warehouse"):
        overview(tmp_path / "none.duckdb")


def test_how_well_this_release_reads_stands_in_the_warehouse(tmp_path: Path) -> None:
    only = document("only", key(1))
    load(tmp_path / "w.duckdb", {key(1): partition(tmp_path / "lake", [only])})
    sql = "SELECT corpus_name, gold_count FROM meta.accuracy WHERE measure_type = 'event' AND group_name = 'all'"
    with duckdb.connect(str(tmp_path / "w.duckdb"), read_only=True) as con:
        found = dict(con.execute(sql).fetchall())
    assert set(found) == {"samples, frozen half", "samples, open half"}
    assert min(found.values()) > 100


@pytest.mark.parametrize("what", ["junk", "nothing"])
def test_where_copies_lie_beside_what_was_published_they_are_named(path: Path, what: str) -> None:
    path.unlink()
    if what == "junk":
        path.write_bytes(b"no database" * 1000)
    with pytest.raises(WarehouseError, match="any more — `demarche maintain-warehouse` publishes the writer"):
        refuse_damaged(path)
    with Warehouse.writer(path, fresh=True):  # as rebuild does, to which the message leads as well
        pass
