"""Feeds and sitemaps made to fill memory or time, read as crawls read them: in a thread, which nothing can end."""

from __future__ import annotations

import json
import subprocess
import sys

MOST_MEMORY = 500  # MB, with everything that is imported
MOST_SECONDS = 20  # of processor time; the worst that is let through takes a third of it
PROGRAM = """
import hashlib, json, sys, time
from datetime import UTC, datetime
from pathlib import Path
from demarche import sources
from demarche.records import Fetch

R, END, N = b'<rss version="2.0"><channel>', b"</channel></rss>", 150_000
ITEM = b"<item><title>Envoys met</title><link>https://a.example/%d</link><description>%s</description></item>"
WORDS = b"The ministers of both states met and spoke about water. " * 900
def attributes(count): return b" ".join(b'a%d="1"' % n for n in range(count))
def entity(use):
    return b'<?xml version="1.0"?>\\n<!DOCTYPE r [\\n<!ENTITY a "' + b"x" * 100_000 + b'">\\n]>\\n' + R + use
SHAPES = {
    "honest, 20 MB": (R + b"".join(ITEM % (n, WORDS) for n in range(400)) + END, "feed", 400),
    "nested": (R + b"<a>" * N, "feed", None),
    "nested and closed": (R + b"<a>" * N + b"</a>" * N + END, "feed", None),
    "nested items": (R + b"<item>" * N, "feed", None),
    "nested in UTF-16": ((R + b"<a>" * N).decode().encode("utf-16"), "feed", None),
    "never closed": (R + b"<item><title>x<link>https://a.example/" * N, "feed", None),
    "never closed in a description": (R + b"<item><description>" + b"<div>x" * N, "feed", None),
    "never closed in Atom": (b'<feed><entry><content type="xhtml">' + b"<div>x" * N, "feed", None),
    "empty items": (R + b"<item/>" * 8 * N + END, "feed", None),
    "attributes": (R + b"<item " + attributes(N) + b"/>" + END, "feed", None),
    "attributes of many": (R + (b"<item " + attributes(400) + b"/>") * 3_000 + END, "feed", None),
    "attributes, never closed": (R + b"<item " + attributes(N) + b">", "feed", None),
    "less-than": (R + b"<item><title>" + b"<" * 5 * N, "feed", None),
    "half tags": (R + b"<item><title>" + b"<a " * 3 * N, "feed", None),
    "closed before": (R + b"</item>" * 3 * N, "feed", None),
    "20 MB, cut off": (R + ITEM % (1, WORDS * 400), "feed", None),
    "entity of its own": (entity(b"<item><link>https://a.example/1</link><title>" + b"&a;" * 20_000), "feed", 1),
    "JSON": (b'{"version": "https://jsonfeed.org/version/1", "items": [' + b"{}," * 30 * N + b"{}]}", "feed", None),
    "sitemap, never closed": (b"<urlset>" + b"<url><loc>https://a.example/1" * N, "sitemap", 0),
    "sitemap, nested": (b"<urlset>" + b"<a>" * N, "sitemap", 0),
    "sitemap, empty": (b"<urlset>" + b"<a/>" * 25 * N, "sitemap", None),
    "sitemap, attributes": (b"<urlset><url " + attributes(N) + b"/></urlset>", "sitemap", 0),
    "sitemap, one entry": (b"<urlset><url>" + b"<loc>x</loc>" * N + b"</url></urlset>", "sitemap", 0),
    "sitemap, text": (b"<urlset><url><loc>https://a.example/" + b"x" * 50 * N + b"</loc></url></urlset>", "sitemap", 0),
}
told = {}
for name, (data, kind, _) in SHAPES.items():
    fetch = Fetch(partition_key="2020-01-02T03", source_name="s", url="https://a.example/index", raw_hash="0" * 64,
                  byte_count=len(data), kind=kind, media_type="application/xml", fetched_at=datetime.now(UTC))
    start = time.process_time()
    try:
        found, said = len(list(sources.links(fetch, data))), ""
    except sources.UnreadableIndex as error:
        found, said = None, str(error)
    told[name] = {"found": found, "wanted": SHAPES[name][2], "said": said, "seconds": time.process_time() - start}
status = Path("/proc/self/status")
peak = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM")) if status.exists() else "0 0"
print(json.dumps({"told": told, "peak": int(peak.split()[1]) * 1024 / 1e6}))
"""


def test_hostile_indexes_take_little_time_and_memory() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, timeout=300)
    said = json.loads(done.stdout)
    assert {name: one["found"] for name, one in said["told"].items()} == {
        name: one["wanted"] for name, one in said["told"].items()
    }
    assert all("https://a.example/index" in one["said"] for one in said["told"].values() if one["found"] is None)
    assert max(one["seconds"] for one in said["told"].values()) < MOST_SECONDS, said
    assert said["peak"] < MOST_MEMORY, said
