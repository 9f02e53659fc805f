"""`make demo`: the chain of DAGs through a real Airflow scheduler, on the samples; it ends by itself.

Each folder of ``samples/drop`` is what arrived within one hour; the fourth comes late, with the first. The demo drops
one after the other, starts `ingest_documents` for its key, waits until `load_warehouse` has published all of them,
prints the events and stops everything. Exit code 0 means that every key went through.
"""

from __future__ import annotations

import contextlib
import functools
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Set
from pathlib import Path
from typing import Any

import httpx

from ops.rest import Rest, explain, wait_for
from ops.services import ROOT, Command, Component, ServiceError, Site, end_leftovers, free_port, start, stop

SAMPLES = ROOT / "samples" / "drop"
HOURS = 3
POOLS = ROOT / "config" / "pools.json"
CHAIN = ("ingest_documents", "tag_documents", "deduplicate_documents", "load_warehouse")
UPKEEP = ("check_quality", "maintain_warehouse")
SECONDS = 600  # a hung demo ends; a good one takes a fraction of it

EVENTS = """
SELECT start_date AS "from", end_date AS "to", event_type || coalesce(' ' || mode_type, '') AS event,
    status_type AS status, actor_text AS actor, recipient_text AS recipient, place_name AS place,
    report_count AS reports
FROM mart.events ORDER BY start_date NULLS LAST, event_type, event_id
"""
REJECTS = "SELECT path AS rejected, reason_type AS reason FROM meta.rejects ORDER BY ALL"
COUNTS = """
SELECT (SELECT count(*) FROM meta.partitions) AS partitions, (SELECT count(*) FROM core.documents) AS documents,
    (SELECT count(*) FROM meta.rejects) AS rejects, (SELECT count(*) FROM core.stories) AS stories,
    (SELECT count(*) FROM core.reports) AS reports, (SELECT count(*) FROM core.events) AS events
"""

Say = Callable[[str], None]


@contextlib.contextmanager
def running(site: Site, deadline: float, say: Say) -> Iterator[tuple[Rest, dict[str, Component]]]:
    """A fresh Airflow, ready for work; stopped and cleaned up whatever happens. Raises ServiceError."""
    say("making Airflow's metadata database")
    site.migrate(timeout=max(1.0, deadline - time.monotonic()))
    say("starting API server, scheduler and DAG processor")
    components = start(site, ("api-server", "scheduler", "dag-processor"))
    try:
        with Rest(site) as rest:
            make_ready(rest, deadline, components)
            try:
                yield rest, components
            except ServiceError as error:
                with contextlib.suppress(ServiceError, httpx.HTTPError):
                    error.add_note(explain(rest))
                raise
    finally:
        say("stopping Airflow")
        stop(components, site)


def make_ready(rest: Rest, deadline: float, components: Mapping[str, Component] | None = None) -> None:
    """Wait until the API answers and all DAGs are read, and make the pools. Raises ServiceError."""
    wait_for("the API server", rest.log_in, deadline, components)
    rest.make_pools(POOLS)
    wait_for("the DAGs to be read", lambda: _all_dags_read(rest), deadline, components)


def _all_dags_read(rest: Rest) -> bool:
    if errors := rest.import_errors():
        raise ServiceError("a DAG file cannot be read:\n" + "\n".join(errors))
    return rest.dag_ids() >= {*CHAIN, *UPKEEP}


def process(
    rest: Rest, components: Mapping[str, Component], drops: Mapping[str, Path | None], deadline: float, say: Say
) -> None:
    """Drop each key's files, run the chain for it, and wait until the last station is done with all keys.

    A key without a folder is run again as it is. Raises ServiceError when one of these runs fails.
    """
    wait_for("other runs to end", lambda: is_quiet(rest), deadline, components)
    former = {run["dag_run_id"] for run in rest.runs()}
    for key, folder in drops.items():
        if folder:
            _drop(folder, rest.site.data_folder / "drop" / folder.name)
        run_id = rest.trigger(CHAIN[0], key)
        count = sum(1 for path in folder.rglob("*") if path.is_file()) if folder else 0
        say(f"{key}: {count} files dropped, chain started")
        fetched = functools.partial(has_fetched, rest, run_id)
        wait_for(f"fetch_documents of {key}", fetched, deadline, components)
    reported: set[tuple[str, str]] = set()

    def all_loaded() -> bool:
        done = {(run["partition_key"], run["dag_id"]) for run in _good_runs(rest, former)}
        for key, dag_id in sorted(done - reported, key=lambda step: (step[0] or "", CHAIN.index(step[1]))):
            if key in drops:
                say(f"{key}: {dag_id} done")
        reported.update(done)
        return done >= {(key, CHAIN[-1]) for key in drops}

    wait_for("the chain to load every key", all_loaded, deadline, components)


