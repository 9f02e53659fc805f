from __future__ import annotations

import os
import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest

from demarche.fetching import Fetched, Known, Order, drop_folder, files, named_files, passed_over, read_file
from demarche.records import Reject

KEY = "2021-05-04T10"
ORDER = Order(partition_key=KEY, source_name="drop", max_file_bytes=1000, settle_seconds=60)
LATER = datetime(2100, 1, 1, tzinfo=UTC)


def look(folder: Path, known: Known | None = None, order: Order = ORDER, **more) -> list[Fetched | Reject]:
    return list(
        drop_folder(
            folder, order, known or Known(), now=more.pop("now", lambda: LATER), sleep=more.pop("sleep", no_sleep)
        )
    )


def no_sleep(seconds: float) -> None:
    raise AssertionError("nothing here is young")


def known_of(found: list[Fetched | Reject]) -> Known:
    fetches = [item.fetch for item in found if isinstance(item, Fetched)]
    return Known(fetches, [item for item in found if isinstance(item, Reject)])


def only_reject(found: list[Fetched | Reject]) -> Reject:
    (item,) = found
    assert isinstance(item, Reject)
    return item


def test_a_folder_too_deep_to_be_looked_into_is_told(tmp_path):
    deepest = tmp_path.joinpath(*"d" * 25)
    deepest.mkdir(parents=True)
    for folder in (deepest, tmp_path.joinpath(*"d" * 20)):
        (folder / "a.txt").write_text("Words.")
    for found in (list(named_files([tmp_path], ORDER)), look(tmp_path)):
        read, told = found
        assert isinstance(read, Fetched)
        assert "a folder within 20 others: what it holds isn't read" in only_reject([told]).reason_text


def test_files_are_read_with_their_bytes_and_kind(tmp_path):
    (tmp_path / "b.HTML").write_bytes(b"<p>x")
    (tmp_path / "a.txt").write_bytes(b"x")
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "c.jsonl").write_bytes(b"{}")
    found = look(tmp_path)
    assert [(Path(item.fetch.url).name, item.fetch.media_type, item.data) for item in found] == [
        ("a.txt", "text/plain", b"x"),
        ("b.HTML", "text/html", b"<p>x"),
        ("c.jsonl", "application/jsonl", b"{}"),
    ]
    assert {item.fetch.partition_key for item in found} == {KEY}
    assert {item.fetch.source_name for item in found} == {"drop"}
    assert sorted(path.name for path in tmp_path.rglob("*.*")) == ["a.txt", "b.HTML", "c.jsonl"]


@pytest.mark.parametrize("name", [".hidden.txt", "a.txt.tmp", "a.part", "a.txt~", "a.crdownload"])
def test_hidden_and_unfinished_files_are_passed_over(tmp_path, name):
    (tmp_path / name).write_bytes(b"x")
    assert look(tmp_path) == []


def test_hidden_folders_are_passed_over(tmp_path):
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "a.txt").write_bytes(b"x")
    assert look(tmp_path) == []


def test_a_missing_drop_folder_is_said(tmp_path):
    with pytest.raises(FileNotFoundError, match="DEMARCHE_DROP_FOLDER"):
        look(tmp_path / "none")


def test_what_is_known_is_not_fetched_again(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"x")
    (tmp_path / "big.txt").write_bytes(b"x" * 1001)
    first = look(tmp_path)
    assert len(first) == 2
    assert look(tmp_path, known_of(first)) == []


@pytest.mark.parametrize("name", ["d", "d/../d", "{root}/d", "{root}/./d", "d/a.txt"])
def test_a_file_is_known_however_it_was_named(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "a.txt").write_text("A text")
    (tmp_path / "d" / "b.txt").symlink_to("/nowhere")
    known = known_of(list(named_files([Path("d")], ORDER)))
    again = list(named_files([Path(name.format(root=tmp_path))], ORDER))
    assert again
    assert all(map(known.has, again))


