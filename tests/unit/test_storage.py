from __future__ import annotations

import errno
import os
import re
import threading
import time
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demarche import records
from demarche.records import Document, Event, Fetch, Mention, Reject, Report, Signature, record_id
from demarche.storage import (
    Backup,
    Lake,
    LakeError,
    LakeFault,
    Manifest,
    arrow_schema,
    from_parquet,
    objects,
    parquet_bytes,
)

KEY = "2021-05-04T10"
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
INSTANTS = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
DAYS = st.dates(date(1900, 1, 1), date(2100, 1, 1))

DOCUMENTS = st.builds(
    Document,
    document_id=WORDS, article_id=WORDS, partition_key=st.just(KEY), source_id=WORDS, source_name=WORDS, path=WORDS,
    title=st.none() | WORDS, body=WORDS, published_date=st.none() | DAYS, published_at=st.none() | INSTANTS,
    published_rule=WORDS, fetched_at=INSTANTS, content_hash=WORDS, raw_hash=WORDS,
    field_rules=st.dictionaries(WORDS, WORDS, max_size=3),
)  # fmt: skip
SIGNATURES = st.builds(
    Signature,
    document_id=WORDS, partition_key=st.just(KEY), source_id=WORDS, content_hash=WORDS, shingle_count=st.integers(0, 9),
    shingle_hashes=st.lists(st.integers(0, 2**63 - 1)).map(tuple),
    sample_hashes=st.lists(st.integers(0, 2**32)).map(tuple),
)  # fmt: skip


def reject(path: str = "a.txt", station: str = "parse") -> Reject:
    return Reject(
        reject_id=record_id("x", station, path), partition_key=KEY, station=station, path=path,
        reason_type="empty", reason_text=f"{path} is empty",
    )  # fmt: skip


def fetch(url: str, data_hash: str = "0" * 64, key: str = KEY) -> Fetch:
    return Fetch(
        partition_key=key, source_name="drop", url=url, raw_hash=data_hash, byte_count=1, media_type="text/plain",
        fetched_at=datetime(2021, 5, 4, 11, tzinfo=UTC),
    )  # fmt: skip


@pytest.fixture(params=["folder", "memory"])
def lake(request, tmp_path) -> Lake:
    return Lake(str(tmp_path / "lake") if request.param == "folder" else f"memory://{tmp_path.name}")


def write(lake: Lake, paths: list[str], input_hash: str = "in", **more) -> Manifest:
    rows = [reject(path) for path in paths]
    return lake.write("documents", KEY, {Reject: rows}, input_hash=input_hash, code_version="1", **more)


# --- Parquet ---------------------------------------------------------------------------------------------------
@given(st.lists(DOCUMENTS, max_size=4))
def test_documents_come_back_as_they_went(rows):
    assert from_parquet(Document, parquet_bytes(Document, rows)) == rows


@given(st.lists(SIGNATURES, max_size=4))
def test_signatures_come_back_as_they_went(rows):
    assert from_parquet(Signature, parquet_bytes(Signature, rows)) == rows


@given(st.lists(DOCUMENTS, max_size=4))
@settings(max_examples=20)
def test_the_same_rows_are_the_same_bytes(rows):
    assert parquet_bytes(Document, rows) == parquet_bytes(Document, [row.model_copy(deep=True) for row in rows])


def test_every_record_has_a_schema_with_its_descriptions():
    kinds = [kind for kind in vars(records).values() if isinstance(kind, type) and hasattr(kind, "table")]
    assert len(kinds) > 15
    for kind in kinds:
        assert arrow_schema(kind).names == list(kind.model_fields)
    assert arrow_schema(Report).field("trigger_text").metadata[b"description"].startswith(b"The word")


