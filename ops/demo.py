"""`make demo`: the chain of DAGs through a real Airflow scheduler, on the samples; it ends by itself.

Each folder of ``samples/drop`` is what arrived within one hour. The demo drops one after the other, starts
`ingest_documents` for its key, waits until `load_warehouse` has published all of them, prints the events and stops
everything. Exit code 0 means that every key went through.
"""

from __future__ import annotations

import contextlib
import functools
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import httpx

from ops.rest import Rest, explain_failure, wait_for
from ops.services import ROOT, Component, ServiceError, Site, end_leftovers, free_port, start, stop

SAMPLES = ROOT / "samples" / "drop"
POOLS = ROOT / "config" / "pools.json"
CHAIN = ("ingest_documents", "tag_documents", "deduplicate_documents", "load_warehouse")
UPKEEP = ("check_quality", "maintain_warehouse")
SECONDS = 240  # a hung demo ends; a good one takes a fraction of it

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
            wait_for("the API server", rest.log_in, deadline, components)
            rest.make_pools(POOLS)
            wait_for("the DAGs to be read", lambda: _all_dags_read(rest), deadline, components)
            yield rest, components
    finally:
        say("stopping Airflow")
        stop(components, site)


def _all_dags_read(rest: Rest) -> bool:
    if errors := rest.import_errors():
        raise ServiceError("a DAG file cannot be read:\n" + "\n".join(errors))
    return rest.dag_ids() >= {*CHAIN, *UPKEEP}


def process(
    rest: Rest, components: Mapping[str, Component], drops: Mapping[str, Path], deadline: float, say: Say
) -> None:
    """Drop each key's files, run the chain for it, and wait until the last station is done with all keys."""
    wait_for("scheduled runs to end", lambda: _settled(rest), deadline, components)
    before = {run["dag_run_id"] for run in _chain_runs(rest)}
    for key, folder in drops.items():
        _drop(folder, rest.site.data_folder / "drop" / folder.name)
        fetched = functools.partial(_has_fetched, rest, rest.trigger(CHAIN[0], key))
        say(f"{key}: {sum(1 for path in folder.rglob('*') if path.is_file())} files dropped, chain started")
        wait_for(f"fetch_documents of {key}", fetched, deadline, components)
    reported: set[tuple[str, str]] = set()

    def all_loaded() -> bool:
        done = {(run["dag_id"], run["partition_key"]) for run in _good_runs(rest) if run["dag_run_id"] not in before}
        for dag_id, key in sorted(done - reported, key=lambda step: (step[1], CHAIN.index(step[0]))):
            if key in drops:
                say(f"{key}: {dag_id} done")
        reported.update(done)
        return done >= {(CHAIN[-1], key) for key in drops}

    wait_for("the chain to load every key", all_loaded, deadline, components)


def _chain_runs(rest: Rest) -> list[dict]:
    return [run for run in rest.runs() if run["dag_id"] in CHAIN]


def _good_runs(rest: Rest) -> list[dict]:
    """The chain's runs that succeeded. Raises ServiceError, with the task's log, if any failed."""
    runs = _chain_runs(rest)
    for run in runs:
        if run["state"] == "failed":
            raise ServiceError(explain_failure(rest, run))
    return [run for run in runs if run["state"] == "success"]


def _settled(rest: Rest) -> bool:
    """No run is under way: shortly after the full hour there is one, and it would take the samples for its own."""
    return len(_good_runs(rest)) == len(_chain_runs(rest))


def _has_fetched(rest: Rest, run_id: str) -> bool:
    """Its files are in the log of its key, so that the next hour's can be dropped."""
    _good_runs(rest)
    return rest.task_states(CHAIN[0], run_id).get("fetch_documents") == "success"


def _drop(source: Path, target: Path) -> None:
    """Put a folder into the drop folder as one act, as a careful sender does: copy beside it, then rename."""
    beside = target.parent.with_name("incoming") / target.name
    shutil.copytree(source, beside, dirs_exist_ok=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    beside.rename(target)


def query(site: Site, sql: str) -> str:
    """What `demarche query` prints for one question to the published warehouse. Raises ServiceError."""
    command = [str(Path(sys.executable).with_name("demarche")), "query", sql]
    done = subprocess.run(
        command, cwd=ROOT, env=site.environment(), capture_output=True, text=True, timeout=60, check=False
    )
    if done.returncode:
        raise ServiceError(f"demarche query: {done.stderr.strip()}")
    return done.stdout


def fresh_site(home: Path) -> Site:
    """An empty site for a run that ends; what an earlier, killed one left is removed with its processes."""
    variables = {"AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True"}
    elsewhere = dict.fromkeys(("DEMARCHE_LAKE_URL", "DEMARCHE_WAREHOUSE_PATH", "DEMARCHE_DROP_FOLDER"))
    site = Site(home / "airflow", home / "data", free_port(), variables | elsewhere)
    end_leftovers(site)
    shutil.rmtree(home, ignore_errors=True)
    (home / "data" / "drop").mkdir(parents=True)
    return site


def main() -> int:
    begun = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - begun:5.0f} s  {text}", flush=True)

    site = fresh_site(ROOT / ".state" / "demo")
    drops = {folder.name: folder for folder in sorted(SAMPLES.iterdir()) if folder.is_dir()}
    try:
        with running(site, begun + SECONDS, say) as (rest, components):
            process(rest, components, drops, begun + SECONDS, say)
        print("\n" + query(site, EVENTS) + "\n" + query(site, REJECTS))
    except (ServiceError, httpx.HTTPError, subprocess.TimeoutExpired) as error:
        print(f"\nThe demo failed: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nThe demo was interrupted.", file=sys.stderr)
        return 130
    warehouse = (site.data_folder / "warehouse.duckdb").relative_to(ROOT)
    say(f"all of it loaded; {len(drops)} keys went through four DAGs")
    print(f"\nThe warehouse is {warehouse}. Ask it yourself:")
    print(f'  .venv/bin/demarche query --warehouse {warehouse} "select * from mart.visits"')
    return 0


EVENTS = """
select start_date, event_type, status_type, actor_names, recipient_names, place_name, source_count
from mart.events order by start_date nulls last, event_id
"""
REJECTS = "select path, reason_type from meta.rejects order by path"

if __name__ == "__main__":
    sys.exit(main())
