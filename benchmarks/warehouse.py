"""What a load costs as the warehouse grows.

    python -m benchmarks.warehouse [--sizes 100000 1000000] [--new 10000] [--repeat 3] [--folder FOLDER] [--keep FOLDER]

A month of invented news is written as the stations leave it and loaded: as many reports as the first size says, in half
as many articles, one in ten a reprint, about pairs of states of which a few are in the news all the time. Larger
warehouses are that month with copies of it before it, month by month. Into each the same day's reports are loaded by
the loader itself: with the events that they touch, participants, links, revisions and checks.

Prints, for each size, medians of the processor's seconds and of the clock's for the load, and apart for publishing
(checkpoint and copy), the size of the file and the events that the load touched; then ``load growth RATIO``, the last
size's load to the first one's by the processor's seconds, and the exponent that it amounts to.
"""

from __future__ import annotations

import argparse
import math
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import duckdb

from demarche import codebook, ontology
from demarche.records import Document, Mention, Record, Reject, Report, ReportParticipant, record_id
from demarche.settings import Settings, load_settings
from demarche.steps import load_warehouse, pair_documents
from demarche.steps.ledgers import code_version, open_lake, warehouse_of
from demarche.warehouse import Warehouse, overview

FIRST_DAY = date(2024, 5, 1)
DAYS = 30
WORDS = [f"{a}{b}{c}" for a in ("har", "mel", "tov", "sin", "bra") for b in ("bo", "ga", "ri", "tu") for c in
         ("ur", "en", "ast", "ick", "olm", "eda", "ins", "oth")]  # fmt: skip
ACTS = (
    ("CONSULT", None, "met"), ("CONSULT", "visit", "visited"), ("CONSULT", "phone", "called"),
    ("SUPPORT", None, "signed"), ("SANCTION", "expel", "expelled"), ("ACCUSE", None, "accused"),
    ("THREATEN", None, "threatened"), ("AID", None, "sent aid to"), ("REQUEST", None, "asked"),
)  # fmt: skip


