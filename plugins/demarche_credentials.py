"""Credentials from Airflow's connections, where the warehouse or the lake isn't a file or folder of this machine.

    demarche_warehouse   DuckLake's PostgreSQL: login, password, host, port; schema is the database
    demarche_lake        object storage: login and password are the access key's id and secret; extra may have
                         endpoint_url and region_name

Before a task begins they go into the environment of its process, under the names that libpq and S3 clients read. What
is set there already stays, and a connection that isn't there is none: then the environment alone, ``~/.pgpass`` or an
instance's role says who asks. Airflow keeps passwords of connections out of its logs; Demarche writes none.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from airflow.sdk import Connection
from airflow.sdk.exceptions import AirflowNotFoundException

WAREHOUSE, LAKE = "demarche_warehouse", "demarche_lake"
_POSTGRES = {"login": "PGUSER", "password": "PGPASSWORD", "host": "PGHOST", "port": "PGPORT", "schema": "PGDATABASE"}
_S3 = {"login": "AWS_ACCESS_KEY_ID", "password": "AWS_SECRET_ACCESS_KEY"}
_S3_EXTRA = {"endpoint_url": "AWS_ENDPOINT_URL", "region_name": "AWS_DEFAULT_REGION"}


def take_credentials(context: Mapping[str, Any]) -> None:
    """What every task does first. Raises nothing for connections that aren't there."""
    places = [os.environ.get(f"DEMARCHE_{name}", "") for name in ("LAKE_URL", "WAREHOUSE_FILES", "BACKUP_URL")]
    if os.environ.get("DEMARCHE_WAREHOUSE_URL") and (found := _connection(WAREHOUSE)):
        _set({variable: getattr(found, field) for field, variable in _POSTGRES.items()})
    if any(place.startswith("s3://") for place in places) and (found := _connection(LAKE)):
        extra = found.extra_dejson
        _set({variable: getattr(found, field) for field, variable in _S3.items()})
        _set({variable: extra.get(field) for field, variable in _S3_EXTRA.items()})


def _connection(name: str) -> Connection | None:
    try:
        found: Connection = Connection.get(name)
    except AirflowNotFoundException:
        return None
    return found


def _set(values: Mapping[str, Any]) -> None:
    for variable, value in values.items():
        if value:
            os.environ.setdefault(variable, str(value))
