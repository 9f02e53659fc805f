"""What all checks of quality cost over a large warehouse, and how that grows.

    python -m benchmarks.checks [--small 100000] [--large 1000000] [--repeat 3]

Two warehouses are made up in SQL: as many events as asked for, 2,000 a day from 120 sources, each told by one report of
a document of its own, with two participants and eight mentions. Every check runs as it does daily, in a guarded process
of its own over the file. Prints the median processor seconds of each check and of all over both, start of the process
included, and their ratios; and of all the seconds of the clock, which other work on the machine lengthens.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import duckdb

from demarche import codebook
from demarche.ontology import EVENT_TYPES
from demarche.records import QualityCheck
from demarche.warehouse import load_checks, run_checks
from demarche.warehouse.connection import STORAGE
from tests.quarter_world import LAST_DAY, fill

TEXTS_A_DAY, SOURCES, MENTIONS_MORE = 2_000, 120, 6
MORNING_AFTER = datetime(LAST_DAY.year, LAST_DAY.month, LAST_DAY.day, 4, 30, tzinfo=UTC) + timedelta(days=1)
DRAWN = "CREATE TEMP MACRO drawn(number, salt, choices) AS CAST(hash(number, salt) % choices AS BIGINT)"
TEXTS = """
CREATE TEMP TABLE texts AS
SELECT
    md5(CAST(number AS VARCHAR)) AS n, 'Courier ' || number % $sources AS source_name,
    'o' || md5(source_name) AS source_id,
    CAST($last_day AS DATE) - CAST(number // $texts_a_day AS INTEGER) AS load_date,
    lpad(CAST(number % 24 AS VARCHAR), 2, '0') AS hour, load_date || 'T' || hour AS partition_key,
    load_date - CAST(drawn(number, 0, 10) = 0 AS INTEGER) AS published_date,
    1000 + drawn(number, 1, 3000) AS body_length, 'en' AS language_code,
    $types[drawn(number, 2, len($types)) + 1] AS event_type,
    if(drawn(number, 3, 6) = 0, 'planned', 'occurred') AS status_type,
    published_date + if(status_type = 'planned', 40, -1) AS start_date,
    $countries[drawn(number, 4, len($countries)) + 1] AS actor,
    $countries[drawn(number, 5, len($countries)) + 1] AS recipient, drawn(number, 6, 5) > 0 AS is_linked
FROM range($texts) AS numbers(number)
"""
LIKE_REAL_ONES = """
UPDATE core.reports SET
    sentence_text = rpad('They met. ' || report_id, 160, ' and said so'), sentence_end_offset = 160;
INSERT INTO core.mentions SELECT m.* REPLACE (mention_id || '_' || i AS mention_id)
    FROM core.mentions AS m, range($more) AS r(i) WHERE start_offset = 0
"""


def warehouse(path: Path, texts: int) -> dict[str, str]:
    """Make a warehouse of so many texts at ``path``; what the lake would offer for it."""
    made_up = {
        "texts": texts, "texts_a_day": TEXTS_A_DAY, "sources": SOURCES, "last_day": LAST_DAY, "types": EVENT_TYPES,
        "countries": [row["iso3"] for row in codebook.table("countries")],
    }  # fmt: skip
    config = {"storage_compatibility_version": STORAGE, "memory_limit": "3GB", "preserve_insertion_order": "false"}
    with duckdb.connect(str(path), config=config) as con:
        con.execute("SET TimeZone = 'UTC'")
        con.execute(DRAWN)
        con.execute(TEXTS, made_up)
        fill(con)
        con.execute(LIKE_REAL_ONES, {"more": MENTIONS_MORE})
        return dict(con.execute("SELECT partition_key, input_hash FROM meta.partitions").fetchall())


def seconds(path: Path, check: QualityCheck, lake: dict[str, str], repeat: int) -> tuple[float, float]:
    """The medians of what a check takes of the processors and of the clock, in seconds. Ends the program when it can't
    be run."""
    taken, passed = [], []
    for _ in range(repeat):
        before, begun = processor_seconds(), time.perf_counter()
        (result,) = run_checks(path, MORNING_AFTER, checks=[check], lake_partitions=lake)
        taken.append(processor_seconds() - before)
        passed.append(time.perf_counter() - begun)
        if result.outcome_type == "broken":
            raise SystemExit(result.message_text)
    return median(taken), median(passed)


def processor_seconds() -> float:
    """What the processes that were started and have ended took."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", type=int, default=100_000)
    parser.add_argument("--large", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=3)
    asked = parser.parse_args()
    checks = load_checks()
    with tempfile.TemporaryDirectory() as folder:
        found = []
        for number, texts in enumerate((asked.small, asked.large)):
            path = Path(folder) / f"{number}.duckdb"
            lake = warehouse(path, texts)
            found.append([seconds(path, check, lake, asked.repeat) for check in checks])
    print(f"{'seconds':<28} {asked.small:>9} {asked.large:>9}  ratio")
    for check, (small, _), (large, _) in zip(checks, *found, strict=True):
        print(f"{check.check_id:<28} {small:9.2f} {large:9.2f} {large / small:6.1f}")
    for name, kind in (("all", 0), ("all_by_the_clock", 1)):
        small, large = (sum(one[kind] for one in of_size) for of_size in found)
        print(f"{name:<28} {small:9.2f} {large:9.2f} {large / small:6.1f}")


if __name__ == "__main__":
    main()