def test_schema_types():
    schema = arrow_schema(Event)
    assert schema.field("actor_names").type == pa.list_(pa.field("item", pa.string(), nullable=False))
    assert schema.field("start_date").type == pa.date32()
    assert schema.field("report_count").type == pa.int64()
    assert schema.field("goldstein_value").nullable
    assert not schema.field("event_id").nullable
    assert arrow_schema(Document).field("fetched_at").type == pa.timestamp("us", tz="UTC")
    assert arrow_schema(Mention).field("link_score").type == pa.float64()


def test_an_instant_is_kept_in_utc_whatever_its_zone():
    there = datetime(2021, 5, 4, 12, tzinfo=timezone(timedelta(hours=9)))
    row = fetch("a").model_copy(update={"fetched_at": there})
    assert from_parquet(Fetch, parquet_bytes(Fetch, [row]))[0].fetched_at == there


def test_an_instant_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        parquet_bytes(Fetch, [fetch("a").model_copy(update={"fetched_at": datetime(2021, 5, 4)})])


def test_columns_that_a_former_version_did_not_write_have_their_default():
    table = pa.Table.from_pylist([reject().model_dump(exclude={"position"})])
    sink = pa.BufferOutputStream()
    pa.parquet.write_table(table, sink)
    assert from_parquet(Reject, sink.getvalue().to_pybytes()) == [reject()]


# --- raw bytes -------------------------------------------------------------------------------------------------
def test_raw_bytes_come_back_and_are_kept_once(lake):
    first, again = lake.put_raw(b"some bytes"), lake.put_raw(b"some bytes")
    assert first == again
    assert lake.get_raw(first) == b"some bytes"


def test_missing_raw_bytes_are_named(lake):
    with pytest.raises(LakeError, match=f"{'a' * 64}.*gone"):
        lake.get_raw("a" * 64)


def test_a_path_is_no_hash(lake):
    with pytest.raises(LakeError, match="no name in the lake"):
        lake.get_raw("../../etc/passwd")


@pytest.mark.parametrize("damage", [b"", b"junk", b"\x1f\x8b\x08\x00"])
def test_damaged_raw_bytes_are_named(tmp_path, damage):
    lake = Lake(str(tmp_path))
    raw_hash = lake.put_raw(b"some bytes")
    path = tmp_path / "raw" / raw_hash[:2] / f"{raw_hash}.gz"
    path.write_bytes(damage)
    with pytest.raises(LakeError, match=raw_hash):
        lake.get_raw(raw_hash)


def test_bytes_of_another_hash_are_refused(tmp_path):
    lake = Lake(str(tmp_path))
    one, two = lake.put_raw(b"one"), lake.put_raw(b"two")
    place = [tmp_path / "raw" / name[:2] / f"{name}.gz" for name in (one, two)]
    place[1].write_bytes(place[0].read_bytes())
    with pytest.raises(LakeError, match="hash"):
        lake.get_raw(two)


# --- fetch log -------------------------------------------------------------------------------------------------
def test_the_fetch_log_is_appended_to(lake):
    lake.append_fetches([fetch("b")])
    before = lake.log_hash(KEY)
    lake.append_fetches([fetch("a"), fetch("c", key="2021-05-04T11")], [reject("d.txt", "fetch")])
    assert [line.url for line in lake.fetches(KEY)] == ["a", "b"]
    assert [line.path for line in lake.fetch_rejects(KEY)] == ["d.txt"]
    assert lake.fetch_keys() == [KEY, "2021-05-04T11"]
    assert [line.url for line in lake.all_fetches()] == ["a", "b", "c"]
    assert lake.log_hash(KEY) != before


def test_appending_the_same_again_changes_nothing(lake):
    lake.append_fetches([fetch("a"), fetch("b")])
    before = lake.log_hash(KEY)
    lake.append_fetches([fetch("b"), fetch("a")])
    assert lake.log_hash(KEY) == before


# --- derived ---------------------------------------------------------------------------------------------------
def test_a_partition_is_replaced_whole(lake):
    write(lake, ["a", "b"])
    second = write(lake, ["c"], input_hash="other")
    assert [row.path for row in lake.read(Reject, KEY, "documents")] == ["c"]
    assert lake.manifest("documents", KEY) == second
    assert len(lake.paths(Reject, "documents", KEY)) == 1


