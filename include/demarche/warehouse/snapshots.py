"""Former states of a DuckLake: its kept snapshots, one for each load, and how one of them becomes the present one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from demarche.warehouse import schema, targets
from demarche.warehouse.connection import reading
from demarche.warehouse.ducklake import DuckLake
from demarche.warehouse.errors import WarehouseError, reported


@dataclass(frozen=True)
class Former:
    """What the warehouse held after a load."""

    version: int  # DuckLake's snapshot
    loaded_at: datetime
    document_count: int
    event_count: int


def former_states(lake: DuckLake) -> list[Former]:
    """The states before the present one of which a snapshot is kept, newest first. Raises WarehouseError."""
    with reading(lake) as con:
        return [Former(version, *load[1:]) for version, load in targets.states(con)][1:]


def bring_back(lake: DuckLake, wanted: str, *, wait_seconds: float) -> Former:
    """Make a former state, named by its number (1 is the newest), the present one, by one commit.

    Raises WarehouseError where none is kept under that name, or it is of an older program.
    """
    with targets.opened(lake, wait_seconds=wait_seconds, fresh=False) as target:
        kept = former_states(lake)
        chosen = [kept[int(wanted) - 1]] if wanted.isdecimal() and 1 <= int(wanted) <= len(kept) else []
        if not chosen:
            raise WarehouseError(
                f"{lake}: no former state {wanted} is kept — `demarche restore` lists the {len(kept)} that are"
            )
        with reported(f"{lake}: not restored, it is of an older program — `demarche rebuild` makes it from the lake"):
            target.begin()
            for table in schema.tables():
                names = ", ".join(f'"{name}"' for name in table.column_names)
                former = f"SELECT {names} FROM {table.qualified} AT (VERSION => {chosen[0].version})"
                # read before: what this transaction deletes of a file, it would miss in the former state as well
                target.con.execute(f"CREATE OR REPLACE TEMP TABLE former AS {former}")
                target.con.execute(f"DELETE FROM {table.qualified}")
                target.con.execute(f"INSERT INTO {table.qualified} ({names}) FROM former")
            target.con.execute("DROP TABLE temp.former")
            target.commit()
        target.publish(0)
    return chosen[0]
