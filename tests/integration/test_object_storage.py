"""The lake in object storage, on a real S3-compatible server that is killed, restarted and robbed of its bucket."""

from __future__ import annotations

import random
import socket
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import s3fs

from demarche import steps
from demarche.records import Document, Reject
from demarche.settings import Settings
from demarche.storage import Lake, LakeError, LakeFault
from demarche.warehouse import snapshot
from news_world import HOURS, World
from s3_server import SECRET, S3Server

KEYS = [f"2021-05-{day:02}T{hour:02}" for day in range(1, 3) for hour in range(6)]


def rejects(key: str, count: int = 2) -> list[Reject]:
    return [
        Reject(
            reject_id=f"x{key}{number}", partition_key=key, station="parse", path=f"{key}/{number}",
            reason_type="empty", reason_text="empty",
        )
        for number in range(count)
    ]  # fmt: skip


def write(lake: Lake, key: str, count: int = 2) -> None:
    lake.write("documents", key, {Reject: rejects(key, count)}, input_hash="in", code_version="1")


def test_the_whole_line_gives_the_same_as_in_a_folder(
    bucket: str, fetched: World, loaded: World, tmp_path: Path
) -> None:
    settings = Settings(data_folder=tmp_path, lake_url=f"s3://{bucket}/demarche/lake", settle_seconds=0)
    lake = Lake(settings.lake_url)
    assert lake.take_missing(Lake(fetched.settings.lake_url)) > 0
    for key in HOURS:
        steps.parse_documents(key, settings=settings)
        for index in range(steps.count_shards(key, settings=settings)):
            steps.tag_shard(key, index, settings=settings)
        steps.commit_tagged(key, settings=settings)
        steps.pair_documents(key, settings=settings)
    steps.load_warehouse(settings=settings)
    assert snapshot(settings.warehouse_path) == snapshot(loaded.settings.warehouse_path)
    assert list(tmp_path.rglob("load.*")) == []
    before = snapshot(settings.warehouse_path, ("meta",))["meta.loads"]
    steps.load_warehouse(settings=settings)
    assert snapshot(settings.warehouse_path, ("meta",))["meta.loads"] == before, "nothing is pending"
    assert steps.status(settings=settings)["not_loaded"] == 0


def test_a_server_whose_port_was_taken_meanwhile_takes_another(tmp_path: Path) -> None:
    server = S3Server(tmp_path)
    taken = server.endpoint
    with socket.socket() as other:
        other.bind(("127.0.0.1", int(taken.rpartition(":")[2])))
        try:
            server.start()
            assert server.endpoint != taken
            assert server.filesystem().cat_file("probe/object") == b"there"
        finally:
            server.remove()