def test_the_order_of_rows_does_not_matter(lake):
    assert write(lake, ["a", "b"]).output_hash == write(lake, ["b", "a"]).output_hash


def test_former_files_are_removed(tmp_path):
    lake = Lake(str(tmp_path))
    write(lake, ["a"])
    (old,) = lake.paths(Reject, "documents", KEY)
    write(lake, ["b"])
    (new,) = lake.paths(Reject, "documents", KEY)
    assert not Path(old).exists()
    assert Path(new).exists()


def test_stations_share_a_table_without_touching_each_other(lake):
    write(lake, ["a"])
    lake.write("tagged", KEY, {Reject: [reject("a")]}, input_hash="in", code_version="1")
    lake.write("tagged", KEY, {Reject: []}, input_hash="in", code_version="1")
    assert [row.path for row in lake.read(Reject, KEY, "documents")] == ["a"]
    assert lake.read(Reject, KEY, "tagged") == []
    assert lake.paths(Reject, "tagged", KEY) == []


def test_a_large_table_has_several_files(lake):
    manifest = write(lake, list("abcde"), rows_per_file=2)
    assert manifest.tables["rejects"].row_counts == (2, 2, 1)
    parts = [lake.read(Reject, KEY, "documents", index) for index in range(3)]
    assert [row for part in parts for row in part] == lake.read(Reject, KEY, "documents")


def test_nothing_is_read_of_a_station_that_was_not_there(lake):
    assert lake.read(Reject, KEY, "tagged") == []
    assert lake.manifest("tagged", KEY) is None
    assert lake.manifests("tagged") == {}


def test_shards_are_seen_only_after_the_commit(lake):
    versions = {"input_hash": "in", "code_version": "1"}
    lake.write_shard("tagged", KEY, 1, {Reject: [reject("b")]}, counts={"read": 2}, **versions)
    assert lake.read(Reject, KEY, "tagged") == []
    with pytest.raises(LakeError, match="shard is missing"):
        lake.commit("tagged", KEY, 2, **versions)
    lake.write_shard("tagged", KEY, 0, {Reject: [reject("a")]}, counts={"read": 3}, **versions)
    manifest = lake.commit("tagged", KEY, 2, **versions)
    assert {row.path for row in lake.read(Reject, KEY, "tagged")} == {"a", "b"}
    assert manifest.counts == {"read": 5}
    assert lake.commit("tagged", KEY, 2, **versions) == manifest


def test_writing_a_partition_leaves_staged_shards_alone(lake):
    versions = {"input_hash": "new", "code_version": "1"}
    lake.write_shard("tagged", KEY, 0, {Reject: [reject("a")]}, **versions)
    lake.write("tagged", KEY, {Reject: [reject("old")]}, input_hash="old", code_version="1")
    lake.commit("tagged", KEY, 1, **versions)
    assert [row.path for row in lake.read(Reject, KEY, "tagged")] == ["a"]


@pytest.mark.parametrize("damage", [b"", b"PAR1", b"junk" * 100])
def test_a_damaged_table_is_named(tmp_path, damage):
    lake = Lake(str(tmp_path))
    write(lake, ["a"])
    (path,) = lake.paths(Reject, "documents", KEY)
    Path(path).write_bytes(damage)
    with pytest.raises(LakeError, match="not a table of rejects"):
        lake.read(Reject, KEY, "documents")


def test_a_foreign_table_is_named(tmp_path):
    lake = Lake(str(tmp_path))
    write(lake, ["a"])
    (path,) = lake.paths(Reject, "documents", KEY)
    Path(path).write_bytes(parquet_bytes(Fetch, [fetch("a")]))
    with pytest.raises(LakeError, match="not a table of rejects"):
        lake.read(Reject, KEY, "documents")


