"""How much memory a web archive takes: fetching and parsing one of a gigabyte, each in a process of its own.

    python -m benchmarks.archive [FILE.warc.gz] [--gigabytes 1] [--page-kilobytes 100]

Without a file it makes one, of pages with as much furniture around their text as news pages have, in a folder that is
removed afterwards. Prints seconds and the peak of resident memory of each step. A gigabyte takes some minutes.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter

from demarche import steps
from demarche.settings import Settings

KEY = "2018-11-06T14"
WORDS = ("minister", "talks", "border", "treaty", "summit", "island", "delegation", "agreement", "embassy", "envoy",
         "fisheries", "customs", "bridge", "visit", "capital", "council", "statement", "parliament", "trade", "railway",
         "harbour", "quota", "grain", "water", "power")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archive", nargs="?", type=Path, help="a web archive; default: one is made")
    parser.add_argument("--gigabytes", type=float, default=1.0, help="of the one that is made")
    parser.add_argument("--page-kilobytes", type=int, default=100, help="of each of its pages")
    asked = parser.parse_args()
    if asked.archive and not asked.archive.is_file():
        sys.exit(f"{asked.archive}: no such file")
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_folder=Path(folder))
        path = asked.archive or made(Path(folder) / "news.warc", asked.gigabytes, asked.page_kilobytes)
        print(f"{path.stat().st_size / 1e9:.2f} GB")
        for name, step in (("fetch", fetch), ("parse", parse)):
            count, seconds, peak = alone(step, path, settings)
            print(f"{name}  {count:7d}  {seconds:7.1f} s  {count / seconds:7.1f} a second  peak {peak:5.0f} MB")


def fetch(path: Path, settings: Settings) -> int:
    return steps.fetch_documents(KEY, inputs=[path], settings=settings).written


def parse(path: Path, settings: Settings) -> int:
    return steps.parse_documents(KEY, settings=settings).written


def alone(step: Callable[[Path, Settings], int], path: Path, settings: Settings) -> tuple[int, float, float]:
    """What a step answers, its seconds, and its process's peak of resident memory in MB."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(measured, step, path, settings).result()


def measured(step: Callable[[Path, Settings], int], path: Path, settings: Settings) -> tuple[int, float, float]:
    start = perf_counter()
    count = step(path, settings)
    unit = 1 if sys.platform == "darwin" else 1024
    return count, perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def made(path: Path, gigabytes: float, page_kilobytes: int) -> Path:
    """An archive of invented pages."""
    chance = random.Random(7)
    with path.open("wb") as file:
        number = 0
        while file.tell() < gigabytes * 1e9:
            file.write(record(f"https://outlet{number % 50}.example/2018/11/06/{number}", page(chance, page_kilobytes)))
            number += 1
    return path


def page(chance: random.Random, kilobytes: int) -> bytes:
    def sentence() -> str:
        return "The " + " ".join(chance.choices(WORDS, k=chance.randint(9, 22))) + " of the two states."

    body = "".join(f"<p>{' '.join(sentence() for _ in range(3))}</p>" for _ in range(chance.randint(6, 20)))
    links = "".join(f'<li><a href="/{chance.random()}">{sentence()[:50]}</a></li>' for _ in range(60))
    head = f"<title>{sentence()}</title><meta property='article:published_time' content='2018-11-06T09:00:00Z'>"
    script = f"<script>var data = '{chance.randbytes(max(0, kilobytes - 25) * 500).hex()}';</script>"
    return f"<html><head>{head}{script}</head><body><ul>{links}</ul><article>{body}</article></body></html>".encode()


def record(url: str, body: bytes) -> bytes:
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + body
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2018-11-06T10:00:00Z\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(answer)}\r\n\r\n"
    )
    return head.encode() + answer + b"\r\n\r\n"


if __name__ == "__main__":
    main()