def test_a_server_that_dies_in_mid_work_is_waited_for(bucket: str, s3: S3Server) -> None:
    lake = Lake(f"s3://{bucket}/lake")
    chance = random.Random(5)
    done = threading.Event()

    def disturb() -> None:
        time.sleep(chance.uniform(0.2, 1.0))
        s3.kill()
        s3.start()
        done.set()

    thread = threading.Thread(target=disturb)
    thread.start()
    written = 0
    try:
        while not done.is_set() or written < len(KEYS):
            key = KEYS[written % len(KEYS)]
            write(lake, key, 1 + written // len(KEYS) % 3)
            lake.append_journal("loads", [{"number": written}])
            written += 1
            assert lake.is_whole("documents", key)
    finally:
        thread.join()
    assert all(lake.is_whole("documents", key) for key in KEYS)
    assert sorted(lake.manifests("documents")) == KEYS
    told = Counter(row["number"] for row in lake.journal("loads"))
    assert set(told) == set(range(written)), "nothing that was acknowledged is lost"


def test_a_partition_is_listed_not_the_lake(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = Lake(f"s3://{bucket}/lake")
    asked: list[str] = []
    call = s3fs.S3FileSystem._call_s3

    async def counted(self: Any, method: str, *given: Any, **named: Any) -> Any:
        asked.append(method)
        return await call(self, method, *given, **named)

    monkeypatch.setattr(s3fs.S3FileSystem, "_call_s3", counted)
    counts = []
    for keys in (KEYS[:2], KEYS[2:9]):
        for key in keys:
            write(lake, key)
        asked.clear()
        write(lake, keys[-1], 3)
        assert lake.read(Reject, keys[-1], "documents")
        counts.append(Counter(asked))
    assert counts[0] == counts[1]
    assert sum(counts[0].values()) < 25


def test_a_bucket_that_vanishes_is_no_empty_lake(bucket: str, s3: S3Server) -> None:
    lake = Lake(f"s3://{bucket}/lake")
    write(lake, KEYS[0])
    fs = s3.filesystem()
    fs.rm(bucket, recursive=True)
    if fs.exists(bucket):
        fs.rmdir(bucket)
    for ask in (
        lambda: lake.manifests("documents"), lambda: lake.fetch_keys(), lambda: lake.manifest("documents", KEYS[0]),
        lambda: lake.get_raw("0" * 64), lambda: lake.journal("loads"), lambda: lake.append_journal("loads", [{"a": 1}]),
    ):  # fmt: skip
        with pytest.raises(LakeFault, match=f"there is no {bucket}"):
            ask()


def test_wrong_credentials_are_told_without_telling_them(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    write(Lake(f"s3://{bucket}/lake"), KEYS[0])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong-0815")
    s3fs.S3FileSystem.clear_instance_cache()
    lake = Lake(f"s3://{bucket}/lake")
    for ask in (lambda: lake.manifests("documents"), lambda: write(lake, KEYS[1]), lambda: lake.has_raw("0" * 64)):
        with pytest.raises(LakeFault, match="look at its credentials") as refused:
            ask()
        assert not any(secret in str(refused.value) for secret in ("wrong-0815", SECRET))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "nowhere")
    s3fs.S3FileSystem.clear_instance_cache()
    with pytest.raises(LakeFault, match="set AWS_ACCESS_KEY_ID"):
        Lake(f"s3://{bucket}/lake").manifests("documents")


class _Refusing(BaseHTTPRequestHandler):
    """Answers the first page of a listing, and refuses the next, for the reason ``code``."""

    code = ""

    def do_GET(self) -> None:
        keys = "".join(
            f"<Contents><Key>lake/derived/documents/{key}/manifest.json</Key><Size>2</Size></Contents>" for key in KEYS
        )
        if "list-type=2" not in self.path or "continuation-token" in self.path:
            body = f"<Error><Code>{self.code}</Code><Message>no more of it</Message></Error>"
        else:
            body = f"<ListBucketResult><IsTruncated>true</IsTruncated>{keys}<NextContinuationToken>2"
            body += "</NextContinuationToken></ListBucketResult>"
        self.send_response(403 if body.startswith("<Error") else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.mark.parametrize(("code", "said"), [("AccessDenied", "no more of it"), ("RequestTimeTooSkewed", "this clock")])
def test_a_refusal_in_mid_listing_is_never_the_end_of_it(
    code: str, said: str, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of the pages would pass for half a lake."""
    monkeypatch.setattr(_Refusing, "code", code)
    with ThreadingHTTPServer(("127.0.0.1", 0), _Refusing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
        s3fs.S3FileSystem.clear_instance_cache()
        lake = Lake(f"s3://{bucket}/lake")
        for ask in (lambda: lake.manifests("documents"), lambda: lake.fetch_keys(), lambda: lake.journal("loads")):
            with pytest.raises(LakeFault, match=f"the storage refuses it.*{said}"):
                ask()
        server.shutdown()


def test_half_an_object_is_never_taken_for_a_whole_one(bucket: str, s3: S3Server, tmp_path: Path) -> None:
    lake = Lake(f"s3://{bucket}/lake")
    write(lake, KEYS[0])
    (url,) = lake.paths(Reject, "documents", KEYS[0])
    whole = s3.filesystem().cat_file(url)
    assert Path(*lake.at_hand([url], tmp_path)).read_bytes() == whole
    s3.filesystem().pipe_file(url, whole[:-20])
    assert not lake.is_whole("documents", KEYS[0])
    with pytest.raises(LakeError, match="demarche rebuild"):
        lake.read(Reject, KEYS[0], "documents")
    with pytest.raises(LakeError, match="isn't what was written"):
        lake.at_hand([url], tmp_path)
    raw_hash = lake.put_raw(b"bytes")
    s3.filesystem().pipe_file(f"{bucket}/lake/raw/{raw_hash[:2]}/{raw_hash}.gz", b"\x1f\x8b half")
    with pytest.raises(LakeFault, match="damaged"):
        lake.get_raw(raw_hash)


def test_what_was_never_written_is_empty_not_wrong(bucket: str) -> None:
    lake = Lake(f"s3://{bucket}/lake")
    assert (lake.manifests("documents"), lake.fetch_keys(), lake.journal("loads")) == ({}, [], [])
    assert lake.read(Document, KEYS[0], "documents") == []
    assert lake.source_state("courier") is None
    assert lake.raw_sizes() == {}
    assert lake.remove_raw("0" * 64) == 0
    lake.close_ledger("rebuilt")
    lake.remove_note("tagged", KEYS[0], "1")


def test_two_writers_of_a_partition_leave_one_of_both_whole(bucket: str) -> None:
    one, other = Lake(f"s3://{bucket}/lake"), Lake(f"s3://{bucket}/lake")
    files = one._write_tables("documents", KEYS[0], {Reject: rejects(KEYS[0], 3)}, None)
    write(other, KEYS[0], 5)  # begins after the one has written, and is ready before
    assert len(one.read(Reject, KEYS[0], "documents")) == 5
    one._commit("documents", KEYS[0], files, "in", "1", {})
    assert len(one.read(Reject, KEYS[0], "documents")) == 3
    assert one.is_whole("documents", KEYS[0])
    one.sweep("documents", KEYS[0])
    assert len(one.paths(Reject, "documents", KEYS[0])) == 1
    assert len(one._objects.names(one._path("derived", "rejects", KEYS[0]))) == 1


def test_whoever_reads_while_two_write_sees_one_of_both_whole(bucket: str) -> None:
    seen: list[int] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            seen.append(len(lake.read(Reject, KEYS[0], "documents")))

    lake = Lake(f"s3://{bucket}/lake")
    write(lake, KEYS[0], 1)
    with ThreadPoolExecutor(3) as pool:
        reading = pool.submit(read)
        writers = [
            pool.submit(lambda first: [write(lake, KEYS[0], first + turn) for turn in range(8)], first)
            for first in (10, 30)
        ]
        for writer in writers:
            writer.result()
        done.set()
        reading.result()
    assert set(seen) <= {1, *range(10, 18), *range(30, 38)}
    assert len(set(seen)) > 2