def test_a_missing_table_is_named(tmp_path):
    lake = Lake(str(tmp_path))
    write(lake, ["a"])
    os.remove(lake.paths(Reject, "documents", KEY)[0])
    with pytest.raises(LakeError, match="missing"):
        lake.read(Reject, KEY, "documents")


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda file: file.unlink(), "is gone"),
        (lambda file: file.write_bytes(file.read_bytes()[:-9]), "isn't what was written"),
        (lambda file: file.write_bytes(file.read_bytes().replace(b"PAR1", b"PAR2")), "isn't what was written"),
        (lambda file: file.write_bytes(parquet_bytes(Fetch, [fetch("a")])), "isn't what was written"),
        (lambda file: (file.unlink(), file.mkdir()), "can't be read"),
    ],
    ids=["missing", "truncated", "flipped", "foreign", "folder"],
)
def test_a_damaged_file_is_named_and_its_station_can_be_made_to_take_it_again(tmp_path, damage, told):
    lake = Lake(str(tmp_path))
    manifest = write(lake, ["a"])
    (path,) = lake.paths(Reject, "documents", KEY)
    assert lake.at_hand([path], tmp_path) == [path]
    assert (lake.damage("documents", KEY), lake.damage("tagged", KEY)) == (None, None)
    damage(Path(path))
    assert re.match(f"{re.escape(path)}: {told}", lake.damage("documents", KEY))
    with pytest.raises(LakeError, match=told):
        lake.at_hand([path], tmp_path)
    lake.distrust("documents", KEY)
    lake.distrust("tagged", KEY)
    assert lake.manifest("documents", KEY) == manifest.model_copy(update={"code_version": ""})
    assert lake.taken_keys("documents") == list(lake.manifests("documents")) == [KEY]
    assert lake.manifest("tagged", KEY) is None


def test_a_full_disk_is_told_with_the_place(tmp_path, monkeypatch):
    def full_disk(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OSError, match="No space") as told:
        Lake(str(tmp_path)).put_raw(b"bytes")
    assert told.value.filename.startswith(str(tmp_path))


def test_a_killed_write_leaves_the_former_partition(tmp_path, monkeypatch):
    lake = Lake(str(tmp_path))
    before = write(lake, ["a"])

    def full_disk(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full_disk)
    with pytest.raises(OSError, match="No space"):
        write(lake, ["b"])
    monkeypatch.undo()
    assert lake.manifest("documents", KEY) == before
    assert [row.path for row in lake.read(Reject, KEY, "documents")] == ["a"]
    assert not list(tmp_path.rglob(".*.tmp"))


@pytest.mark.parametrize("key", ["", "2021-05-04", "../x", "2021-05-04T10\n"])
def test_only_hours_are_keys(lake, key):
    with pytest.raises(LakeError, match="2018-11-06T14"):
        lake.write("documents", key, {}, input_hash="", code_version="")


def test_an_unknown_protocol_is_said(tmp_path):
    with pytest.raises(LakeError, match="DEMARCHE_LAKE_URL"):
        Lake("nosuch://x/y")


@pytest.mark.parametrize("url", ["s3://key:kept-4711@bucket/lake", "s3://k:4711/@b/x"])
def test_an_address_with_a_password_is_refused_without_telling_it(url):
    for make in (Lake, Backup):
        with pytest.raises(LakeFault, match="holds a password") as told:
            make(url)
        assert "4711" not in str(told.value)


@pytest.mark.parametrize("url", ["s3://", "s3:///lake"])
def test_an_address_without_a_bucket_is_no_empty_lake(url):
    with pytest.raises(LakeFault, match="names no bucket"):
        Lake(url)


# --- journal ---------------------------------------------------------------------------------------------------
def test_the_journal_keeps_the_order(lake):
    for number in range(12):
        lake.append_journal("loads", [{"number": number, "on": date(2021, 5, 4)}])
    lake.append_journal("loads", [])
    assert [row["number"] for row in lake.journal("loads")] == list(range(12))
    assert lake.journal("loads")[0]["on"] == "2021-05-04"
    assert lake.journal("revisions") == []