class News:
    """Articles of a day: what happened, told several times, each time in other words."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._states = [row["iso3"] for row in codebook.table("countries")][:150]
        self._weights = [1 / (place + 1) for place in range(len(self._states))]
        self._seed = seed
        self._count = 0

    def day(self, key: str, reports: int) -> dict[type[Record], list[Any]]:
        kinds = (Document, Reject, Mention, Report, ReportParticipant)
        rows: dict[type[Record], list[Any]] = {kind: [] for kind in kinds}
        today = date.fromisoformat(key[:10])
        happenings = [self._happening(today) for _ in range(max(2, reports // 3))]
        while len(rows[Report]) < reports:
            chosen = self._random.choices(happenings, k=2)
            sentences = [self._sentence(happening) for happening in chosen]
            body = " ".join([*sentences, *self._random.choices(WORDS, k=30)])
            for _ in range(2 if self._random.random() < 0.1 else 1):
                self._print(rows, key, body, list(zip(chosen, sentences, strict=True)))
        return rows

    def _happening(self, today: date) -> tuple[Any, ...]:
        event_type, mode, verb = self._random.choice(ACTS)
        one, other = "", ""
        while one == other:
            one, other = self._random.choices(self._states, self._weights, k=2)
        start = today - timedelta(days=self._random.choice((0, 0, 1, 1, 2, 9)))
        status = "occurred"
        if self._random.random() < 0.2:
            status, start = "planned", today + timedelta(days=self._random.randint(1, 20))
        return event_type, mode, verb, one, other, None if self._random.random() < 0.1 else start, status

    def _sentence(self, happening: tuple[Any, ...]) -> str:
        _, _, verb, one, other, *_ = happening
        return f"{one} {verb} {other} over {' '.join(self._random.choices(WORDS, k=6))}."

    def _print(self, rows: dict[type[Record], list[Any]], key: str, body: str, told: list[tuple[Any, str]]) -> None:
        self._count += 1
        today, source = date.fromisoformat(key[:10]), f"Paper {self._random.randint(1, 300)}"
        name = (self._seed, key, self._count)
        of = Document(
            document_id=record_id("d", *name), article_id=record_id("a", *name), partition_key=key,
            source_id=record_id("o", source), source_name=source, path=f"{source}/{self._count}", title=body[:60],
            lead=body[:200], body=body, published_date=today, published_rule="metadata",
            fetched_at=datetime(today.year, today.month, today.day, 12, tzinfo=UTC), language_code="en",
            content_hash=record_id("c", body), raw_hash=record_id("x", *name),
        )  # fmt: skip
        rows[Document].append(of)
        place = 0
        for (event_type, mode, verb, one, other, start, status), sentence in told:
            category = ontology.fold(event_type, status)
            report = Report(
                report_id=record_id("r", *name, place), document_id=of.document_id, partition_key=key, load_date=today,
                event_type=event_type, status_type=status, mode_type=mode, plover_type=category, start_date=start,
                end_date=start, date_precision_type="day" if start else "unknown", sentence_text=sentence,
                quad_type=ontology.quad_type(category) if category else None,
                sentence_start_offset=place, sentence_end_offset=place + len(sentence), trigger_text=verb,
                trigger_start_offset=place + 4, trigger_end_offset=place + 4 + len(verb), confidence_score=0.7,
                coding_rule="invented", coder_version="1", anchor_date=today,
            )  # fmt: skip
            rows[Report].append(report)
            for ordinal, (code, offset) in enumerate(((one, 0), (other, 5 + len(verb)))):
                where = {"start_offset": place + offset, "end_offset": place + offset + 3, "text": code, "name": code}
                rows[ReportParticipant].append(
                    ReportParticipant(
                        report_id=report.report_id, partition_key=key, load_date=today, ordinal=ordinal,
                        role_type="recipient" if ordinal else "actor", entity_id=code, entity_type="state",
                        country_code=code, **where,
                    )
                )  # fmt: skip
                rows[Mention].append(
                    Mention(
                        mention_id=record_id("m", report.report_id, ordinal), document_id=of.document_id,
                        partition_key=key, mention_type="state", entity_id=code, country_code=code, link_rule="name",
                        link_score=1.0, **where,
                    )
                )  # fmt: skip
            place += len(sentence) + 1


def write_partition(settings: Settings, key: str, rows: dict[type[Record], list[Any]]) -> None:
    """What parsing, tagging and pairing would leave in the lake."""
    lake = open_lake(settings)
    parsed = lake.write(
        "documents", key, {Document: rows[Document], Reject: []}, input_hash=key, code_version="1",
        counts={"found": len(rows[Document])},
    )  # fmt: skip
    tagged: dict[type[Record], list[Any]] = {kind: rows[kind] for kind in (Mention, Report, ReportParticipant)}
    version = code_version("tagged", settings)
    lake.write("tagged", key, tagged, input_hash=parsed.output_hash, code_version=version)
    pair_documents(key, settings=settings)


def keys() -> Iterator[str]:
    for day in range(DAYS + 1):
        yield f"{FIRST_DAY + timedelta(days=day)}T06"


# --- larger warehouses -------------------------------------------------------------------------------------------
_SAME = {"entity_id", "place_id", "source_id", "agency_id", "load_id", "organisation_id"}
_TABLES = (
    "core.documents", "core.stories", "core.story_documents", "core.mentions", "core.reports",
    "core.report_participants", "core.events", "core.readable_events", "core.event_reports", "core.event_participants",
    "core.event_pairs", "core.event_statuses", "core.event_links", "stage.signatures", "stage.pairs",
    "meta.event_revisions", "stage.story_clusters", "stage.event_clusters", "stage.block_seats", "stage.event_keys",
)  # fmt: skip


def _shifted(name: str, kind: str, months: int) -> str:
    """A column's value in a copy so many months earlier. The first digits of ids are others in each."""
    if name in ("cluster_number", "coding_number"):
        return f"({name} & {2**44 - 1}) | (((({name} >> 44) + {months * 257}) % 65536) << 44) AS {name}"
    if name == "block_number":
        return f"CASE WHEN month_date = DATE '1900-01-01' THEN {name} // 2 + {months} ELSE {name} END AS {name}"
    if name == "month_date":
        return f"greatest(CAST({name} - INTERVAL {months} MONTH AS DATE), DATE '1900-01-01') AS {name}"
    if (name.endswith("_id") and name not in _SAME) or name == "content_hash":
        digits = f"to_hex((CAST('0x' || substr({name}, 2, 4) AS BIGINT) + {months * 257}) % 65536)"
        return f"left({name}, 1) || lower(lpad({digits}, 4, '0')) || substr({name}, 6) AS {name}"
    if name.endswith("_key") and kind == "VARCHAR":
        day = f"CAST(left({name}, 10) AS DATE) - INTERVAL {months} MONTH"
        return f"strftime({day}, '%Y-%m-%d') || substr({name}, 11) AS {name}"
    if kind == "DATE":
        return f"CAST({name} - INTERVAL {months} MONTH AS DATE) AS {name}"
    return f"{name} - INTERVAL {months} MONTH AS {name}" if kind.startswith("TIMESTAMP") else name


