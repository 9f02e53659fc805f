"""Hundreds of hostile files: each becomes an article or a reject with its reason, and nothing else happens."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import hostile
from demarche.records import Document, Reject
from demarche.settings import Settings
from demarche.steps.ingestion import parse_fetch
from demarche.storage import Lake

KEY = "2021-06-10T10"
MOST_MEMORY = 1_000  # MB
PROGRAM = """
import json, resource, sys
from pathlib import Path
from demarche import steps
from demarche.settings import Settings
settings = Settings(data_folder=Path(sys.argv[1]), settle_seconds=0, document_seconds=40)
fetched, parsed = steps.fetch_documents(KEY, settings=settings), steps.parse_documents(KEY, settings=settings)
if Path("/proc/self/status").exists():  # ru_maxrss keeps what the process was forked from
    lines = Path("/proc/self/status").read_text().splitlines()
    peak = int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) * 1024 / 1e6
else:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
print(json.dumps({"read": fetched.read, "written": parsed.written, "rejected": parsed.rejected, "peak": peak}))
"""


def test_hostile_files_become_articles_or_rejects(tmp_path: Path) -> None:
    drop = tmp_path / "drop"
    drop.mkdir()
    names = hostile.write(drop)
    assert len(names) > 400
    # In a process of its own: what these files took to make isn't what it takes to read them.
    done = subprocess.run(
        [sys.executable, "-c", f"KEY = {KEY!r}\n{PROGRAM}", str(tmp_path)], capture_output=True, text=True, check=True
    )
    said = json.loads(done.stdout)
    lake = Lake(str(tmp_path / "lake"))
    documents, rejects = lake.read(Document, KEY, "documents"), lake.read(Reject, KEY, "documents")
    assert (len(documents), len(rejects)) == (said["written"], said["rejected"])
    told = {Path(row.path).name for row in (*documents, *rejects)}
    fetches = lake.fetches(KEY)
    read = {Path(fetch.url).name for fetch in fetches}
    in_archives = {Path(fetch.given_values["archive"]).name for fetch in fetches if fetch.given_values}
    assert not [name for name in names if name not in told | read | in_archives]
    ids = {row.document_id for row in documents} | {row.reject_id for row in rejects}
    for fetch in fetches:  # what says the same as another file is that file's article
        if fetch.kind != "archive" and Path(fetch.url).name not in told:
            found = [item for _, item in parse_fetch(fetch, lake.get_raw(fetch.raw_hash), Settings())]
            assert found, fetch.url
            assert not [row for row in found if (getattr(row, "document_id", None) or row.reject_id) not in ids]
    assert all(row.reason_text and row.reason_type for row in rejects)
    assert not [row.path for row in rejects if row.reason_type == "too_slow"]
    assert not [row.path for row in documents if "root:x:" in row.body]
    assert not [row for row in documents if any(mark in row.body for mark in "\x00\x1b\u202e")]
    assert said["peak"] < MOST_MEMORY, said
    assert {path.name for path in tmp_path.iterdir()} == {"drop", "lake"}
