"""A warehouse in DuckLake: its catalog in PostgreSQL, its data as Parquet in a folder or in object storage.

One writer at a time, by an advisory lock of PostgreSQL that falls with the process; a commit is a snapshot, which is
how it is published. Passwords are libpq's business (``PGPASSWORD``, ``~/.pgpass``): a URL that holds one is refused, so
that no message can tell it. Those of object storage are found as every S3 client finds them (``storage_access``).
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.resources import files as packaged
from pathlib import Path
from typing import Any

import duckdb

from demarche.warehouse.errors import (
    STARTING,
    Unreadable,
    Unusable,
    WarehouseError,
    WarehouseLocked,
    first_line,
    is_away,
    remedy,
)
from demarche.warehouse.schema import quoted

PREFIX = "ducklake:postgres:"
CATALOG_SCHEMA = "demarche"
"""The schema of the PostgreSQL database that holds DuckLake's catalog."""

S3 = "s3://"

_PACKED = {"parquet_version": "2", "parquet_row_group_size": "30720"}
"""How data files are written. Ids, which no dictionary packs, are read three times as fast from the second version of
Parquet; what hangs on an event is found by its days, so that a quarter of the usual rows are read with those wanted."""
_PLAIN = {**_PACKED, "parquet_compression": "uncompressed"}
"""The same in a folder: ids can't be compressed, and unpacking costs more than reading a third more bytes; not where
every byte comes from object storage."""

_TABLES = frozenset(
    f"ducklake_{name}"
    for name in (
        "column", "column_mapping", "column_tag", "data_file", "delete_file", "file_column_stats",
        "file_partition_value", "files_scheduled_for_deletion", "inlined_data_tables", "metadata", "name_mapping",
        "partition_column", "partition_info", "schema", "schema_versions", "snapshot", "snapshot_changes", "table",
        "table_column_stats", "table_stats", "tag", "view",
    )
)  # fmt: skip
"""What every catalog consists of; some versions of DuckLake have others besides."""

_PRESENT = f"SELECT tablename FROM pg_tables WHERE schemaname = '{CATALOG_SCHEMA}'"
_OPTIONS = f"SELECT key, value FROM {CATALOG_SCHEMA}.ducklake_metadata WHERE scope IS NULL"
_LOCK = "SELECT pg_try_advisory_lock(hashtextextended('demarche warehouse', 0))"
_SECRET = re.compile(r"password\s*=|://[^?]*:[^?]*@", re.I)
_HELD = f"""
SELECT EXISTS (
    SELECT FROM {CATALOG_SCHEMA}.ducklake_table WHERE table_name = 'schema_version' AND end_snapshot IS NULL
)
"""


