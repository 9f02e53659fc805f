"""How long typical questions take, and how large the file is.

    python -m benchmarks.questions WAREHOUSE [--make EVENTS] [--repeat 5]

Asks a warehouse ten questions over its marts, warm, through one connection: medians of the processor's seconds. Those
that are bounded by a date are asked in turn of the same rows sorted by hand, with the ratio of both; a month's meetings
both of all events and of a table of meetings alone. Then the size of the file over that of the same rows in Parquet
with zstd. `benchmarks.warehouse --keep FOLDER` leaves warehouses to ask, and ``--make`` makes one of so many invented
events over ten years (ten millions: 8 minutes and 25 GB of disk).
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from statistics import median

import duckdb

from benchmarks.large_warehouse import make

QUESTIONS = {
    "a pair's months": "FROM mart.dyad_months WHERE pair_code = $pair ORDER BY month_date",
    "a pair's events of a month": "FROM mart.dyads WHERE pair_code = $pair AND start_date BETWEEN $first AND $last",
    "meetings of a month": "FROM mart.meetings WHERE start_date BETWEEN $first AND $last",
    "events of a day": "FROM mart.events WHERE start_date = $first",
    "upcoming": "FROM mart.upcoming ORDER BY start_date LIMIT 100",
    "an event": "FROM mart.events WHERE event_id = $event",
    "its claims": "FROM mart.claims WHERE event_id = $event",
    "its evidence": "FROM mart.evidence WHERE event_id = $event",
    "words in a month's evidence": "FROM mart.evidence WHERE load_date BETWEEN $first AND $last "
    "AND contains(sentence_text, 'harbour')",
    "counts by month and type": "SELECT date_trunc('month', start_date), event_type, status_type, count(*), "
    "avg(goldstein_value) FROM mart.events GROUP BY ALL",
}
BY_HAND = {  # question → what is sorted, by what, and the question to it
    "meetings of a month": (
        (
            "all events",
            "FROM mart.events ORDER BY start_date",
            "SELECT {columns} FROM sorted.by_hand WHERE start_date BETWEEN $first AND $last "
            "AND event_type = 'CONSULT' AND status_type = 'occurred'",
        ),
        (
            "meetings alone",
            "FROM mart.meetings ORDER BY start_date",
            "FROM sorted.by_hand WHERE start_date BETWEEN $first AND $last",
        ),
    ),
    "events of a day": (
        ("all events", "FROM mart.events ORDER BY start_date", "FROM sorted.by_hand WHERE start_date = $first"),
    ),
    "words in a month's evidence": (
        (
            "all evidence",
            "FROM mart.evidence ORDER BY load_date",
            "FROM sorted.by_hand WHERE load_date BETWEEN $first AND $last AND contains(sentence_text, 'harbour')",
        ),
    ),
}


def seconds(con: duckdb.DuckDBPyConnection, asked: list[str], values: dict[str, object], repeat: int) -> list[float]:
    """Medians of the processor's seconds of each of these questions, asked in turn after a first round."""
    runs: list[list[float]] = [[] for _ in asked]
    for _ in range(repeat + 1):
        for took, sql in zip(runs, asked, strict=True):
            given = of(con, sql, values)
            start = time.process_time()
            con.execute(sql, given).fetchall()
            took.append(time.process_time() - start)
    return [median(took[1:]) for took in runs]


def of(con: duckdb.DuckDBPyConnection, sql: str, values: dict[str, object]) -> dict[str, object]:
    """Those of the values that the question names."""
    wanted = con.extract_statements(sql)[0].named_parameters
    return {name: value for name, value in values.items() if name in wanted}


def asked_for(con: duckdb.DuckDBPyConnection) -> dict[str, object]:
    """What the questions ask for: the pair that is in the news most, the event that is, and that event's month."""
    (pair,) = con.execute("SELECT pair_code FROM mart.dyads GROUP BY ALL ORDER BY count(*) DESC LIMIT 1").fetchall()[0]
    event, first = con.execute(
        "SELECT event_id, date_trunc('month', start_date) FROM core.events WHERE start_date IS NOT NULL "
        "ORDER BY report_count DESC, event_id LIMIT 1"
    ).fetchall()[0]
    return {"pair": pair, "event": event, "first": first, "last": first.replace(day=28)}


def ask(path: Path, repeat: int) -> None:
    con = duckdb.connect(config={"threads": 2})
    con.execute(f"ATTACH '{path}' AS warehouse (READ_ONLY)")
    con.execute("USE warehouse")
    values = asked_for(con)
    count = con.execute("SELECT count(*) FROM core.events").fetchall()[0][0]
    print(f"{count} events")
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        con.execute(f"ATTACH '{folder}/sorted.duckdb' AS sorted (STORAGE_VERSION 'v1.5.0')")
        for name, sql in QUESTIONS.items():
            (took,) = seconds(con, [sql], values, repeat)
            print(f"{name:>28}: {took:.3f} s", flush=True)
            columns = ", ".join(column for column, *_ in con.execute(sql, of(con, sql, values)).description)
            for what, rows, by_hand in BY_HAND.get(name, ()):
                con.execute(f"CREATE OR REPLACE TABLE sorted.by_hand AS {rows}")
                con.execute("CHECKPOINT sorted")
                mart, hand = seconds(con, [sql, by_hand.format(columns=columns)], values, repeat)
                said = f"{what}, sorted by hand: {mart:.3f} s beside {hand:.3f} s"
                print(f"{'':>28}  {said}, ratio {mart / max(hand, 1e-4):.1f}", flush=True)
        size = 0
        tables = con.execute(
            "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE database_name = 'warehouse'"
        ).fetchall()
        for (table,) in tables:
            file = Path(folder) / "table.parquet"
            con.execute(f"COPY {table} TO '{file}' (FORMAT parquet, COMPRESSION zstd)")
            size += file.stat().st_size
    whole = path.stat().st_size
    print(f"file {whole / 2**20:.0f} MB, Parquet {size / 2**20:.0f} MB, ratio {whole / size:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("warehouse", type=Path)
    parser.add_argument("--make", type=int, metavar="EVENTS", help="make it first; it must not be there")
    parser.add_argument("--repeat", type=int, default=5)
    asked = parser.parse_args()
    if asked.make:
        make(asked.warehouse, asked.make)
    ask(asked.warehouse, asked.repeat)


if __name__ == "__main__":
    main()