# --- a backup --------------------------------------------------------------------------------------------------
@pytest.fixture(params=["folder", "memory"])
def backup(request, tmp_path) -> Backup:
    return Backup(str(tmp_path / "backup") if request.param == "folder" else f"memory://{tmp_path.name}-backup/")


def test_what_a_lake_lacks_is_taken_and_nothing_twice(lake, backup):
    raw_hash = lake.put_raw(b"bytes")
    lake.append_fetches([fetch("a.txt", raw_hash)])
    lake.append_journal("loads", [{"load_id": "l1"}])
    write(lake, ["derived.txt"])
    assert backup.lake.take_missing(lake) == 3
    assert backup.lake.take_missing(lake) == 0
    lake.append_journal("loads", [{"load_id": "l2"}])
    assert backup.lake.take_missing(lake) == 1
    assert backup.lake.get_raw(raw_hash) == b"bytes"
    assert backup.lake.journal("loads") == lake.journal("loads")
    assert backup.lake.fetches(KEY) == lake.fetches(KEY)
    assert backup.lake.manifest("documents", KEY) is None


def test_what_is_remembered_of_sources_is_as_new_in_the_backup_and_never_older_in_the_lake(lake, backup):
    lake.put_source_state("courier", "{}")
    backup.lake.take_missing(lake)
    lake.put_source_state("courier", '{"declared": "anew"}')
    assert [backup.lake.take_source_states(lake) for _ in range(2)] == [1, 0]
    assert backup.lake.source_state("courier") == '{"declared": "anew"}'
    lake.put_source_state("courier", "{}")
    assert lake.take_missing(backup.lake) == 0
    assert lake.source_state("courier") == "{}"


def test_files_are_kept_whole_and_come_back(backup, tmp_path):
    path, back = tmp_path / "w.duckdb", tmp_path / "back.duckdb"
    for name in ("1.duckdb", "2.duckdb", "3.duckdb"):
        path.write_bytes(name.encode() * 1000)
        assert backup.keep(path, name)
        assert not backup.keep(path, name)
    backup.expire(2)
    assert backup.names() == ["2.duckdb", "3.duckdb"]
    backup.fetch(None, back)
    assert back.read_bytes() == b"3.duckdb" * 1000
    backup.fetch("2.duckdb", back)
    assert back.read_bytes() == b"2.duckdb" * 1000
    with pytest.raises(LakeError, match=r"no warehouse 1.duckdb — there are: 2.duckdb, 3.duckdb"):
        backup.fetch("1.duckdb", back)


def test_a_file_whose_copying_was_cut_short_is_none(tmp_path):
    backup = Backup(str(tmp_path / "backup"))
    with pytest.raises(LakeError, match="it has none"):
        backup.fetch(None, tmp_path / "back")
    (tmp_path / "w").write_bytes(b"whole")
    backup.keep(tmp_path / "w", "1")
    (tmp_path / "backup/warehouse/2").write_bytes(b"ha")
    assert backup.names() == ["1"]
    (tmp_path / "backup/warehouse/1").write_bytes(b"else")
    with pytest.raises(LakeError, match="isn't what was backed up"):
        backup.fetch(None, tmp_path / "back")


def test_a_backup_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "w").write_bytes(b"whole")
    (tmp_path / "backup").mkdir()
    (tmp_path / "backup" / "warehouse").mkdir()
    (tmp_path / "backup" / "warehouse" / "1").mkdir()
    with pytest.raises(LakeError, match="not written"):
        Backup(str(tmp_path / "backup")).keep(tmp_path / "w", "1")


# --- object storage that fails -----------------------------------------------------------------------------------
class _Flaky:
    """An object store that answers with these errors first."""

    protocol = "s3"

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.asked = 0

    def _answer(self) -> bytes:
        self.asked += 1
        if self.errors:
            raise self.errors.pop(0)
        return b"{}"

    def cat_file(self, path: str) -> bytes:
        return self._answer()

    def ls(self, path: str, **_: object) -> list[str]:
        self._answer()
        return [f"{path}/b", f"{path}/a", f"{path}/.c"]

    def exists(self, path: str) -> bool:
        return path == "bucket"