@dataclass(frozen=True)
class DuckLake:
    """Names a warehouse in DuckLake, as a path names one in a file.

    ``files`` is where its data files lie, which is said once, when it is made, and can't be changed later; ``folder``
    is on this machine, for what a writer puts aside meanwhile. Raises Unusable for an address that is none, or holds a
    password.
    """

    url: str
    files: str = ""
    folder: Path = Path()

    def __post_init__(self) -> None:
        if not self.url.startswith(PREFIX):
            raise Unusable(f"a DuckLake is named {PREFIX}DSN, like {PREFIX}dbname=news host=db user=demarche")
        if _SECRET.search(self.url):
            raise Unusable("the address of DuckLake holds a password — leave it to PGPASSWORD or ~/.pgpass")

    def __str__(self) -> str:
        return self.url

    def exists(self) -> bool:
        """Whether a warehouse was made there. Raises WarehouseError when nobody can tell."""
        with self._catalog() as con:
            return self._is_catalog(con) and bool(con.execute(_HELD).fetchone()[0])

    def attach(self, con: duckdb.DuckDBPyConnection, *, read_only: bool) -> None:
        """Make it the current database of a connection, as ``lake``. A writer's attaching makes it where there is
        none."""
        for binary in extensions():
            con.execute(f"LOAD {quoted(binary)}")
        said = self._options()
        lie = said.get("data_path", "")
        if lie and self.files and not read_only and lie.rstrip("/") != self.files.rstrip("/"):
            raise Unusable(
                f"{self}: its data files lie in {lie}, not in {self.files} — set DEMARCHE_WAREHOUSE_FILES to where "
                f"they lie"
            )
        if access := _access_to(lie or self.files):
            con.execute(f"LOAD {quoted(extension('httpfs'))}")
            con.execute(*secret(access))
        # without inlining, rows are in data files alone: what is forgotten goes with them
        options = "READ_ONLY" if read_only else "DATA_INLINING_ROW_LIMIT 0"
        if self.files and not read_only:
            options += f", DATA_PATH {quoted(self.files)}"
        con.execute(f"ATTACH {quoted(self.url)} AS lake ({options}, METADATA_SCHEMA {quoted(CATALOG_SCHEMA)})")
        con.execute("USE lake")
        if not read_only:
            for name, value in (_PACKED if (lie or self.files).startswith(S3) else _PLAIN).items():
                if name not in said:  # whoever made it so on purpose is right
                    con.execute(f"CALL lake.set_option({quoted(name)}, {quoted(value)})")

    def storage_access(self) -> dict[str, str]:
        """What reaches its data files where they lie in object storage; empty for a folder. Raises WarehouseError when
        nobody says who asks for them."""
        return _access_to(self._options().get("data_path", self.files))

    def _options(self) -> dict[str, str]:
        """What the catalog says of the whole: where the data files lie (``data_path``), and how they are written; empty
        where there is no catalog yet."""
        with self._catalog() as con:
            return dict(con.execute(_OPTIONS).fetchall()) if self._is_catalog(con) else {}

    def _is_catalog(self, con: Any) -> bool:
        """Whether a catalog was made there. Raises Unusable where only a part of one is left."""
        present = _TABLES & {name for (name,) in con.execute(_PRESENT).fetchall()}
        if present and (missing := sorted(_TABLES - present)):
            raise Unusable(
                f"{self}: its catalog lacks the table {', '.join(missing)} — bring its PostgreSQL database back from a "
                f"backup; or drop the schema {CATALOG_SCHEMA} there, and let `demarche rebuild` make all anew"
            )
        return bool(present)

    @contextmanager
    def locked(self, wait_seconds: float) -> Iterator[Callable[[], None]]:
        """Hold the writer's lock; gives what raises WarehouseError once it is lost. Raises WarehouseLocked when another
        has it after ``wait_seconds``."""
        with self._catalog() as con:
            deadline = time.monotonic() + wait_seconds
            while not (con.execute(_LOCK).fetchone() or (False,))[0]:
                if time.monotonic() >= deadline:
                    raise WarehouseLocked(
                        f"{self}: another process is writing to it — wait for it to end, or ask for more time"
                    )
                time.sleep(0.1)
            try:
                yield lambda: self._ask_after(con)
            finally:
                with suppress(Exception):  # closing alone gives it back some moments later
                    con.execute("SELECT pg_advisory_unlock_all()")

    def _ask_after(self, con: Any) -> None:
        import psycopg

        try:
            con.execute("SELECT 1")
        except psycopg.Error as error:
            raise WarehouseError(
                f"{self}: the writer's lock is lost with its connection ({first_line(error)}) — run it again"
            ) from error

    @contextmanager
    def _catalog(self) -> Iterator[Any]:
        """A connection to PostgreSQL itself."""
        try:
            import psycopg
        except ModuleNotFoundError:
            raise WarehouseError(_MISSING) from None
        deadline = time.monotonic() + _STARTING_SECONDS
        try:
            while True:
                try:
                    con = psycopg.connect(self.url.removeprefix(PREFIX), autocommit=True, connect_timeout=10)
                    break
                except psycopg.OperationalError as error:
                    if time.monotonic() > deadline or not any(state in str(error) for state in STARTING):
                        raise
                    time.sleep(0.2)
        except psycopg.Error as error:
            raise WarehouseError(
                f"DuckLake's catalog can't be reached: {first_line(error)} — look at address and password"
            ) from error
        try:
            yield con
        except psycopg.errors.InsufficientPrivilege as error:
            raise Unusable(
                f"{self}: its catalog may not be asked ({first_line(error)}) — give this role the right to it"
            ) from error
        except psycopg.Error as error:
            raise WarehouseError(f"{self}: its catalog can't be asked ({first_line(error)}) — run it again") from error
        finally:
            con.close()


_MISSING = 'DuckLake isn\'t installed — pip install "demarche[ducklake]"'


def is_ducklake(place: object) -> bool:
    return str(place).startswith("ducklake:")


def extensions() -> list[str]:
    """The files of the extensions that every DuckLake needs."""
    return [extension("ducklake"), extension("postgres_scanner")]


def extension(name: str) -> str:
    """An extension's file; they come as packages, and nothing is fetched."""
    try:
        folder = packaged(f"duckdb_extension_{name}") / "extensions" / f"v{duckdb.__version__}"
    except ModuleNotFoundError:
        raise WarehouseError(_MISSING) from None
    return str(folder / f"{name}.duckdb_extension")


def _access_to(files: str) -> dict[str, str]:
    return storage_access() if files.startswith(S3) else {}


def storage_access() -> dict[str, str]:
    """Who asks object storage, and where it is, by the names of DuckDB's S3 secrets: found as AWS' own clients find it
    (environment, profile, an instance's role). Raises WarehouseError where it isn't said."""
    try:
        from botocore.session import get_session
    except ModuleNotFoundError:
        raise WarehouseError('data files in object storage need its client — pip install "demarche[s3]"') from None
    session = get_session()
    credentials = session.get_credentials()
    if credentials is None:
        raise WarehouseError("nobody says who asks object storage — set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
    who = credentials.get_frozen_credentials()
    found = {"key_id": who.access_key, "secret": who.secret_key, "session_token": who.token}
    found["region"] = session.get_config_variable("region")
    if endpoint := os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL"):
        scheme, _, host = endpoint.rpartition("://")
        found |= {"endpoint": host.rstrip("/"), "url_style": "path", "use_ssl": str(scheme != "http").lower()}
    return {name: value for name, value in found.items() if value}


def secret(access: dict[str, str]) -> tuple[str, dict[str, str]]:
    """The statement that lets a connection reach object storage, and its parameters: none of them is in its text."""
    options = ", ".join(f"{name} ${name}" for name in access)
    return f"CREATE OR REPLACE TEMPORARY SECRET storage (TYPE s3, {options})", access


@contextmanager
def told(lake: DuckLake) -> Iterator[None]:
    """What DuckDB finds wrong while a lake is read, as Unreadable, or, where it passes, as WarehouseError."""
    try:
        yield
    except duckdb.Error as error:
        said, what_to_do = first_line(error), remedy(error)
        if is_away(error):
            raise WarehouseError(f"{lake}: {said}{what_to_do}") from error
        raise Unreadable(f"{lake}: can't be read as a warehouse ({said}){what_to_do}") from error


_STARTING_SECONDS = 20.0
