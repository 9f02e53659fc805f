"""Hundreds of files that nobody should send: each in one way broken, huge, deep, or a trap."""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import random
import socket
import zlib
from collections.abc import Iterator
from pathlib import Path

from archives import compressed, record

PROSE = "The ministers of both islands met in Suva on Monday and talked about the fish of their waters for long. "
PAGE = (
    '<html lang="en"><head><title>Ministers talk fish</title><meta name="author" content="Ann Lee"></head><body>'
    f"<h1>Ministers talk fish</h1><article>{f'<p>{PROSE * 2}</p>' * 4}</article></body></html>"
)
MILLION = 1_000_000
DEEP = 100_000

Files = Iterator[tuple[str, bytes]]


def write(folder: Path) -> list[str]:
    """Write all of them into ``folder``; the names as they were asked for."""
    names = []
    for number, (name, data) in enumerate(
        found
        for kind in (encodings, entities, markup, texts, records, tables, archives, bombs, names_of_files, mutations)
        for found in kind()
    ):  # fmt: skip
        path = folder / f"{number:04d}{name}"
        path.write_bytes(data)
        names.append(path.name)
    return names + links(folder)


def encodings() -> Files:
    text = "Über die Brücke – said Señora Núñez. Встреча министров. 日本の首相。 " * 20
    for name in ("utf-8", "utf-16", "utf-16-le", "utf-32", "cp1252", "koi8-r", "gb18030", "shift_jis", "iso2022_jp"):
        data = text.encode(name, "ignore")
        yield f"-{name}.txt", data
        yield f"-{name}-cut.txt", data[:-1] + b"\xe2"
        yield f"-{name}-odd.html", b"<p>" + data[1:]
        yield f"-{name}-marked.txt", b"\xff\xfe" + data
    for charset in ("utf-16", "utf-7", "base64", "rot13", "zip", "hex", "idna", "punycode", "unicode_escape", "x" * 40,
                    "undefined", "mbcs", "utf-8\x00", "../../etc/passwd"):  # fmt: skip
        yield "-charset.html", f'<meta charset="{charset}">{PAGE}'.encode()
    yield "-surrogates.txt", (PROSE * 3).encode() + b"\xed\xa0\x80\xed\xb0\x80" * 1000
    yield "-overlong.txt", (PROSE * 3).encode() + b"\xc0\x80\xe0\x80\x80" * 1000
    yield "-all-bytes.txt", bytes(range(256)) * 1000
    yield "-high.txt", bytes(range(128, 256)) * 5000


def entities() -> Files:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    for name in (".xml", ".html", ".xhtml", ".rss"):
        for declared, used in (
            (f'[<!ENTITY l0 "ha">{laughs}]', "&l11;"),
            ('[<!ENTITY x SYSTEM "file:///etc/passwd">]', "&x;"),
            ('SYSTEM "http://169.254.169.254/x.dtd"', "x"),
            (f'[<!ENTITY a "{"x" * 100_000}">]', "&a;" * 10_000),
        ):
            item = f"<item><title>x</title><description>{used}</description></item>"
            yield name, f'<?xml version="1.0"?><!DOCTYPE r {declared}><rss><channel>{item}</channel></rss>'.encode()
    yield "-entities.html", b"<p>" + b"&amp;&#0;&#xD800;&#x110000;&#99999999999;&nosuch;" * 50_000