class _Unheard(Exception):
    """As S3's clients have them: of no common class."""


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    slept: list[float] = []
    monkeypatch.setattr("tenacity.nap.time.sleep", slept.append)
    return slept


def test_trouble_that_passes_is_asked_again(patience: list[float]) -> None:
    fs = _Flaky(ConnectionResetError("reset"), TimeoutError(), _Unheard("503 Slow Down"))
    assert objects._Store(fs, "bucket/lake", "s3://bucket/lake").names("bucket/lake/raw") == ["a", "b"]
    assert (fs.asked, len(patience)) == (4, 3)


def test_trouble_that_stays_is_told(patience: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "PATIENCE_SECONDS", 0.0)
    store = objects._Store(_Flaky(_Unheard("no route\nto host")), "bucket/lake", "s3://bucket/lake")
    with pytest.raises(LakeError, match=r"bucket/lake/x: the storage can't be reached \(no route\)") as told:
        store.get("bucket/lake/x")
    assert not isinstance(told.value, ValueError), "a later attempt may help"


def test_credentials_that_nobody_gave_are_asked_for_at_once(patience: list[float]) -> None:
    class NoCredentialsError(Exception):
        """As botocore has it."""

    fs = _Flaky(NoCredentialsError("Unable to locate credentials"))
    with pytest.raises(LakeFault, match=r"nobody says who asks.*set AWS_ACCESS_KEY_ID"):
        objects._Store(fs, "bucket/lake", "s3://bucket/lake").get("bucket/lake/x")
    assert (fs.asked, patience) == (1, [])


def test_a_name_that_can_not_be_is_told_at_once(patience: list[float]) -> None:
    class ParamValidationError(Exception):
        """As botocore has it."""

    refused = (ParamValidationError("failed:\nInvalid bucket name"), OSError(errno.EINVAL, "Invalid bucket name"))
    for fs in map(_Flaky, refused):
        with pytest.raises(LakeFault, match=r"can't have such a name \(.*Invalid bucket name\)"):
            objects._Store(fs, "b", "s3://b").names("b/raw")
        assert (fs.asked, patience) == (1, [])


@pytest.mark.parametrize("method", ["names", "get"])
def test_a_refusal_in_mid_listing_is_not_an_empty_list(method: str, patience: list[float]) -> None:
    fs = _Flaky(PermissionError("RequestTimeTooSkewed"))
    with pytest.raises(LakeFault, match=r"RequestTimeTooSkewed.*this clock"):
        getattr(objects._Store(fs, "bucket/lake", "s3://bucket/lake"), method)("bucket/lake/raw")
    assert (fs.asked, patience) == (1, [])


def test_what_is_missing_is_told_from_a_missing_bucket(patience: list[float]) -> None:
    there = objects._Store(_Flaky(*[FileNotFoundError("x")] * 2), "bucket/lake", "s3://bucket/lake")
    assert there.names("bucket/lake/raw") == []
    with pytest.raises(FileNotFoundError, match="bucket/lake/y"):
        there.get("bucket/lake/y")
    gone = objects._Store(_Flaky(FileNotFoundError("NoSuchBucket")), "gone/lake", "s3://gone/lake")
    with pytest.raises(LakeFault, match="there is no gone"):
        gone.names("gone/lake/raw")


def test_who_waits_for_another_run_says_for_whom(tmp_path, caplog):
    lake = Lake(str(tmp_path))
    with lake.one_run():
        waiting = threading.Thread(target=lambda: lake.one_run().__enter__())
        waiting.start()
        for _ in range(200):
            if caplog.messages:
                break
            time.sleep(0.05)
    waiting.join(10)
    assert caplog.messages == [f"{tmp_path}/run.lock: process {os.getpid()} holds it; this one waits its turn"]