def test_a_known_file_is_not_even_read(tmp_path, monkeypatch):
    (tmp_path / "a.txt").write_bytes(b"x")
    known = known_of(look(tmp_path))
    monkeypatch.setattr(files, "read_file", lambda *_, **__: pytest.fail("was read"))
    assert look(tmp_path, known) == []


def test_a_touched_file_with_the_same_bytes_is_known(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"x")
    known = known_of(look(tmp_path))
    os.utime(path, (1, 1))
    assert look(tmp_path, known) == []


def test_a_changed_file_is_fetched_again(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"x")
    known = known_of(look(tmp_path))
    (tmp_path / "a.txt").write_bytes(b"xy")
    (found,) = look(tmp_path, known)
    assert found.data == b"xy"


def test_a_young_file_that_stays_as_it_is_is_taken_after_a_second_look(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"x")
    slept = []
    found = look(tmp_path, now=lambda: datetime.now(UTC), sleep=slept.append)
    assert [item.data for item in found] == [b"x"]
    assert slept == [60]


def test_a_file_that_grows_waits_for_the_next_run_and_holds_up_no_other(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"x")
    (tmp_path / "b.txt").write_bytes(b"whole")

    def grow(_: float) -> None:
        (tmp_path / "a.txt").write_bytes(b"xy")

    found = look(tmp_path, now=lambda: datetime.now(UTC), sleep=grow)
    assert [item.data for item in found] == [b"whole"]
    assert [item.data for item in look(tmp_path, known_of(found))] == [b"xy"]


def test_a_file_that_appears_during_the_look_is_left_for_the_next_run(tmp_path, monkeypatch):
    (tmp_path / "a.txt").write_bytes(b"x")
    monkeypatch.setattr(files, "_state", lambda path: None)
    assert look(tmp_path) == []


def test_no_more_new_files_than_the_limit(tmp_path):
    for name in "abc":
        (tmp_path / f"{name}.txt").write_bytes(name.encode())
    order = Order(partition_key=KEY, source_name="drop", max_file_bytes=1000, max_files=2)
    first = look(tmp_path, order=order)
    assert [item.data for item in first] == [b"a", b"b"]
    assert [item.data for item in look(tmp_path, known_of(first), order)] == [b"c"]


# --- bad input -------------------------------------------------------------------------------------------------
def test_a_folder_named_like_a_document(tmp_path):
    (tmp_path / "x.txt").mkdir()
    (tmp_path / "x.txt" / "inside.txt").write_bytes(b"x")
    found, inside = look(tmp_path)
    assert (found.reason_type, found.path) == ("not_a_file", str(tmp_path / "x.txt"))
    assert "x.txt is a folder" in found.reason_text
    assert inside.data == b"x"


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="counts open files by /proc")
def test_what_is_no_file_is_not_left_open(tmp_path):
    (tmp_path / "folder.txt").mkdir()
    os.mkfifo(tmp_path / "pipe.txt")
    before = len(os.listdir("/proc/self/fd"))
    for name in ("folder.txt", "pipe.txt"):
        assert isinstance(read_file(tmp_path / name, ORDER), Reject)
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_named_folder_named_like_a_document(tmp_path):
    (tmp_path / "x.txt").mkdir()
    (tmp_path / "x.txt" / "inside.txt").write_bytes(b"x")
    found, inside = named_files([tmp_path / "x.txt"], ORDER)
    assert found.reason_type == "not_a_file"
    assert inside.data == b"x"