def _good_runs(rest: Rest, former: Set[str]) -> list[dict[str, Any]]:
    """The chain's runs that succeeded, but for former ones. Raises ServiceError if one failed."""
    runs = [run for run in rest.runs() if run["dag_id"] in CHAIN and run["dag_run_id"] not in former]
    for run in runs:
        if run["state"] == "failed":
            raise ServiceError(f"{run['dag_id']} failed for {run['partition_key']}")
    return [run for run in runs if run["state"] == "success"]


def is_quiet(rest: Rest) -> bool:
    """No run is under way: shortly after the full hour there is one, and it would take the samples for its own."""
    return all(run["state"] in ("success", "failed") for run in rest.runs())


def has_fetched(rest: Rest, run_id: str) -> bool:
    """All its sources were asked, and its files are in the log of its key, so that the next hour's can be dropped."""
    states = rest.task_states(CHAIN[0], run_id)  # of a mapped task, that of one of its parts
    for task in ("fetch_documents", "find_partitions"):
        if states.get(task) in ("failed", "upstream_failed"):
            raise ServiceError(f"{task} failed")
    return states.get("find_partitions") == "success"


def _drop(source: Path, target: Path) -> None:
    """Put a folder into the drop folder as one act, as a careful sender does: copy beside it, then rename."""
    beside = target.parent.with_name("incoming") / target.name
    shutil.copytree(source, beside, dirs_exist_ok=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    beside.rename(target)


def loaded_keys(site: Site) -> list[str]:
    """The partitions in the published warehouse's ledger."""
    return query(site, "SELECT partition_key FROM meta.partitions ORDER BY ALL", "--format", "csv").splitlines()[1:]


def query(site: Site, sql: str, *options: str) -> str:
    """What `demarche query` prints for one question to the published warehouse. Raises ServiceError."""
    command = [str(Path(sys.executable).with_name("demarche")), "query", sql, *options]
    done = subprocess.run(
        command, cwd=ROOT, env=site.environment(), capture_output=True, text=True, timeout=60, check=False
    )
    if done.returncode:
        raise ServiceError(f"demarche query: {done.stderr.strip()}")
    return done.stdout


def fresh_site(
    home: Path, variables: Mapping[str, str] | None = None, commands: Mapping[str, Command] | None = None
) -> Site:
    """An empty site for a run that ends; what an earlier, killed one left is removed with its processes."""
    elsewhere = dict.fromkeys(("DEMARCHE_LAKE_URL", "DEMARCHE_WAREHOUSE_PATH", "DEMARCHE_DROP_FOLDER"))
    everyone = {"AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True"}
    sources, watches = home / "data" / "sources.toml", home / "data" / "watches.txt"
    files = {"DEMARCHE_SOURCES_FILE": str(sources), "DEMARCHE_WATCHES_FILE": str(watches)}
    given = {**elsewhere, **everyone, **files, **(variables or {})}
    site = Site(home / "airflow", home / "data", free_port(), given, commands or {})
    end_leftovers(site)
    shutil.rmtree(home, ignore_errors=True)
    (home / "data" / "drop").mkdir(parents=True)
    sources.write_text("# none: only what is dropped is read\n")
    return site


def main() -> int:
    begun = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - begun:5.0f} s  {text}", flush=True)

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # told to end, it stops what it started
    site = fresh_site(ROOT / ".state" / "demo")
    folders = sorted(folder for folder in SAMPLES.iterdir() if folder.is_dir())
    for folder in folders[HOURS:]:  # they arrive with the first hour's: each key costs four runs
        _drop(folder, site.data_folder / "drop" / folder.name)
    drops = {folder.name: folder for folder in folders[:HOURS]}
    try:
        with running(site, begun + SECONDS, say) as (rest, components):
            process(rest, components, drops, begun + SECONDS, say)
            missing = set(drops) - set(loaded_keys(site))
        if missing:
            raise ServiceError(f"the warehouse lacks {', '.join(sorted(missing))}")
        print("\n" + "\n".join(query(site, sql) for sql in (EVENTS, REJECTS, COUNTS)))
    except (ServiceError, httpx.HTTPError, subprocess.TimeoutExpired) as error:
        print(f"\nThe demo failed: {error}", *getattr(error, "__notes__", ()), sep="\n", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nThe demo was interrupted.", file=sys.stderr)
        return 130
    warehouse = (site.data_folder / "warehouse.duckdb").relative_to(ROOT)
    say(f"{len(drops)} hours' keys went through {len(CHAIN)} DAGs; all of them are in the warehouse")
    print(f"\nIt is {warehouse}. Ask it yourself:")
    print(f'  .venv/bin/demarche query --warehouse {warehouse} "select * from mart.visits"')
    return 0


if __name__ == "__main__":
    sys.exit(main())
