"""The DuckDB file: schema from the records, loads by one writer, marts, checks, publishing, guarded queries.

Readers only ever open the published file. The writer works on a private copy beside it and publishes by rename:

    warehouse.duckdb                       what everybody reads; replaced as a whole, never written into
    .warehouse.duckdb.work/                the writer's: its lock, its own copy of the file, what it published last
    warehouse.duckdb.previous/             the last publications, newest name last

Or it is a DuckLake (``ducklake.py``): the same tables, read and written by the same code; ``targets.py`` says what
differs for the writer.
"""

from demarche.warehouse.checks import CHECKS_FOLDER, load_checks, run_check, run_checks
from demarche.warehouse.connection import Place
from demarche.warehouse.ducklake import DuckLake, is_ducklake
from demarche.warehouse.errors import (
    QueryError,
    Unreadable,
    UnusablePartition,
    WarehouseConflict,
    WarehouseError,
    WarehouseLocked,
    remedy,
)
from demarche.warehouse.exporting import Export, open_export
from demarche.warehouse.gdelt import KEPT_REJECTS, GdeltRows, gdelt_hashes, take_gdelt
from demarche.warehouse.migration import copy_from_ducklake, copy_to_ducklake
from demarche.warehouse.publication import chosen_publication, distrust, expire, has_copies, publications, restore
from demarche.warehouse.querying import Answer, ParquetAnswer, query, query_parquet
from demarche.warehouse.reading import OLDER, Overview, frame, overview, snapshot, verify
from demarche.warehouse.resolved import Resolved
from demarche.warehouse.snapshots import Former, bring_back, former_states
from demarche.warehouse.writer import GateFailure, PartitionFiles, Warehouse, accuracy

__all__ = [
    "CHECKS_FOLDER",
    "KEPT_REJECTS",
    "OLDER",
    "Answer",
    "DuckLake",
    "Export",
    "Former",
    "GateFailure",
    "GdeltRows",
    "Overview",
    "ParquetAnswer",
    "PartitionFiles",
    "Place",
    "QueryError",
    "Resolved",
    "Unreadable",
    "UnusablePartition",
    "Warehouse",
    "WarehouseConflict",
    "WarehouseError",
    "WarehouseLocked",
    "accuracy",
    "bring_back",
    "chosen_publication",
    "copy_from_ducklake",
    "copy_to_ducklake",
    "distrust",
    "expire",
    "former_states",
    "frame",
    "gdelt_hashes",
    "has_copies",
    "is_ducklake",
    "load_checks",
    "open_export",
    "overview",
    "publications",
    "query",
    "query_parquet",
    "remedy",
    "restore",
    "run_check",
    "run_checks",
    "snapshot",
    "take_gdelt",
    "verify",
]
