"""The only place where stations meet: a step reads from the lake, calls pure code, writes, and counts.

Each step can be run again and alone; which partitions need it is read from the ledgers (``pending``). DAGs and the
command line call these functions and nothing below them. What takes long to import (spaCy, DuckDB, page readers) is
imported by the function that needs it: every task is a process of its own.
"""

from demarche.steps.checking import check, check_all, list_checks
from demarche.steps.evaluating import default_texts, evaluate, load_gold, read_gold
from demarche.steps.explaining import explain
from demarche.steps.exporting import export
from demarche.steps.forgetting import find_forgettable, forget
from demarche.steps.gazetteer import build_index, check_gazetteer, update_gazetteer
from demarche.steps.gdelt import import_gdelt, sync_gdelt
from demarche.steps.ingestion import fetch_documents, parse_documents, parse_files, passed_over
from demarche.steps.inspection import diagnose, status
from demarche.steps.ledgers import arrival_key, hour_that_has_ended, own_lake, warehouse_of
from demarche.steps.loading import events_of, load_results, load_warehouse
from demarche.steps.maintaining import maintain_warehouse, restore_backup
from demarche.steps.migrating import migrate_warehouse
from demarche.steps.pairing import pair_documents
from demarche.steps.quarantine import accept, held_back, rejects
from demarche.steps.reporting import daily_report, write_daily_report
from demarche.steps.results import StepError, StepResult, tell
from demarche.steps.reviewing import OCCASIONS, decide, decisions, to_review, undo
from demarche.steps.running import next_pending, pending, rebuild, run
from demarche.steps.showing import show_event
from demarche.steps.sources import check_sources, deal_sources, list_sources
from demarche.steps.tagging import commit_tagged, count_shards, tag_documents, tag_shard
from demarche.steps.texts import extract, group_stories
from demarche.steps.warming import warm_up
from demarche.steps.watching import news, tell_watches

__all__ = [
    "OCCASIONS",
    "StepError",
    "StepResult",
    "accept",
    "arrival_key",
    "build_index",
    "check",
    "check_all",
    "check_gazetteer",
    "check_sources",
    "commit_tagged",
    "count_shards",
    "daily_report",
    "deal_sources",
    "decide",
    "decisions",
    "default_texts",
    "diagnose",
    "evaluate",
    "events_of",
    "explain",
    "export",
    "extract",
    "fetch_documents",
    "find_forgettable",
    "forget",
    "group_stories",
    "held_back",
    "hour_that_has_ended",
    "import_gdelt",
    "list_checks",
    "list_sources",
    "load_gold",
    "load_results",
    "load_warehouse",
    "maintain_warehouse",
    "migrate_warehouse",
    "news",
    "next_pending",
    "own_lake",
    "pair_documents",
    "parse_documents",
    "parse_files",
    "passed_over",
    "pending",
    "read_gold",
    "rebuild",
    "rejects",
    "restore_backup",
    "run",
    "show_event",
    "status",
    "sync_gdelt",
    "tag_documents",
    "tag_shard",
    "tell",
    "tell_watches",
    "to_review",
    "undo",
    "update_gazetteer",
    "warehouse_of",
    "warm_up",
    "write_daily_report",
]