def enlarge(path: Path, months: int) -> None:
    """Put copies of a warehouse's month before it, the earliest first, so that it is of so many months."""
    con = duckdb.connect(str(path))
    con.execute("SET TimeZone = 'UTC'; SET preserve_insertion_order = true; SET memory_limit = '5GB'; SET threads = 2")
    for table in _TABLES:
        columns = con.execute(f"SELECT column_name, column_type FROM (DESCRIBE {table})").fetchall()
        if not columns:
            continue
        con.execute(f"CREATE OR REPLACE TEMP TABLE month AS FROM {table}")
        con.execute(f"TRUNCATE {table}")
        for ago in range(months - 1, -1, -1):
            chosen = ", ".join(_shifted(name, kind, ago) if ago else name for name, kind in columns)
            con.execute(f"INSERT INTO {table} SELECT {chosen} FROM month")
        con.execute("DROP TABLE month")
        con.execute("CHECKPOINT")
    con.close()


# --- measuring ---------------------------------------------------------------------------------------------------
def load(settings: Settings) -> dict[str, float]:
    """Seconds that loading what is pending takes, without and for publishing."""
    with Warehouse.writer(warehouse_of(settings), keep=0):
        pass  # of a file, the writer's own copy is there from now on
    told: dict[str, float] = {}
    publish = Warehouse.publish

    def timed(warehouse: Warehouse) -> bool:
        told["load"], told["load_clock"] = time.process_time() - start, time.monotonic() - clock
        began, clock_began = time.process_time(), time.monotonic()
        is_done = publish(warehouse)
        told["publish"], told["publish_clock"] = time.process_time() - began, time.monotonic() - clock_began
        return is_done

    Warehouse.publish = timed  # type: ignore[method-assign]
    try:
        start, clock = time.process_time(), time.monotonic()
        done = load_warehouse(settings=settings)
    finally:
        Warehouse.publish = publish  # type: ignore[method-assign]
    return told | {"revisions": done.details.get("revisions", 0)}


def settings_of(folder: Path, name: str) -> Settings:
    return load_settings(lake_url=str(folder / "lake"), warehouse_path=folder / name, kept_publications=0)


def prepare(folder: Path, reports: int, new: int) -> None:
    """A loaded month of so many reports, ``month.duckdb``, its journal apart, and a day's reports to be loaded."""
    settings, news = settings_of(folder, "month.duckdb"), News(1)
    *month, last_day = keys()
    for key in month:
        write_partition(settings, key, news.day(key, reports // DAYS))
    print(f"a month of {reports} reports: {load(settings)['load']:.1f} s of the processor", flush=True)
    shutil.copytree(folder / "lake" / "journal", folder / "journal")
    write_partition(settings, last_day, News(2).day(last_day, new))


def cost(folder: Path, months: int, repeat: int, keep: Path | None) -> float:
    """Seconds of the processor that loading the day takes into so many months. The enlarged file is linked to, not
    copied, for each load: it is replaced by a load, and never written into."""
    large, kept = folder / f"{months}.duckdb", folder / f"{months}.kept"
    shutil.copyfile(folder / "month.duckdb", kept)
    kept.chmod(0o644)
    began = time.monotonic()
    enlarge(kept, months)
    size, enlarged = kept.stat().st_size, time.monotonic() - began
    runs = []
    for _ in range(repeat):
        for former in (folder / f".{large.name}.work", folder / "lake" / "journal"):
            shutil.rmtree(former, ignore_errors=True)
        shutil.copytree(folder / "journal", folder / "lake" / "journal")
        large.unlink(missing_ok=True)
        large.hardlink_to(kept)
        runs.append(load(settings_of(folder, large.name)))
    found = {name: median(run[name] for run in runs) for name in runs[0]}
    held = overview(large)
    print(
        f"{held.report_count:>9} reports: load {found['load']:.1f} s ({found['load_clock']:.1f} by the clock), "
        f"publishing {found['publish']:.1f} s ({found['publish_clock']:.1f}), {size / 2**20:.0f} MB, made in "
        f"{enlarged:.0f} s, {held.event_count} events, {found['revisions']:.0f} revised",
        flush=True,
    )
    shutil.rmtree(folder / f".{large.name}.work", ignore_errors=True)
    if keep:
        shutil.move(large, keep / large.name)
    for path in (large, kept):
        path.unlink(missing_ok=True)
    return found["load"]


def measure(folder: Path, sizes: list[int], new: int, repeat: int, keep: Path | None) -> None:
    prepare(folder, sizes[0], new)
    costs = [cost(folder, max(1, round(size / sizes[0])), repeat, keep) for size in sizes]
    print(f"load growth {costs[-1] / costs[0]:.2f}")
    if sizes[-1] > sizes[0]:
        print(f"exponent {math.log(costs[-1] / costs[0]) / math.log(sizes[-1] / sizes[0]):.2f}")


def options(description: str | None) -> argparse.ArgumentParser:
    """What is asked for where loads into warehouses of several sizes are measured."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--new", type=int, default=10_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where there is room for a few copies of the largest")
    return parser


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--keep", type=Path, help="a folder to leave the warehouses in")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.folder) as name:
        measure(Path(name), asked.sizes, asked.new, asked.repeat, asked.keep)


if __name__ == "__main__":
    sys.exit(main())
