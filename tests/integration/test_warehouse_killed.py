"""A writer that is killed at any moment leaves a whole published file, and the next one goes on where it was."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from demarche.warehouse import Warehouse, overview, query, snapshot
from warehouse_world import document, key, load, partition

KILLS = 6

_ENDLESS = """
import sys
sys.path.insert(0, sys.argv[2])
from pathlib import Path
from warehouse_world import document, key, load, partition
path, number = Path(sys.argv[1]), int(sys.argv[3])
print("begins", flush=True)
while True:
    number += 1
    name = key(number % 20, day=5 + number // 20 % 20)
    load(path, {name: partition(path.parent / "lake", [document(str(number), name)])}, after_hours=number)
"""


def test_a_killed_writer_leaves_a_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    load(path, {key(1): partition(tmp_path / "lake", [document("first", key(1))])})
    chosen = random.Random(7)
    for number in range(KILLS):
        command = [sys.executable, "-c", _ENDLESS, str(path), str(Path(__file__).parents[1]), str(number * 40)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "begins\n"
            time.sleep(chosen.uniform(0.02, 1.5))
            writer.send_signal(signal.SIGKILL)
        found = overview(path)
        assert found.event_count == found.document_count == found.report_count > 0
        assert query(path, "SELECT count(*) FROM mart.evidence").rows == [(found.event_count,)]
    with Warehouse.writer(path, wait_seconds=0) as warehouse:
        taken = warehouse.taken()
        warehouse.publish()
    assert overview(path).partition_count == len(taken)
    assert len(snapshot(path)["mart.events"]) == len(taken)
    assert not list(tmp_path.glob(".*.tmp.*"))
