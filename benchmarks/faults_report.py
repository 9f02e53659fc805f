"""Write docs/faults.md from what `python -m benchmarks.faults` found.

python -m benchmarks.faults_report [--results FILE] [--target docs/faults.md]
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.faults import ARTICLES, FAULTS, LIMIT, RANDOM, RESULTS, ROOT, WINDOW
from ops.services import HEALING

TARGET_SECONDS = 120.0

HEAD = """# When parts die

*Measured by `python -m benchmarks.faults`, written by `python -m benchmarks.faults_report`; nobody edits this page.*

A fault is done to a running chain, in mid-task, and nobody helps: what ends is started again, as a container engine
or systemd does it, and the rest is left to Airflow's settings (`HEALING` in [ops/services.py](../ops/services.py)), to
the tasks' retries and to the ledgers. Each round drops {articles} articles and starts the chain for them; seconds are
counted from the fault until all of them are in the published warehouse. *Undisturbed* is what the same takes from that
moment on without a fault. All parts, both databases and two Celery workers share the {cores} processor cores of one
machine with other work{load}.
"""
MEANINGS = {
    "worker killed": "`kill -9` of a Celery worker and its supervisors; the task itself goes on as an orphan, and its "
    "retry runs beside it: the lake's locks and the warehouse's lock keep them apart, and both do the same",
    "scheduler killed": "`kill -9`; running tasks go on, and the next scheduler adopts them (LocalExecutor: they end, "
    "and are tried again)",
    "API server killed": "`kill -9`; tasks wait for the next one with what they have to report",
    "DAG processor killed": "`kill -9`; nothing waits for it",
    "triggerer killed": "`kill -9`; only overdue notices wait for it",
    "PostgreSQL restarted": "a fast shutdown, and a new start",
    "PostgreSQL killed": "`kill -9`, recovery from its log",
    "Redis restarted": "a shutdown, and a new start from its append-only file",
    "Redis killed": "`kill -9`; a lost message is sent again after {queued} s",
    "all of these at once": "all parts of Airflow but the workers killed, and both databases restarted",
    "two loads at once": "`demarche load-warehouse` by hand while the DAG loads: one waits for the other's lock",
    "document that kills the parser": "each attempt ends by SIGSEGV until the third sets the document aside",
    "document that kills the model": "each attempt ends by SIGSEGV until the third sets the document aside",
}


def report(results: Path, target: Path) -> None:
    rows = [json.loads(line) for line in results.read_text().splitlines()]
    busy = _load(rows)  # of rows that were kept before it was noted, unknown
    load = "" if busy == "–" else f": {busy} processes wanted them while this was measured (the load's median)"
    nice = {row.get("nice", 0) for row in rows if "fault" in row} - {0}
    load += f", and these parts went before the others (a niceness of {max(nice)})" if nice and max(nice) < 0 else ""
    parts = [HEAD.format(articles=ARTICLES, cores=os.cpu_count(), load=load)]
    for executor, title in (("celery", "PostgreSQL, Redis and two Celery workers"), ("local", "LocalExecutor, SQLite")):
        rounds = [row for row in rows if row["executor"] == executor and "fault" in row]
        ends = [row for row in rows if row["executor"] == executor and "same" in row]
        if rounds:
            parts += [f"## {title}\n", _single(rounds), _random(rounds), _ends(rounds, ends)]
    target.write_text("\n".join(filter(None, parts)))


def _single(rounds: list[dict[str, Any]]) -> str:
    lines = [
        "| fault | while | tasks with another try | seconds | undisturbed |",
        "| --- | --- | --- | --: | --: |",
    ]
    for fault in dict.fromkeys((fault.name, fault.task_id) for fault in FAULTS if fault.name != "nothing"):
        same = [row for row in rounds if (row["fault"], row["moment"]) == fault]
        normal = [row for row in rounds if (row["fault"], row["moment"]) == ("nothing", fault[1])]
        if same:
            tries = sorted({told.replace(" tries", "") for row in same for told in row["happened"] if "tries" in told})
            lines.append(
                f"| {fault[0]} | `{fault[1]}` | {', '.join(tries) or 'none'} | {_seconds(same)} | {_seconds(normal)} |"
            )
    meant = [name for name in MEANINGS if any(row["fault"] == name for row in rounds)]
    queued = HEALING["AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT"]
    return "\n".join([*lines, "", *(f"- **{name}:** {MEANINGS[name].format(queued=queued)}." for name in meant), ""])


def _random(rounds: list[dict[str, Any]]) -> str:
    kills = [row for row in rounds if row["fault"] == RANDOM.name]
    if not kills:
        return ""
    healed = [row for row in kills if row["loaded_after"] is not None and row["loaded_after"] <= TARGET_SECONDS]
    whole = [row for row in rounds if row["fault"] == "nothing" and row["moment"].endswith("after the start")]
    undisturbed = f" A whole run without a kill takes {_seconds(whole)} s." if whole else ""
    lines = [
        f"### {len(kills)} random kills",
        "",
        f"A part chosen by chance is killed (`kill -9`) at a random moment of the first {WINDOW:.0f} seconds of a run. "
        f"{len(healed)} of {len(kills)} were healed within {TARGET_SECONDS:.0f} s.{undisturbed}",
        "",
        "| killed | times | seconds, median | longest | load, median |",
        "| --- | --: | --: | --: | --: |",
    ]
    for victim in sorted({row["happened"][0] for row in kills}):
        same = [row for row in kills if row["happened"][0] == victim]
        longest = [row["loaded_after"] for row in same]
        told = "not healed" if None in longest else f"{max(longest):.0f}"
        lines.append(f"| {victim} | {len(same)} | {_seconds(same)} | {told} | {_load(same)} |")
    return "\n".join([*lines, ""])


def _ends(rounds: list[dict[str, Any]], ends: list[dict[str, Any]]) -> str:
    failures = [failure for row in rounds for failure in row["read_failures"]]
    same = sum(end["same"] for end in ends)
    documents = sum(end["documents"] for end in ends)
    compared = (
        f"- Runs whose end was compared: {len(ends)}, with {documents} documents. `core` and `mart` were those of one "
        f"undisturbed process over the same raw bytes in {same} of them."
    )
    lines = [
        compared if ends else "- What it ended with was not compared: the run was broken off.",
        "- The published file was opened five times a second during all rounds; "
        + (f"{len(failures)} times it could not be read: {failures[0]}" if failures else "it could be read each time."),
    ]
    lines += [
        f"- **Wrong:** {told} (after {row['fault']} at a load of {_load([row])}; waited for {LIMIT:.0f} s)."
        for row in rounds
        for told in row["happened"]
        if "documents instead" in told or told == "not healed"
    ]
    return "\n".join([*lines, ""])


def _seconds(rows: list[dict[str, Any]]) -> str:
    known = [row["loaded_after"] for row in rows if row["loaded_after"] is not None]
    return f"{median(known):.0f}" if known else "–"


def _load(rows: list[dict[str, Any]]) -> str:
    known = [row["load"] for row in rows if row.get("load") is not None]
    return f"{median(known):.0f}" if known else "–"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=Path, default=RESULTS, help="what the runs found")
    parser.add_argument("--target", type=Path, default=ROOT / "docs" / "faults.md", help="the page to write")
    asked = parser.parse_args()
    report(asked.results, asked.target)


if __name__ == "__main__":
    main()