def markup() -> Files:
    for tag in ("div", "b", "table", "font", "a", "blockquote", "ul><li", "svg", "details", "article", "em><strong"):
        yield f"-deep-{tag[:2]}.html", f"<html><body>{f'<{tag}>' * DEEP}{PROSE * 5}".encode()
    yield "-deep-closed.html", (b"<div>" * DEEP + PROSE.encode() * 5 + b"</div>" * DEEP)
    yield "-closing.html", PAGE.encode() + b"</div>" * DEEP
    yield "-less-than.html", b"<" * MILLION
    yield "-half-tags.html", b"<p " * MILLION
    yield "-attributes.html", f"<html><body {' '.join(f'a{n}=1' for n in range(DEEP))}><p>{PROSE * 3}".encode()
    yield "-attribute.html", f'<html><body data-x="{"y" * 4 * MILLION}"><p>{PROSE * 3}'.encode()
    yield "-comment.html", b"<html><!--" + b"x" * 3 * MILLION + PAGE.encode()
    yield "-script.html", b"<script>" + b"var a = '<p>';" * 200_000
    yield "-cdata.html", b"<html><body><![CDATA[" + b"]]" * MILLION + PAGE.encode()
    yield "-metas.html", b"<meta name='author' content='x'>" * 50_000 + PAGE.encode()
    yield "-times.html", b"<time datetime='2020-01-01'>x</time>" * 20_000 + PAGE.encode()
    yield "-headings.html", b"<h1>Talks</h1>" * 4_000 + PAGE.encode()
    yield "-links.html", b"<a href='/x'>A link to another page of news</a> " * 29_000
    yield "-table.html", b"<table>" + b"<tr><td>cell</td><td>cell</td></tr>" * 10_000
    yield "-lists.html", b"<ul>" + f"<li>{PROSE}".encode() * 20_000
    yield "-paragraphs.html", b"<article>" + f"<p>{PROSE}".encode() * 25_000
    yield "-siblings.html", f"<article>{PROSE}".encode() + b"<p>x</p>" * 14_000
    yield "-one-paragraph.html", f"<article><p>{PROSE * 20_000}".encode()
    yield "-spans.html", b"<p>" + b"<span class='date author'>x</span>" * 20_000
    yield "-classes.html", f"<p class='{' '.join(f'byline{n}' for n in range(DEEP))}'>{PROSE * 4}</p>".encode()
    for text in ("[" * DEEP, '{"a":' * DEEP, '"author":' * 90_000, '"datePublished": "' * 50_000, "null", "[[[]]]",
                 '{"@type": "Article", "headline": {"name": ["x"]}, "author": [[[]]], "datePublished": 5}',
                 '{"@graph": ' + json.dumps([{"@type": "NewsArticle", "headline": "x"}] * 20_000) + "}",
                 '{"@type": "NewsArticle", "articleBody": "' + PROSE * 8_000 + '"}',
                 '[{"@type": "Article", "author": {"@id": "#a"}}, {"@id": "#a", "author": 1}]'):  # fmt: skip
        script = f'<script type="application/ld+json">{text}</script></head>'
        yield "-json-ld.html", PAGE.replace("</head>", script).encode()
    for href in ("http://[::1", "javascript:alert(1)", "//", "http://\x00", "x" * MILLION, "http://a.example:99999/"):
        link = f'<link rel="canonical" href="{href}"><base href="{href}"></head>'
        yield "-canonical.html", PAGE.replace("</head>", link).encode()
    yield "-no-body.html", b"<html><head><title>x</title></head>"
    yield "-frames.html", b"<frameset><frame src='file:///etc/passwd'></frameset>"
    yield "-refresh.html", b"<meta http-equiv=refresh content='0;url=file:///etc/passwd'>"


