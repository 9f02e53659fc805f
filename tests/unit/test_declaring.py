"""The sources file: what is right is read, what is wrong is named by file, line and field."""

from __future__ import annotations

import pytest

from demarche.sources import KINDS
from demarche.sources.declaring import DeclarationError, read_declarations

GOOD = """# our sources
[[source]]
id = "courier"
kind = "feed"
url = "https://courier.example/world.xml"
outlet = "The Courier"
language = "en"
country = "FJI"

[[source]]
id = "archive"
kind = "jsonl"
path = "archive/2018"
columns = { text = "words", title = "caption" }
"""


def read(text: str):
    return read_declarations(text, "config/sources.toml", KINDS)


def fault(text: str) -> str:
    with pytest.raises(DeclarationError) as raised:
        read(text)
    return str(raised.value)


def test_sources_are_read_in_order():
    courier, archive = read(GOOD)
    assert (courier.id, courier.kind, courier.place) == ("courier", "feed", "https://courier.example/world.xml")
    assert courier.given == {"outlet_name": "The Courier", "language_code": "en"}
    assert courier.requests_per_second == 1
    assert archive.columns == {"text": "words", "title": "caption"}
    assert str(archive.path) == archive.place == "archive/2018"


def test_an_empty_file_has_no_sources():
    assert read("# none yet\n") == ()


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "words"),
    [
        ('kind = "feed"', 'kind = "fede"', 4, "kind", "csv, feed, folder"),
        ('id = "courier"', 'id = "The Courier"', 3, "id", "pattern"),
        ('id = "archive"', 'id = "courier"', 11, "id", "there is a source courier already"),
        ('language = "en"', 'language = "english"', 7, "language", "pattern"),
        ('country = "FJI"', 'country = "Fiji"', 8, "country", "alpha-3"),
        ("https://courier", "ftp://courier", 5, "url", "http(s)"),
        ("https://courier", "https://me:secret@courier", 5, "url", "password"),
        ("world.xml", "world news.xml", 5, "url", "http(s)"),
        ("world.xml", "\\nworld.xml", 5, "url", "http(s)"),
        ("world.xml", "\\u0000world.xml", 5, "url", "http(s)"),
        ("courier.example/", "courier.example:99999/", 5, "url", "ort out of range"),
        ("courier.example/", "courier.example:0/", 5, "url", "port 0"),
        ('outlet = "The Courier"', "outlet = 5", 6, "outlet", "string"),
        ('"archive/2018"', '""', 13, "path", "names no file"),  # not the folder that the process is in
        ('columns = { text = "words", title = "caption" }', 'columns.text = "a"\ncolumns.txt = 5', 15, "txt", "input"),
        ("text = ", "txt = ", 14, "txt", "input should be"),
        ('path = "archive/2018"', 'path = "archive/2018"\nrate = 5', 14, "rate", "is no field of a source"),
        ('path = "archive/2018"', 'path = "a"\ninclude = ["*/a/*", 1]', 14, "include", "string"),
        ('path = "archive/2018"', 'path = "a"\nis_enabled = "no"', 14, "is_enabled", "boolean"),
        ('path = "archive/2018"', 'path = "a"\nfollow = 1', 14, "follow", "boolean"),
        ('path = "archive/2018"', "", 10, "it", "needs one place"),
        ('"jsonl"\npath = "archive/2018"', '"folder"\nurl = "https://a.example"', 10, "it", "folder needs path"),
        ('path = "archive/2018"', 'urls = ["https://a.example/1", "https://a.example/2"]', 10, "it", "only archives"),
        ('path = "archive/2018"', 'urls = ["https://a.example/1", "file:///etc/passwd"]', 13, "urls", "http(s)"),
        ('path = "archive/2018"', 'path = "a"\nurls = ["https://a.example/1"]', 10, "it", "needs one place"),
    ],
)  # fmt: skip
def test_a_fault_is_named_by_file_line_and_field(old, new, line, field, words):
    said = fault(GOOD.replace(old, new))
    assert said.startswith(f"config/sources.toml, line {line}: source ")
    assert f" {field} " in said
    assert words in said


def test_all_faults_are_named_at_once():
    said = fault(GOOD.replace('"feed"', '"fede"').replace('path = "archive/2018"', ""))
    assert [line.split(":")[0] for line in said.splitlines()] == [
        "config/sources.toml, line 4", "config/sources.toml, line 10",
    ]  # fmt: skip


def test_what_is_no_toml_is_said_with_its_line():
    assert fault(GOOD + "[[source]\n").startswith("config/sources.toml, line 15: is no TOML")
    assert fault(GOOD + "[[source]]\nid =").startswith("config/sources.toml, line 16: is no TOML")


def test_what_is_no_source_is_said():
    assert "line 1: only [[source]] tables can stand here, not source_list" in fault("source_list = 1\n")
    assert "only [[source]] tables" in fault('[source]\nid = "a"\n')


def test_patterns_choose_links():
    (source,) = read(
        '[[source]]\nid="a"\nkind="feed"\nurl="http://a.example"\ninclude=["*/world/*"]\nexclude=["*video*"]\n'
    )
    wanted = [url for url in ("http://a/world/1", "http://a/sport/1", "http://a/world/video/1") if source.wants(url)]
    assert wanted == ["http://a/world/1"]