def test_what_is_passed_over_can_be_told(tmp_path):
    for name in (".hidden.txt", "a.txt", "b.txt.part", ".git/c.txt", "sub/.d.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    found = [path.relative_to(tmp_path).as_posix() for path in passed_over([tmp_path, tmp_path / "a.txt"])]
    assert found == [".git", ".hidden.txt", "b.txt.part", "sub/.d.txt"]
    assert [item.data for item in named_files([tmp_path / ".hidden.txt"], ORDER)] == [b"x"]


def test_a_pipe_does_not_hold_anything_up(tmp_path):
    os.mkfifo(tmp_path / "pipe.txt")
    assert only_reject(look(tmp_path)).reason_type == "not_a_file"


def test_a_socket_is_no_file(tmp_path):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s.txt"))
        assert only_reject(look(tmp_path)).reason_type in ("not_a_file", "unreadable")


def test_a_file_above_the_limit_is_rejected_unread(tmp_path, monkeypatch):
    with open(tmp_path / "huge.txt", "wb") as file:
        file.truncate(100_000_000)
    found = only_reject(list(named_files([tmp_path], ORDER)))
    assert found.reason_type == "too_large"
    assert "100000000 bytes" in found.reason_text


def test_a_file_at_the_limit_is_read(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"x" * 1000)
    (found,) = look(tmp_path)
    assert found.fetch.byte_count == 1000


def test_an_unreadable_file(tmp_path, monkeypatch):
    (tmp_path / "a.txt").write_bytes(b"x")
    (tmp_path / "b.txt").write_bytes(b"y")
    opened = os.open

    def refuse(path, flags, *more):
        if str(path).endswith("a.txt"):
            raise PermissionError(13, "Permission denied")
        return opened(path, flags, *more)

    monkeypatch.setattr(os, "open", refuse)
    first, second = look(tmp_path)
    assert (first.reason_type, first.reason_text) == (
        "unreadable",
        f"{tmp_path / 'a.txt'} can't be read: Permission denied",
    )
    assert second.data == b"y"


def test_a_file_that_vanishes_while_read(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    path.write_bytes(b"x")
    opened = os.open

    def vanish(name, flags, *more):
        path.unlink(missing_ok=True)
        return opened(name, flags, *more)

    monkeypatch.setattr(os, "open", vanish)
    found = only_reject(look(tmp_path))
    assert found.reason_type == "vanished"
    assert str(path) in found.reason_text


def test_a_link_inside_is_followed_and_one_that_leads_out_is_not(tmp_path):
    (tmp_path / "secret.txt").write_bytes(b"secret")
    folder = tmp_path / "drop"
    folder.mkdir()
    (folder / "a.txt").write_bytes(b"x")
    (folder / "in.txt").symlink_to("a.txt")
    (folder / "out.txt").symlink_to("../secret.txt")
    (folder / "outside").symlink_to("..")
    first, inside, outside = look(folder)
    assert (first.data, inside.data) == (b"x", b"x")
    assert outside.reason_type == "not_a_file"
    assert "leads out" in outside.reason_text


def test_a_dangling_link_has_vanished(tmp_path):
    (tmp_path / "a.txt").symlink_to("nowhere.txt")
    assert only_reject(look(tmp_path)).reason_type == "vanished"


def test_a_name_that_is_no_text_can_be_stored(tmp_path):
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt"))
    path.write_bytes(b"x")
    (found,) = look(tmp_path)
    found.fetch.url.encode("utf-8")
    assert look(tmp_path, known_of([found])) == []


# --- named files -----------------------------------------------------------------------------------------------
def test_named_files_are_taken_at_once_as_they_were_given(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("a.txt").write_bytes(b"x")
    Path("folder").mkdir()
    Path("folder/b.txt").write_bytes(b"y")
    found = list(named_files([Path("folder"), Path("a.txt"), Path("none.txt")], ORDER))
    assert [item.fetch.url for item in found[:2]] == ["folder/b.txt", "a.txt"]
    assert (found[2].reason_type, found[2].path) == ("vanished", "none.txt")


def test_a_named_link_is_followed(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"x")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "link.txt").symlink_to(tmp_path / "a.txt")
    found = read_file(tmp_path / "sub" / "link.txt", ORDER)
    assert isinstance(found, Fetched)


def test_links_that_lead_in_a_ring_stop_no_other(tmp_path):
    (tmp_path / "a.txt").symlink_to("b.txt")
    (tmp_path / "b.txt").symlink_to("a.txt")
    (tmp_path / "c.txt").write_text("Words.", encoding="utf-8")
    found = list(named_files([tmp_path], ORDER))
    assert [getattr(item, "reason_type", None) for item in found] == ["unreadable", "unreadable", None]