def texts() -> Files:
    yield "-nulls.txt", b"\x00" * MILLION
    yield "-null-between.txt", PROSE.replace(" ", "\x00 ").encode() * 10
    yield "-line.txt", b"x" * 10 * MILLION
    yield "-words.txt", (PROSE * 9_000).encode()
    yield "-million.txt", (PROSE * 9_500)[:MILLION].encode()
    yield "-paragraphs.txt", f"{PROSE}\n\n".encode() * 1_700
    yield "-newlines.txt", b"\n" * 5 * MILLION
    yield "-returns.txt", f"{PROSE}\r".encode() * 2_000
    yield "-spaces.txt", b" " * 10 * MILLION + b"x"
    for mark in (" _a", " **a", "[a](x ", "[", "> ", "# "):
        yield "-markdown.txt", ("[a](b) " * 3 + mark * (900_000 // len(mark))).encode()
    yield "-tabs.txt", b"\t" * 500_000 + PROSE.encode() * 3
    yield "-short-lines.txt", b"a b\n" * 19_000
    yield "-wrapped.txt", "\n".join(("word and " * 8 + "of",) * 15_000).encode()
    yield "-combining.txt", ("Z" + "\u0300\u0301\u0316" * 300_000).encode()
    yield "-ligature.txt", "\ufdfa".encode() * 200_000
    yield "-direction.txt", f"\u202e{PROSE}\u202c\u2066".encode() * 500
    yield "-invisible.txt", "\u200b\ufeff\u00ad".encode() * 300_000
    yield "-emoji.txt", "\U0001f600".encode() * 200_000
    yield "-escapes.txt", f"\x1b]0;owned\x07\x1b[2J{PROSE * 3}".encode()
    for unit in ("By A B ", "a | ", "(", "[", "“", "—", "1 January 2019 ", "January ", "Monday, ", "12/11/2019 ", "A. ",
                 "a@b.c ", "http://x.example/ ", "photo: ", "© ", "<", "&", "-", ".", "?! ", "the of ", "and the ",
                 "SUVA, May 3 (AP) - ", "(AP)", "on Monday said ", "2019 ", "A-", "A B, C D and E "):  # fmt: skip
        yield "-repeated.txt", (unit * 400_000)[:200_000].encode()
        yield "-repeated-lines.txt", f"{(unit * 400)[:395]}\n".encode() * 400
    yield "-bomb.txt", gzip.compress(bytes(200 * MILLION), 9)
    yield "-zip.txt", b"PK\x03\x04" + bytes(10_000)


def records() -> Files:
    yield ".jsonl", b"[" * DEEP
    yield ".jsonl", b'{"text": ' * DEEP
    yield ".jsonl", b'{"text": ' + b"9" * DEEP + b"}"
    yield ".jsonl", b'{"text": NaN}\n{"text": Infinity}\n{"text": null}\n{"text": true}\n{}\n[]\n1\n"x"\n'
    yield ".jsonl", b"\n" * MILLION
    yield ".jsonl", b'{"a": 1}\n' * 20_000
    yield ".jsonl", json.dumps({"text": PROSE * 70_000}).encode()
    yield ".jsonl", json.dumps({"text": "x" * 9 * MILLION}).encode()
    yield ".jsonl", json.dumps({"text": PROSE * 3, "url": "http://" + "x" * MILLION, "title": "t" * MILLION}).encode()
    yield ".jsonl", json.dumps({"text": PROSE * 3, "date": "9" * 10_000, "author": [[["x"]]], "id": {"a": 1}}).encode()
    yield ".jsonl", json.dumps({"text": PROSE * 3, "published": "99999999999", "lang": "x" * 1000}).encode()
    yield ".jsonl", b'{"text": "\\ud800 half", "title": "\\udfff"}'
    yield ".jsonl", json.dumps({"html": "<div>" * 50_000 + PROSE * 4}).encode()
    yield ".json", json.dumps([{"text": PROSE}] * 500).encode()
    yield ".json", b"[" + b"{}," * 10 * MILLION + b"{}]"
    yield ".rss", b'<rss version="2.0"><channel>' + b"<item>" * MILLION
    entity = b'\n<!DOCTYPE r [\n<!ENTITY a "' + b"x" * DEEP + b'">\n]>\n<rss version="2.0"><channel><item><title>'
    yield ".rss", entity + b"&a;" * 20_000
    feed = {"version": "https://jsonfeed.org/version/1", "items": [[], 1, {"content_html": 5}]}
    yield ".json", json.dumps(feed).encode()


def tables() -> Files:
    yield ".csv", b'title,text\n"' + b"x," * MILLION
    yield ".csv", b"title,text\n" + b'"' * MILLION
    yield ".csv", (",".join(f"c{n}" for n in range(DEEP)) + "\n" + "," * DEEP).encode()
    yield ".csv", b"text\n" + b"," * MILLION
    yield ".csv", f"title,text\r=cmd|'/c calc'!A1,{PROSE * 3}\r".encode()
    yield ".csv", b"title,text\n" + b"\n" * MILLION
    yield ".csv", b"title,text\n" + f'a,"{PROSE * 3}"\n'.encode() * 200 + b'b,"never closed'
    yield ".csv", b"title,text\n" + b"a,b,c\n" * 2_000
    yield ".csv", "title,text\nä,ö\n".encode("utf-16") + b"\xff"
    yield ".csv", b"\x00" + b"text\n" + PROSE.encode()
    yield ".tsv", b"text\ttext\ttext\n" + f"\t\t{PROSE * 3}\n".encode()
    yield ".parquet", b"PAR1" + bytes(1000) + b"PAR1"
    yield ".parquet", b"PAR1" + b"\xff\xff\xff\x7fPAR1"
    import io

    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = io.BytesIO()
    pq.write_table(pa.table({"text": [PROSE] * 2_000, "n": [1] * 2_000}), sink, compression="zstd")
    good = sink.getvalue()
    chance = random.Random(5)
    for _ in range(30):
        yield ".parquet", mutated(good, chance)
    sink = io.BytesIO()
    pq.write_table(pa.table({"text": ["x" * 9 * MILLION] * 30}), sink, compression="zstd")
    yield ".parquet", sink.getvalue()


def archives() -> Files:
    page = PAGE.encode()
    good = record("https://a.example/1", page)
    yield ".warc.gz", compressed(good) + gzip.compress(b"WARC/1.0\r\nX: " + bytes(300 * MILLION), 1) + compressed(good)
    bomb = gzip.compress(bytes(300 * MILLION), 9)
    yield ".warc", record("https://a.example/2", bomb, headers="Content-Encoding: gzip\r\n") + good
    yield ".warc", good.replace(b"Content-Length: ", b"Content-Length: 99999999999") + good
    yield ".warc", good.replace(b"Content-Length: ", b"Content-Length: -") + good
    yield ".warc", good.replace(b"https://a.example/1", b"file:///etc/passwd")
    yield ".warc", good.replace(b"2018-11-06T10:00:00Z", b"the day before")
    yield ".warc", b"WARC/1.0\r\n" * DEEP
    yield ".warc.gz", b"\x1f\x8b\x08" * DEEP
    yield ".warc", b""
    chance = random.Random(6)
    for _ in range(40):
        yield ".warc", mutated(good * 3, chance)
        yield ".warc.gz", mutated(compressed(good, good, good), chance)


def bombs() -> Files:
    """Two gigabytes in two megabytes, in each place where bytes are unpacked."""
    zeros = gigabytes(2)
    good = compressed(record("https://a.example/good", PAGE.encode()))
    yield ".txt.gz", zeros
    yield "-bomb.txt", zeros
    yield "-bomb.jsonl", zeros
    yield "-bomb.parquet", b"PAR1" + zeros
    yield ".warc.gz", zeros
    yield ".warc.gz", zeros + good
    yield ".warc.gz", good + zeros + good
    yield ".warc.gz", good + gigabytes(2, b"WARC/1.0\r\nX: ") + good
    yield ".warc.gz", good + gigabytes(2, b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 2000000000\r\n\r\n")
    head = record("https://a.example/long", b"").replace(b"Content-Length: ", b"Content-Length: 2000000")
    yield ".warc.gz", gigabytes(2, head) + good
    yield ".warc.gz", gigabytes(2, b"", b"WARC/1.0\r\n\r\n\r\n") + good
    yield ".warc.gz", gzip.compress(zeros, 1) + good
    for encoding in ("gzip", "x-gzip", "deflate", "br", "gzip, gzip"):
        data = record(f"https://a.example/{encoding[-4:]}", zeros, headers=f"Content-Encoding: {encoding}\r\n")
        yield ".warc", data + record("https://a.example/behind", PAGE.encode())


def gigabytes(count: int, start: bytes = b"", filling: bytes = b"\x00") -> bytes:
    """A gzip member that unpacks to ``start`` and so many gigabytes of ``filling``."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    begin = packer.compress(start) + packer.flush(zlib.Z_FULL_FLUSH)
    block = filling * (MILLION // len(filling))
    middle = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)  # a flushed block may be said again as it is
    size = len(start) + len(block) * 1000 * count
    trailer = bytes(4) + (size % 2**32).to_bytes(4, "little")  # a false sum: to be known only behind two gigabytes
    return b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff" + begin + middle * 1000 * count + packer.flush() + trailer


def names_of_files() -> Files:
    for name in ("line\nbreak.txt", "tab\there.html", "quote'\"`.txt", "$(reboot).txt", "-rf.txt", "%s%n{0}.txt",
                 "; ls.txt", "\u202egnp.txt", "x" * 200 + ".txt", "back\\slash.txt", "<script>.html", "..txt",
                 "a b .txt", "*.txt"):  # fmt: skip
        yield name, (PAGE if name.endswith("html") else PROSE * 3).encode()


def mutations() -> Files:
    chance = random.Random(7)
    item = f"<item><title>Talks</title><link>https://a.example/1</link><description>{PROSE * 3}</description></item>"
    kinds = {
        ".html": PAGE.encode(),
        ".txt": (PROSE + "\n\n").encode() * 5,
        ".jsonl": (json.dumps({"text": PROSE * 3, "title": "Talks", "published": "2019-03-04"}) + "\n").encode() * 5,
        ".csv": b"title,text,published\n" + f'"Talks","{PROSE * 3}",2019-03-04\n'.encode() * 5,
        ".rss": f'<?xml version="1.0"?><rss version="2.0"><channel>{item * 5}</channel></rss>'.encode(),
    }
    for name, data in kinds.items():
        for _ in range(60 if name in (".html", ".txt") else 30):
            yield name, mutated(data, chance)


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Bytes with some overwritten, some doubled, and a part cut away."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 30)):
        place = chance.randrange(len(changed))
        if chance.random() < 0.3:
            changed[place : place + chance.randint(0, 200)] = b""
        elif chance.random() < 0.5:
            changed[place:place] = changed[place : place + 300]
        else:
            changed[place] = chance.randrange(256)
        if not changed:
            break
    return bytes(changed)


def links(folder: Path) -> list[str]:
    """Links, pipes and sockets; and a name that is no text."""
    made = []
    for name, target in (("passwd.txt", "/etc/passwd"), ("self.txt", "self.txt"), ("zero.txt", "/dev/zero"),
                         ("gone.txt", "nowhere"), ("up.txt", "../../../../etc/hostname"), ("loop", ".")):  # fmt: skip
        (folder / name).symlink_to(target)
        made += [name] if name != "loop" else []
    (folder / "ring-a.txt").symlink_to("ring-b.txt")
    (folder / "ring-b.txt").symlink_to("ring-a.txt")
    os.mkfifo(folder / "pipe.txt")
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as bound:  # where the path is too long for one
        bound.bind(str(folder / "socket.txt"))
        made.append("socket.txt")
    with contextlib.suppress(OSError):  # file systems that take only text
        (folder / os.fsdecode(b"\xff\xfe.txt")).write_text(PROSE * 3)
        made.append("\\udcff\\udcfe.txt")
    return [*made, "ring-a.txt", "ring-b.txt", "pipe.txt"]
